import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Context } from '../context.ts';
import { Interrupted } from '../failures.ts';

/** Asks on the terminal, and gives the line that is typed; empty after Ctrl-D. A secret is not shown while it is typed. */
export async function askLine(
  { stdin, stderr, signal }: Context,
  question: string,
  { isSecret = false }: { readonly isSecret?: boolean } = {},
): Promise<string> {
  if (isSecret) stderr.write(question);
  const output = isSecret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
  const prompt = createInterface({ input: stdin, output, terminal: true });
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
