import { type Command, CommanderError } from 'commander';
import { refuseSecretArguments } from './arguments.ts';
import type { Context, RunOptions } from './context.ts';
import { CommandFailure, describeFailure, Interrupted, OutputClosed } from './failures.ts';
import { openOutput } from './output/output.ts';
import { withoutSecrets } from './output/printable.ts';
import { createProgram } from './program.ts';

export type AddCommands = (program: Command, context: Context) => void;

export async function runCommands(
  args: readonly string[],
  options: RunOptions,
  addCommands: AddCommands,
): Promise<number> {
  const output = openOutput(options);
  const signal = AbortSignal.any([options.signal, output.closed]);
  const context: Context = { ...options, signal, output };
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
    const cause = signal.aborted ? reasonOf(signal) : error;
    if (cause instanceof OutputClosed) return 0;
    if (cause instanceof CommanderError) {
      await output.settle().catch(() => {});
      return cause.exitCode === 0 ? 0 : 2;
    }
    const { text, exitCode } = describeFailure(cause, options.env);
    if (text !== '') output.say(`torii: ${withoutSecrets(text)}`);
    await output.settle().catch(() => {});
    return exitCode;
  }
}

/**
 * Returns the error that ended the run. A program that calls runTorii() can abort with any reason: an unknown reason is
 * treated like Ctrl-C.
 */
function reasonOf({ reason }: AbortSignal): unknown {
  return reason instanceof OutputClosed || reason instanceof CommandFailure
    ? reason
    : reason instanceof Interrupted
      ? reason
      : new Interrupted();
}

export async function runAsProcess(addCommands: AddCommands): Promise<void> {
  const interruption = new AbortController();
  process.on('SIGINT', () => interrupt(130));
  process.on('SIGTERM', () => interrupt(143));
  const { stdin, stdout, stderr, env } = process;
  const options = { stdin, stdout, stderr, env, cwd: process.cwd(), signal: interruption.signal };
  const code = await runCommands(process.argv.slice(2), options, addCommands);
  // All output has been written. Exit explicitly: open connections or an open standard input would keep the process
  // running.
  process.exit(code);

  function interrupt(exitCode: number): void {
    if (interruption.signal.aborted) process.exit(exitCode);
    interruption.abort(new Interrupted(exitCode));
  }
}
