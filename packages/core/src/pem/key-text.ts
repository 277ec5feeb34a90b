import { decodeBase64, latin1Of } from './base64.ts';

// How many layers of base64 are removed: one from a CI secret, and one from a Kubernetes manifest around it.
const maxLayers = 2;

/**
 * Undoes what happens to the text of a key on its way through variables, files and forms: escapes such as a literal `\n`,
 * also doubly escaped, CRLF, a byte order mark, UTF-16 that was read as another encoding, invisible characters, quotes,
 * indentation, and base64 around the whole text. Returns PEM, JSON, or what else it is. None of the repairs can change a
 * key: base64 and the lines of PEM contain none of the characters that are removed.
 */
export function cleanKeyText(given: string): string {
  let text = repair(given);
  for (let layer = 0; layer < maxLayers; layer++) {
    const inner = textInBase64(text);
    if (inner === undefined) break;
    text = repair(inner);
  }
  return text;
}

function repair(text: string): string {
  return withoutQuotes(
    unescapeUrl(text)
      .replace(/\\+(?:u([0-9a-fA-F]{4})|([nrt]))?/g, (_escape, code?: string, letter?: string) => {
        if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
        return letter === undefined ? '' : '\n';
      })
      .replace(/^\uFFFD+|[\0\p{Cf}]/gu, '')
      .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
      .replace(/[^\S\n]+/g, ' '),
  );
}

// A form encodes a space as `+` and a real `+` as `%2B`, so `+` is never a part of the key here.
function unescapeUrl(text: string): string {
  if (!/%(?:0A|0D|20|2B|2F)/i.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const atStart = /^["'`“‘\s]$/;
const atEnd = /^["'`”’\s,;]$/;

// A loop, because `/[…]+$/` takes quadratic time.
function withoutQuotes(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && atStart.test(text.charAt(start))) start++;
  while (start < end && atEnd.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function textInBase64(text: string): string | undefined {
  if (text.includes('-----')) return undefined;
  const bytes = decodeBase64(text.replace(/^(?:data:[\w/+.-]*;)?base64[,:]/i, '').replace(/\s/g, ''));
  if (bytes === undefined) return undefined;
  // A key is ASCII, so UTF-16 differs only in its zero bytes and in the byte order mark.
  const inner = latin1Of(bytes)
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '');
  const isKey = /-----BEGIN |^\W*\{/.test(inner) || (inner.length > 40 && /^[A-Za-z0-9+/_=\s-]+$/.test(inner));
  return isKey ? inner : undefined;
}
