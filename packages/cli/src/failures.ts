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
