import { stripVTControlCharacters } from 'node:util';

// C0, DEL, C1 and bidirectional control characters, which are replaced or escaped. In a user's name they could move the
// cursor, change colors or make one line look like another.
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(unprintable, ' ');
}

export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const secrets =
  /\b(?:sk|whsec)_[\w+/=-]+|\beyJ[\w.-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END[A-Z -]*|$)/g;

export function withoutSecrets(text: string): string {
  return text.replace(secrets, '[secret]');
}
