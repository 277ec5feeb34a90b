import { type Command, CommanderError } from 'commander';
import type { Context } from './context.ts';
import { CommandFailure, Interrupted, OutputClosed } from './failures.ts';
import { refuseSecretArguments, withoutSecrets } from './input/secret-text.ts';
import { describeFailure } from './output/failure-text.ts';
import { openOutput } from './output/output.ts';
import { createProgram } from './program.ts';
import type { Surroundings } from './surroundings.ts';

/** Adds commands to the program. */
export type AddCommands = (program: Command, context: Context) => void;

/** Runs one command line and gives its exit code, with everything written. Never rejects. */
export async function runCommands(
  args: readonly string[],
  surroundings: Surroundings,
  addCommands: AddCommands,
): Promise<number> {
  const output = openOutput(surroundings);
  const signal = AbortSignal.any([surroundings.signal, output.closed]);
  const context: Context = { ...surroundings, signal, output };
  try {
    signal.throwIfAborted();
    refuseSecretArguments(args);
    const program = createProgram(context);
    addCommands(program, context);
    await program.parseAsync(args, { from: 'user' });
    signal.throwIfAborted();
    await output.settle();
    return 0;
  } catch (error) {
    return await report(error).catch(() => 1);
  }

  async function report(error: unknown): Promise<number> {
    // What breaks after Ctrl-C, or after the reader left, breaks because of it.
    const cause = signal.aborted ? reasonOf(signal) : error;
    if (cause instanceof OutputClosed) return 0;
    // Commander has written what is wrong, or the help or version that it was asked for.
    if (cause instanceof CommanderError) {
      await output.settle().catch(() => {});
      return cause.exitCode === 0 ? 0 : 2;
    }
    const { text, exitCode } = describeFailure(cause, surroundings.environment);
    if (text !== '') output.say(`torii: ${withoutSecrets(text)}`);
    await output.settle().catch(() => {});
    return exitCode;
  }
}

/** A host's signal may have any reason. */
function reasonOf({ reason }: AbortSignal): unknown {
  return reason instanceof OutputClosed || reason instanceof CommandFailure
    ? reason
    : reason instanceof Interrupted
      ? reason
      : new Interrupted();
}
