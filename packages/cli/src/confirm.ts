import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import type { Context } from './context.ts';
import { CommandFailure, Interrupted, UsageError } from './failures.ts';

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
  const { stdin, stderr, signal } = context;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new UsageError(`This asks first, and nobody is there to answer: give --yes to do it without asking.`);
  }
  const prompt = createInterface({ input: stdin, output: stderr, terminal: true });
  // While it reads, Ctrl-C is a key and not a signal.
  const interruption = new AbortController();
  prompt.once('SIGINT', () => interruption.abort(new Interrupted()));
  const ended = AbortSignal.any([signal, interruption.signal]);
  // Ctrl-D closes it without an answer.
  const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
  try {
    const asked = prompt.question(`${question} [y/N] `, { signal: ended });
    const answer = await Promise.race([asked, closed]).catch((error: unknown) => {
      throw ended.aborted ? ended.reason : error;
    });
    if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandFailure('Nothing was done.');
  } finally {
    prompt.close();
  }
}
