import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
import type { Context } from './context.ts';
import { CommandFailure, Interrupted, UsageError } from './failures.ts';

/** Asks on the terminal, and gives the line that is typed; empty after Ctrl-D. A secret is not shown while it is typed. */
export async function askLine(
  { stdin, stderr, signal }: Context,
  question: string,
  { isSecret = false }: { readonly isSecret?: boolean } = {},
): Promise<string> {
  const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
  const prompt = createInterface({ input: stdin, output, terminal: true });
  // Only now is the terminal silent. What is typed at a question that came earlier would be shown.
  if (isSecret) stderr.write(question);
  // While it reads, Ctrl-C is a key and not a signal.
  const interruption = new AbortController();
  prompt.once('SIGINT', () => interruption.abort(new Interrupted()));
  const ended = AbortSignal.any([signal, interruption.signal]);
  // Ctrl-D closes it without an answer.
  const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
  try {
    const asked = prompt.question(isSecret ? '' : question, { signal: ended });
    return await Promise.race([asked, closed]).catch((error: unknown) => {
      throw ended.aborted ? ended.reason : error;
    });
  } finally {
    prompt.close();
    if (isSecret) stderr.write('\n');
  }
}

/** Adds `--yes`. */
export function addYesOption(command: Command): Command {
  return command.addOption(new Option('-y, --yes', 'do not ask'));
}

/**
 * Asks before something that cannot be taken back.
 *
 * @throws UsageError where nobody can be asked, CommandFailure where the answer is no
 */
export async function confirm(context: Context, question: string, { yes }: { readonly yes?: true }): Promise<void> {
  if (yes) return;
  if (context.stdin.isTTY !== true || context.stderr.isTTY !== true) {
    throw new UsageError(`This asks first, and nobody is there to answer: give --yes to do it without asking.`);
  }
  const answer = await askLine(context, `${question} [y/N] `);
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandFailure('Nothing was done.');
}
