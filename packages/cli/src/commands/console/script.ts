import { Console } from 'node:console';
import { once } from 'node:events';
import { addAbortSignal } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { ToriiError } from '@torii/core';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';

const fileName = 'torii-script';
const source = `\n//# sourceURL=${fileName}`;
/** Lines that stand above the script: two of the function's own, one of ours. */
const linesAbove = 3;

/**
 * Runs what comes from a pipe, with these variables. The value of one expression is written, and what statements return.
 *
 * @throws CommandFailure with the line of the script that failed
 */
export async function runScript(context: Context, variables: PropertyDescriptorMap): Promise<void> {
  const { output, stdin, stdout, stderr, signal } = context;
  const code = await readText(addAbortSignal(signal, stdin));
  const interrupted = once(signal, 'abort').then(() => signal.throwIfAborted());
  Object.defineProperties(globalThis, variables);
  try {
    const value = await Promise.race([compile(code)(new Console(stdout, stderr)), interrupted]);
    if (value !== undefined) await output.write(`${inspect(value, { colors: output.hasColours, depth: 6 })}\n`);
  } catch (error) {
    throw signal.aborted || isToBeSaid(error) ? error : failureOf(error);
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(globalThis, name);
  }
}

type RunScript = (console: Console) => Promise<unknown>;

// As a function, and not as a script of node:vm: `await import()` works there without a flag and without a warning.
const AsyncFunction = (async () => {}).constructor as new (parameter: string, body: string) => RunScript;

/** @throws SyntaxError */
function compile(code: string): RunScript {
  try {
    return new AsyncFunction('console', `\nreturn (${code.replace(/[;\s]+$/, '')}\n)${source}`);
  } catch {
    return new AsyncFunction('console', `\n${code}${source}`);
  }
}

function isToBeSaid(error: unknown): boolean {
  return error instanceof ToriiError || error instanceof UsageError || error instanceof CommandFailure;
}

/** What a script did wrong is for its author to read, unlike a mistake of torii's. */
function failureOf(error: unknown): CommandFailure {
  if (!(error instanceof Error)) return new CommandFailure(`The script threw ${inspect(error, { depth: 1 })}.`);
  const [, line] = new RegExp(`\\b${fileName}:(\\d+)`).exec(error.stack ?? '') ?? [];
  const where = line === undefined ? '' : ` in line ${Number(line) - linesAbove}`;
  return new CommandFailure(`The script failed${where}: ${error.name}: ${error.message}`, { cause: error });
}
