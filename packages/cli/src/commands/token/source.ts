import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readTextOf } from '../../files.ts';
import { askLine } from '../../prompt.ts';
import { addSettingsOptions, type SettingsOptions, settingsFrom } from '../../settings.ts';

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

/** What somebody pasted: a token alone, or the values of `Authorization` headers, in which there may be one. */
export type Pasted = { readonly token: string } | { readonly headers: readonly string[] };

// As a request has it, as a line for cURL, or as a browser copies it for `fetch`.
const authorizationHeader = /(["'])?\bauthorization\1?[ \t]*:[ \t]*(["'])?([^\r\n]*)/gi;
const knownScheme = /^(?:bearer|basic|digest|dpop|negotiate)[ \t]/i;

/** Finds what is meant. Nothing is put right: what is wrong with it is for the verifier to say. */
function understand(text: string): Pasted {
  const headers = [...text.matchAll(authorizationHeader)].map(([, outer, inner, value = '']) =>
    upTo(inner ?? outer, value).trim(),
  );
  if (headers.length > 0) return { headers };
  const bare = withoutQuotes(text.trim());
  return knownScheme.test(bare) ? { headers: [bare] } : { token: bare };
}

/** The token of what was pasted, or undefined where there is not one. */
export function tokenIn(pasted: Pasted): string | undefined {
  if ('token' in pasted) return pasted.token === '' ? undefined : pasted.token;
  const [value, second] = pasted.headers;
  return second === undefined ? /^bearer[ \t]+(\S+)$/i.exec(value ?? '')?.[1] : undefined;
}

function upTo(quote: string | undefined, value: string): string {
  return quote === undefined ? value : (value.split(quote, 1)[0] ?? '');
}

function withoutQuotes(text: string): string {
  return /^(["'`]).*\1$/s.test(text) ? text.slice(1, -1).trim() : text;
}
