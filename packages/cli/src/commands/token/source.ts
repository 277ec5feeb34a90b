import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readTextOf } from '../../input/piped-text.ts';
import { askLine } from '../../input/question.ts';
import { addSettingsOptions, type SettingsOptions, settingsFrom } from '../../settings.ts';
import { type Pasted, understand } from './pasted.ts';

/** What the options of {@link addTokenSource} say. */
export interface TokenSourceOptions extends SettingsOptions {
  readonly variable?: string;
}

const maxBytes = 1_000_000;

/** Adds where the token comes from. It is never an argument. */
export function addTokenSource(command: Command): Command {
  return addSettingsOptions(command)
    .argument('[file]', 'a file with the token; - is standard input, and what is read where nothing is said')
    .option('--variable <name>', 'take it from this variable of the environment or .env');
}

/**
 * The token as it was given: bare, or in an `Authorization` header, or in a line for cURL.
 *
 * @throws UsageError for a token among the arguments, where `ps` and the shell's history show it
 */
export async function readToken(
  context: Context,
  file: string | undefined,
  options: TokenSourceOptions,
): Promise<Pasted> {
  if (file !== undefined && looksLikeToken(file)) {
    throw new UsageError(
      'A token is not taken from the command line, where other users of this machine and the shell’s history see it. ' +
        'Pipe it in, name a file, give --variable NAME, or paste it when torii asks.',
    );
  }
  if (options.variable !== undefined) {
    if (file !== undefined) throw new UsageError('Give a file or --variable, not both.');
    const found = settingsFrom(context, options)(options.variable);
    if (found === undefined) throw new UsageError(`There is no variable ${options.variable}, in .env neither.`);
    return understand(found.text);
  }
  const isAsked = file === undefined && context.stdin.isTTY === true;
  return understand(
    isAsked
      ? await askLine(context, 'Token (not shown): ', { isSecret: true })
      : await readTextOf(context, file ?? '-', maxBytes),
  );
}

function looksLikeToken(text: string): boolean {
  return /^(?:bearer |authorization:)/i.test(text) || /^eyJ|^[\w-]{16,}\.[\w-]{16,}\.[\w-]{20,}/.test(text);
}
