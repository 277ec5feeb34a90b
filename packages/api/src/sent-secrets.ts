import type { Operation } from './operation.ts';
import { secretPatternOf } from './secret-pattern.ts';

const secretNames =
  /pass(w(?:or)?d|phrase|code|key)|pwd|secret|token|credential|ticket|api[_-]?key|private[_-]?key|authorization|cookie|otp|^pin$|pin[_-]?code/i;
const maxSecrets = 100;
const maxDepth = 200;
const withheld = '[withheld]';

interface Secrets {
  readonly found: Set<string>;
  /** Whether there were more values than can be looked at. */
  isIncomplete: boolean;
}

/**
 * Returns a function that removes the secrets of a request, such as a new user's password, from a text of the server: it may
 * quote the value that it refuses, and the text is logged.
 */
export function sentSecretsOf({ input }: Operation, headers: Headers): (text: string) => string {
  const secrets: Secrets = { found: new Set(), isIncomplete: false };
  collect(input, false, secrets, 0);
  collect(Object.fromEntries(headers), false, secrets, 0);
  return secrets.isIncomplete ? () => withheld : remover(secrets);
}

function remover({ found }: Secrets): (text: string) => string {
  // Longest first: one secret may contain another one.
  const removers = [...found].sort((a, b) => b.length - a.length).map(removerOf);
  return (text) => removers.reduce((left, remove) => remove(left), text);
}

// `"token":"…"` in a text, where the quotation marks may be escaped, and `?ticket=…` of a URL.
const quotedTokens =
  /(?:token|ticket|secret|url)\w{0,50}\\{0,7}["']\s{0,9}:\s{0,9}\\{0,7}["']((?:[^"'\s\\]|\\+\/)+)|(?:token|ticket|secret)\w{0,50}=([^"'&#\s\\<>]+)/gi;

/** The error response of an operation that creates a token, without tokens. */
export function withoutTokens(text: string): string {
  const secrets: Secrets = { found: new Set(), isIncomplete: false };
  try {
    collect(JSON.parse(text), false, secrets, 0, /token|ticket|secret|(?:url|link|href)$/i);
  } catch {
    // A part of a successful response, for example.
    secrets.isIncomplete = /token/i.test(text);
  }
  // A gateway may quote the response of a server behind it.
  for (const [, member = '', parameter = ''] of text.matchAll(quotedTokens)) {
    secrets.found.add((member || parameter).replaceAll(/\\+\//g, '/'));
  }
  secrets.isIncomplete ||= secrets.found.size > maxSecrets;
  return secrets.isIncomplete ? '' : remover(secrets)(text);
}

function collect(value: unknown, isSecret: boolean, secrets: Secrets, depth: number, names = secretNames): void {
  if (isSecret && (typeof value === 'string' || typeof value === 'number')) {
    const text = String(value);
    // Servers may compose or decompose characters such as `ä`.
    for (const form of [text, text.normalize('NFC'), text.normalize('NFD')]) if (form !== '') secrets.found.add(form);
  }
  if (secrets.found.size > maxSecrets || depth > maxDepth) secrets.isIncomplete = true;
  if (typeof value !== 'object' || value === null || secrets.isIncomplete) return;
  for (const [name, member] of Object.entries(value)) {
    collect(member, isSecret || names.test(name), secrets, depth + 1, names);
  }
}

/** Of secrets that are longer, escaped characters are not recognized, to keep the expression small. */
const longest = 500;

function removerOf(secret: string): (text: string) => string {
  if (secret.length > longest) return (text) => text.replaceAll(secret, withheld);
  // A short one is removed only as a word: removing the letter `a` everywhere would destroy the text.
  if (/^\w{1,3}$/.test(secret)) {
    return (text) =>
      text
        .split(/(\w+)/)
        .map((word) => (word.toLowerCase() === secret.toLowerCase() ? withheld : word))
        .join('');
  }
  const pattern = new RegExp(secretPatternOf(secret), 'gi');
  return (text) => text.replace(pattern, withheld);
}
