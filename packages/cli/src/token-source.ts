import { loggable } from '@torii/core/internal';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { UsageError } from './failures.ts';
import { readTextOf } from './files.ts';
import { askLine } from './prompt.ts';
import { addSettingsOptions, type SettingsOptions, settingsFrom } from './settings.ts';

export interface TokenSourceOptions extends SettingsOptions {
  readonly variable?: string;
}

const maxBytes = 1_000_000;

/** Adds the argument and option that say where to read the token. Neither takes the token: `ps` shows arguments. */
export function addTokenSource(command: Command): Command {
  return addSettingsOptions(command)
    .argument('[file]', 'file with the token; default and -: standard input')
    .option('--variable <name>', 'read the token from this variable of the environment or .env');
}

/**
 * Reads a token, an `Authorization` header or a cURL command from a file, a variable, standard input or the terminal.
 *
 * @throws UsageError if a token is passed as an argument, which is visible in `ps` and the shell's history
 */
export async function readToken(
  context: Context,
  file: string | undefined,
  options: TokenSourceOptions,
): Promise<Pasted> {
  if (file !== undefined && looksLikeToken(file)) {
    throw new UsageError(
      'A token cannot be passed on the command line: other users of this machine and the shell’s history can see it. ' +
        'Pipe it to the command, name a file, use --variable NAME, or paste it when torii asks.',
    );
  }
  if (options.variable !== undefined) {
    if (file !== undefined) throw new UsageError('A file and --variable cannot be combined. Use one of them.');
    const found = settingsFrom(context, options)(options.variable);
    if (found === undefined)
      throw new UsageError(
        `The variable ${options.variable} is not set in the environment or in .env. Check the name.`,
      );
    return parsePasted(found.text);
  }
  const isAsked = file === undefined && context.stdin.isTTY === true;
  return parsePasted(
    isAsked
      ? await askLine(context, 'Token (not shown): ', { isSecret: true })
      : await readTextOf(context, file ?? '-', maxBytes),
  );
}

function looksLikeToken(text: string): boolean {
  return /^(?:bearer |authorization:)/i.test(text) || /^eyJ|^[\w-]{16,}\.[\w-]{16,}\.[\w-]{20,}/.test(text);
}

export type Pasted =
  | { readonly token: string }
  /** `misplaced` is the place of a token in a cURL command without the header: `the cookie __session`. */
  | { readonly headers: readonly string[]; readonly misplaced?: string | undefined };

// Matches the header in a raw request, in a cURL command and in the `fetch` call that a browser copies.
const authorizationHeader = /(["'])?\bauthorization\1?[ \t]*:[ \t]*(["'])?([^\r\n]*)/gi;
const knownScheme = /^(?:bearer|basic|digest|dpop|negotiate)[ \t]|^[a-z][\w-]*[ \t]+eyJ/i;
const curlCommand = /^\s*(?:\$\s+)?curl(?:\.exe)?\s/i;

/** Finds the token or the headers in pasted text. Corrects no mistakes, so that the verifier reports them. */
function parsePasted(text: string): Pasted {
  const headers = [...text.matchAll(authorizationHeader)].map(([, outer, inner, value = '']) =>
    upTo(inner ?? outer, value).trim(),
  );
  if (headers.length > 0) return { headers };
  if (curlCommand.test(text)) return readCurl(text);
  const bare = withoutQuotes(text.trim());
  return knownScheme.test(bare) ? { headers: [bare] } : { token: bare };
}

/** Reads a cURL command without an `Authorization` header. */
function readCurl(text: string): Pasted {
  const [, bearer] = /\s--oauth2-bearer[\s=]+["']?([^\s"']+)/.exec(text) ?? [];
  if (bearer !== undefined) return { headers: [`Bearer ${bearer}`] };
  const [, cookie] = /(?:\bcookie:|\s-b|\s--cookie)[\s=]*["']?(?:[^"'\r\n]*;\s*)?([\w.-]{1,80})=eyJ/i.exec(text) ?? [];
  const [, header] = /\s(?:-H|--header)[\s=]*["']?([\w-]{1,80}):\s*(?:[a-z]+\s+)?eyJ/i.exec(text) ?? [];
  const [, parameter] = /[?&]([\w.-]{1,80})=eyJ/.exec(text) ?? [];
  const misplaced =
    (cookie && `the cookie ${loggable(cookie)}`) ??
    (header && `the header ${loggable(header)}`) ??
    (parameter && `the query parameter ${loggable(parameter)}`);
  return { headers: [], ...(misplaced !== undefined && { misplaced }) };
}

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
