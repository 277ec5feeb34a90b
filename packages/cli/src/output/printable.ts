import { stripVTControlCharacters } from 'node:util';

// C0, DEL and C1, and the marks that turn the direction of text: a user's name must not move the cursor, colour the
// screen, or make one line look like another.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of others as it may be shown on a terminal, on one line. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(unprintable, ' ');
}

/** JSON on one line that shows what is in it: what a terminal would act on is escaped. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const secrets =
  /\b(?:sk|whsec)_[\w+/=-]+|\beyJ[\w.-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END[A-Z -]*|$)/g;

/** The text without what looks like a secret key, a webhook secret, a private key or a token. */
export function withoutSecrets(text: string): string {
  return text.replace(secrets, '[secret]');
}
