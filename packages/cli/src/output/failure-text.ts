import { ToriiApiError, ToriiConfigError, ToriiConnectionError, ToriiError } from '@torii/core';
import { CommandFailure, Interrupted, ProgramEnded, UsageError } from '../failures.ts';
import { printable } from './printable.ts';

interface FailureText {
  /** Empty where there is nothing to say. */
  readonly text: string;
  readonly exitCode: number;
}

/** What a person is told of an error, and the exit code. Foreign errors show their kind alone: their text may hold anything. */
export function describeFailure(
  error: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): FailureText {
  if (error instanceof Interrupted || error instanceof ProgramEnded) return { text: '', exitCode: error.exitCode };
  if (error instanceof UsageError) return { text: error.message, exitCode: 2 };
  if (error instanceof CommandFailure) return { text: error.message, exitCode: 1 };
  if (error instanceof ToriiConfigError) return { text: error.message, exitCode: 2 };
  if (error instanceof ToriiApiError) return { text: describeRefusal(error), exitCode: 1 };
  if (error instanceof ToriiConnectionError) {
    return { text: `${error.message} Is TORII_API_URL right, and the network up?`, exitCode: 1 };
  }
  if (error instanceof ToriiError) return { text: error.message, exitCode: 1 };
  const isDebugging = environment['TORII_DEBUG'] === '1';
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
