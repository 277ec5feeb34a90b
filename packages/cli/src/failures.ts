/** The command failed. The message is one line that says what to do next. Exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** The command line or a setting is wrong. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The option that the documentation link leads to. */
  readonly explained: string | undefined;

  constructor(message: string, explained?: string) {
    super(message);
    this.explained = explained;
  }
}

/** The run was interrupted. Exit code 130 for Ctrl-C and 143 for SIGTERM, the shell convention of 128 plus the signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(exitCode = 130) {
    super('Interrupted.');
    this.exitCode = exitCode;
  }
}

/** The reader closed standard output, as `head` does after enough lines. The run ends without a message. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** The command did its part, and has said what is left to do by hand. Exit code 3. */
export class StepsLeft extends Error {
  override readonly name = 'StepsLeft';
}

/** A child process ended with this exit code and has already reported its error. The run ends with the same code. */
export class ProgramEnded extends Error {
  override readonly name = 'ProgramEnded';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('The program ended.');
    this.exitCode = exitCode;
  }
}

export interface FailureText {
  readonly text: string;
  readonly exitCode: number;
}

/**
 * Returns the message and the exit code for an error of this file. `undefined` for other errors, and for those that get a link to
 * the documentation.
 */
export function describeOwnFailure(error: unknown): FailureText | undefined {
  if (error instanceof Interrupted || error instanceof ProgramEnded) return { text: '', exitCode: error.exitCode };
  if (error instanceof StepsLeft) return { text: '', exitCode: 3 };
  if (error instanceof UsageError && error.explained === undefined) return { text: error.message, exitCode: 2 };
  if (error instanceof CommandFailure) return { text: error.message, exitCode: 1 };
  return undefined;
}
