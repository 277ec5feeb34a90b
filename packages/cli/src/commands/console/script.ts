import { Console } from 'node:console';
import { once } from 'node:events';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { ToriiConfigError, ToriiError } from '@torii/core';
import { isError } from '@torii/core/adapter';
import type { Context } from '../../context.ts';
import { isKeyRefused } from '../../failure-text.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { standardInput, textFrom } from '../../files.ts';
import { printableLines } from '../../output/printable.ts';

const fileName = 'torii-script';
const source = `\n//# sourceURL=${fileName}`;
/** Subtracted from line numbers in errors: V8 puts two lines before a script, and compile() below adds one more. */
const linesAbove = 3;

export async function runScript(context: Context, variables: PropertyDescriptorMap): Promise<void> {
  const { output, stdin, stdout, stderr, signal } = context;
  const code = textFrom(await buffer(addAbortSignal(signal, stdin)), standardInput);
  const interrupted = once(signal, 'abort').then(() => signal.throwIfAborted());
  Object.defineProperties(globalThis, variables);
  try {
    const value = await Promise.race([compile(code)(new Console(stdout, stderr)), interrupted]);
    if (value !== undefined)
      await output.write(`${printableLines(inspect(value, { colors: output.hasColors, depth: 6 }), '\n\u001b')}\n`);
  } catch (error) {
    if (signal.aborted) throw error;
    // The options of the script's own calls are not flags of the command line.
    if (error instanceof ToriiConfigError && !isKeyRefused(error)) throw new UsageError(error.message);
    throw hasUserMessage(error) ? error : failureOf(error);
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(globalThis, name);
  }
}

type RunScript = (console: Console) => Promise<unknown>;

// Run the script as an async function, in which `await import()` works. With node:vm, import() would need a flag of Node.
const AsyncFunction = (async () => {}).constructor as new (parameter: string, body: string) => RunScript;

function compile(code: string): RunScript {
  try {
    return new AsyncFunction('console', `\nreturn (${code.replace(/[;\s]+$/, '')}\n)${source}`);
  } catch {
    return new AsyncFunction('console', `\n${code}${source}`);
  }
}

function hasUserMessage(error: unknown): boolean {
  return error instanceof ToriiError || error instanceof UsageError || error instanceof CommandFailure;
}

/**
 * Shows the message of any error that the script throws, to help its author. Other commands hide the messages of
 * unknown errors, because they can contain secrets.
 */
function failureOf(error: unknown): CommandFailure {
  if (!isError(error)) return new CommandFailure(`The script threw ${inspect(error, { depth: 1 })}.`);
  const [, line] = new RegExp(`\\b${fileName}:(\\d+)`).exec(error.stack ?? '') ?? [];
  const where = line === undefined ? '' : ` at line ${Number(line) - linesAbove}`;
  return new CommandFailure(`The script failed${where}: ${error.name}: ${error.message}`, { cause: error });
}
