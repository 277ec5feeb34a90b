import type { Operation } from './operation.ts';
import { secretPatternOf } from './secret-pattern.ts';

const secretNames = /pass(word|phrase|code)|secret|token|credential|ticket|api_?key/i;
const maxSecrets = 20;

/**
 * Returns a function that removes the secrets of a request, such as a new user's password, from a text of the server: it may
 * quote the value that it refuses, and the text is logged.
 */
export function sentSecretsOf({ input }: Operation): (text: string) => string {
  const secrets: string[] = [];
  collect(input, false, secrets, 0);
  // Longest first: one secret may contain another one.
  secrets.sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((left, secret) => without(secret, left), text);
}

function collect(value: unknown, isSecret: boolean, secrets: string[], depth: number): void {
  if (secrets.length >= maxSecrets || depth > 20) return;
  if (isSecret && (typeof value === 'string' || typeof value === 'number')) secrets.push(String(value));
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    collect(member, isSecret || secretNames.test(name), secrets, depth + 1);
  }
}

/** Of secrets that are longer, escaped characters are not recognized, to keep the expression small. */
const longest = 500;
const withheld = '[withheld]';

function without(secret: string, text: string): string {
  if (secret === '') return text;
  // A short one is removed only as a word: removing the letter `a` everywhere would destroy the text.
  if (secret.length > longest) return text.replaceAll(secret, withheld);
  if (secret.length > 3) return text.replace(secretPatternOf(secret), withheld);
  return text
    .split(/(\w+)/)
    .map((word) => (word === secret ? withheld : word))
    .join('');
}
