import { stripVTControlCharacters } from 'node:util';
import { writeJson } from './json.ts';

// C0, DEL, C1, bidirectional control characters, invisible characters and halves of surrogate pairs, which are replaced or escaped.
// In a user's name they could move the cursor, change colors or make one line look like another. Not ZWJ, ZWNJ and the variation
// selectors, which emoji and some scripts need.
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\u034f|\u17b4|\u17b5|\p{Surrogate}/gu;

/** Makes a text safe for one line of a terminal. Values that are not strings, which a server can send, become JSON. */
export function printable(value: unknown): string {
  if (typeof value === 'string') return stripVTControlCharacters(value).replace(unprintable, ' ');
  return value === undefined || value === null ? '' : printableJson(value);
}

/** Makes the beginning of a text of unknown length safe for a message. */
export function brief(value: unknown, length: number): string {
  const text = printable(value);
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

export function printableJson(value: unknown, textOf?: (text: string) => string): string {
  return writeJson(value, textOf).replace(unprintable, escapeOf);
}

/**
 * Escapes invisible characters in a text of several lines.
 *
 * @param kept the characters to keep: a line break, or also the escape character of colors, as `util.inspect` writes them
 */
export function printableLines(text: string, kept: '\n' | '\n\u001b' = '\n'): string {
  return text.replace(unprintable, (character) => (kept.includes(character) ? character : escapeOf(character)));
}

/** A text as a cell of tab-separated values, without loss: tabs, line breaks and control characters are escaped. */
export function tabSeparatedCell(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replace(unprintable, (character) => shortEscapes[character] ?? escapeOf(character));
}

const shortEscapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeOf(character: string): string {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return units.map((unit) => `\\u${unit}`).join('');
}

const secrets =
  /\b(?:sk|whsec)_[\w.~+/=*-]*[\w~+/=*-]|\beyJ[\w.-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----(?=[\s\S]{0,200}?[\w+/]{16})[\s\S]*?(?:-----END[A-Z -]*|$)/g;

/** Replaces what looks like a secret by `[secret]`. Placeholders, such as `sk_live_…` and `sk_test_YOUR_KEY`, stay. */
export function withoutSecrets(text: string): string {
  return text.replace(secrets, (found) => (isPlaceholder(found) ? found : '[secret]'));
}

function isPlaceholder(found: string): boolean {
  const [, key] = /^(?:(?:sk|whsec)_(?:live_|test_)?|eyJ)(.*)$/s.exec(found) ?? [];
  return key !== undefined && /^(?:[.*]*|x+|X+|(?:(?:your|my|secret|api|key|here|example)(?:[_.-]+|$))+)$/i.test(key);
}
