// Reads and changes `Set-Cookie` lines (RFC 6265 5.2). What is not changed stays as it was sent: browsers replace a
// partitioned cookie only by another partitioned one.

import { wallMs } from '@torii/core/internal';
import { trimBlanks } from '../token-cookie.ts';

export function readName(line: string): string {
  return trimBlanks(line.split(/[=;]/, 1)[0] ?? '');
}

/** Also reads a line without attributes: `name=value`. */
export function readValue(line: string): string {
  const pair = pairOf(line);
  return trimBlanks(pair.slice(pair.indexOf('=') + 1));
}

/** The attributes, such as ` Path=/`. */
function attributesOf(line: string): readonly string[] {
  return line.split(';').slice(1);
}

export function attributeName(attribute: string): string {
  return readName(attribute).toLowerCase();
}

export function pathOf(line: string): string | undefined {
  return attributeOf(line, 'path');
}

/** Whether the browser drops the cookie. `Max-Age` wins over `Expires`. */
export function isExpired(line: string): boolean {
  const maxAge = attributeOf(line, 'max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  return Date.parse(attributeOf(line, 'expires') ?? '') <= wallMs();
}

/** Of several attributes with one name, the last one counts. */
function attributeOf(line: string, name: string): string | undefined {
  const found = attributesOf(line).findLast((attribute) => attributeName(attribute) === name);
  return found === undefined ? undefined : readValue(found);
}

export function withValue(line: string, value: string): string {
  return [`${readName(line)}=${value}`, ...attributesOf(line)].join(';');
}

export function atPath(line: string, path: string): string {
  return [pairOf(line), ` Path=${path}`, ...attributesWithout(line, ['path'])].join(';');
}

/** The line that makes the browser drop the cookie at this path. */
export function expired(line: string, path: string): string {
  const others = attributesWithout(line, ['max-age', 'expires', 'path']);
  return [`${readName(line)}=`, ` Path=${path}`, ' Max-Age=0', ...others].join(';');
}

export function attributesWithout(line: string, names: readonly string[]): readonly string[] {
  return attributesOf(line).filter((attribute) => !names.includes(attributeName(attribute)));
}

export function pairOf(line: string): string {
  return line.split(';', 1)[0] ?? '';
}
