import { type Command, CommanderError } from 'commander';
import { refuseSecretArguments } from './arguments.ts';
import { withHelp } from './command-line.ts';
import type { Context, RunOptions } from './context.ts';
import { CommandFailure, describeOwnFailure, type FailureText, Interrupted, OutputClosed } from './failures.ts';
import { openOutput } from './output/output.ts';
import { printable, withoutSecrets } from './output/printable.ts';
import { createProgram } from './program.ts';
import { listenToSignals } from './signals.ts';

/** Adds the commands to the program: at least those that the arguments can name. */
export type AddCommands = (program: Command, context: Context, args: readonly string[]) => Promise<void>;

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
    const program = createProgram(context, args);
    await addCommands(program, context, args);
    await program.parseAsync(withHelp(program, args), { from: 'user' });
    signal.throwIfAborted();
    await output.settle();
    return 0;
  } catch (error) {
    return await report(error);
  }

  async function report(error: unknown): Promise<number> {
    const cause = signal.aborted ? reasonOf(signal) : error;
    if (cause instanceof OutputClosed) return 0;
    if (cause instanceof CommanderError) {
      // Help and the version are written before commander throws. A full disk is noticed only when they are settled.
      const failure: unknown = await output.settle().catch((reason: unknown) => reason);
      if (failure !== undefined && cause.exitCode === 0) return report(failure);
      return cause.exitCode === 0 ? 0 : 2;
    }
    const { text, exitCode } = await describe(cause, options.env);
    if (text !== '') output.say(messageOf(text));
    await output.settle().catch(() => {});
    return exitCode;
  }
}

/** Loads the texts of other errors only if there is one: they need the packages that throw them. */
async function describe(error: unknown, env: RunOptions['env']): Promise<FailureText> {
  const own = describeOwnFailure(error);
  if (own !== undefined) return own;
  const { describeFailure } = await import('./failure-text.ts');
  return describeFailure(error, env);
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
  const { stdin, stdout, stderr, env } = process;
  // A terminal that was closed makes its streams fail. Without listeners, these errors would end the run before its cleanup.
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {});
  const interruption = new AbortController();
  const { signal } = interruption;
  listenToSignals({
    begin: (exitCode) => interruption.abort(new Interrupted(exitCode)),
    end: (exitCode) => process.exit(exitCode),
  });
  process.on('uncaughtException', async (error) => {
    writeFailure(stderr, (await describe(error, env)).text);
    process.exit(1);
  });
  const cwd = findWorkingFolder();
  if (cwd === undefined) {
    writeFailure(
      stderr,
      'The working folder was removed or cannot be read. Change to another folder and run it again.',
    );
    process.exit(1);
  }
  const code = await runCommands(process.argv.slice(2), { stdin, stdout, stderr, env, cwd, signal }, addCommands);
  // All output has been written. Exit explicitly: open connections or an open standard input would keep the process
  // running.
  process.exit(code);
}

function findWorkingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function writeFailure(stderr: RunOptions['stderr'], text: string): void {
  stderr.write(`${messageOf(text)}\n`);
}

/** The message for a failure. It can quote an argument or an error of a script, so it is made printable line by line. */
function messageOf(text: string): string {
  const lines = `torii: ${text}`.split('\n').map((line) => printable(line));
  // After `printable`, which removes what could divide a secret.
  return withoutSecrets(lines.join('\n'));
}
