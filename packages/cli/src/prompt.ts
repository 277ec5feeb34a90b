import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
import type { Context } from './context.ts';
import { CommandFailure, Interrupted, UsageError } from './failures.ts';

export async function askLine(
  { stdin, stderr, signal }: Context,
  question: string,
  { isSecret = false }: { readonly isSecret?: boolean } = {},
): Promise<string> {
  const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
  const prompt = createInterface({ input: stdin, output, terminal: true });
  // Print the question for a secret only now, after createInterface() has turned off the terminal's echo: a secret
  // typed earlier would be visible.
  if (isSecret) stderr.write(question);
  // Handle Ctrl-C here: readline puts the terminal in raw mode, so Ctrl-C sends no signal to the process.
  const interruption = new AbortController();
  prompt.once('SIGINT', () => interruption.abort(new Interrupted()));
  const ended = AbortSignal.any([signal, interruption.signal]);
  // Return an empty text on Ctrl-D: readline closes the prompt, and the promise of question() never settles.
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

export function addYesOption(command: Command): Command {
  return command.addOption(new Option('-y, --yes', 'do it without asking'));
}

interface YesOptions {
  readonly yes?: true;
}

/**
 * Checks that {@link confirm} will be able to ask. For commands that send requests before they ask.
 *
 * @param other another way, for the message
 * @throws UsageError if there is neither `--yes` nor a terminal
 */
export function demandConfirmable({ stdin, stderr }: Context, { yes }: YesOptions, other?: string): void {
  if (yes || (stdin.isTTY === true && stderr.isTTY === true)) return;
  throw new UsageError(
    `This command asks for confirmation, but there is no terminal to ask on. Use --yes to run it without asking${other === undefined ? '' : `, ${other}`}.`,
  );
}

export async function confirm(context: Context, question: string, options: YesOptions): Promise<void> {
  demandConfirmable(context, options);
  if (options.yes) return;
  const answer = await askLine(context, `${question} [y/N] `);
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandFailure('Canceled. Nothing was changed.');
}
