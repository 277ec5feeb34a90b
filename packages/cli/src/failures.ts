import { ToriiApiError, ToriiConfigError, ToriiConnectionError, ToriiError } from '@torii/core';
import { printable } from './output/printable.ts';

/** The command could not do what it was asked. One line, which says what to do next. Exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** The command was asked for something that makes no sense. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Somebody ended the run: 130 at Ctrl-C, 143 at SIGTERM, as shells have it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(exitCode = 130) {
    super('Interrupted.');
    this.exitCode = exitCode;
  }
}

/** Whoever read our output has read enough, as `head` does. Nobody is left to tell. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** Another program did the work, and has said what there is to say. Its exit code is ours. */
export class ProgramEnded extends Error {
  override readonly name = 'ProgramEnded';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('The program ended.');
    this.exitCode = exitCode;
  }
}

interface FailureText {
  /** Empty where there is nothing to say. */
  readonly text: string;
  readonly exitCode: number;
}

/** What a person is told of an error, and the exit code. Foreign errors show their kind alone: their text may hold anything. */
export function describeFailure(error: unknown, env: Readonly<Record<string, string | undefined>>): FailureText {
  if (error instanceof Interrupted || error instanceof ProgramEnded) return { text: '', exitCode: error.exitCode };
  if (error instanceof UsageError) return { text: error.message, exitCode: 2 };
  if (error instanceof CommandFailure) return { text: error.message, exitCode: 1 };
  if (error instanceof ToriiConfigError) return { text: error.message, exitCode: 2 };
  if (error instanceof ToriiApiError) return { text: describeRefusal(error), exitCode: 1 };
  if (error instanceof ToriiConnectionError) {
    return { text: `${error.message} Is TORII_API_URL right, and the network up?`, exitCode: 1 };
  }
  if (error instanceof ToriiError) return { text: error.message, exitCode: 1 };
  const isDebugging = env['TORII_DEBUG'] === '1';
  const stack = isDebugging && error instanceof Error ? `\n${error.stack}` : '';
  const hint = isDebugging ? '' : ' Set TORII_DEBUG=1 to see where, and report it.';
  return { text: `A mistake in torii itself (${nameOf(error)}).${hint}${stack}`, exitCode: 1 };
}

/** The REST API's refusal, and its own words, which are worth more to a person than a code. */
function describeRefusal({ message, status, problem, supportId }: ToriiApiError): string {
  const detail = typeof problem?.detail === 'string' ? ` ${printable(problem.detail).slice(0, 300)}` : '';
  const hint = status === 401 ? ' Is TORII_SECRET_KEY the key of this environment?' : '';
  const support = supportId === null ? '' : ` Support id: ${printable(supportId).slice(0, 99)}.`;
  return `${message}${detail}${hint}${support}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'unknown';
}
