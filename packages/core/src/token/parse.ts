import { decodeBase64url, encodeAscii } from '#encoding';
import { type Claims, claimOf, isJsonObject } from '../auth.ts';
import { ToriiAuthError } from '../errors.ts';

export interface ParsedToken {
  readonly header: Claims;
  readonly claims: Claims;
  readonly signedBytes: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const maxTokenLength = 16_384;

export function parseToken(token: string): ParsedToken {
  if (token.length > maxTokenLength) throw malformed('The token is too long.');
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (second === -1 || token.includes('.', second + 1)) throw malformed('The token does not have three parts.');
  const parts = [token.slice(0, first), token.slice(first + 1, second), token.slice(second + 1)] as const;
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) || !parts.every(isWhole))
    throw malformed('The token is not valid base64url.');
  return {
    header: parseHeader(parts[0]),
    claims: parseObject(parts[1]),
    signedBytes: encodeAscii(token.slice(0, second)),
    signature: decodeBase64url(parts[2]),
  };
}

// Ignores `jku`, `jwk`, `x5u` and `x5c`: an attacker could use them to supply the key that verifies the token.
export function keyIdFrom(header: Claims): string {
  // The token never chooses the algorithm (RFC 8725 3.1).
  if (claimOf(header, 'alg') !== 'ES256')
    throw new ToriiAuthError('algorithm_refused', 'The token is not signed with ES256.');
  refuseExtensions(header);
  const kid = claimOf(header, 'kid');
  if (typeof kid !== 'string' || kid === '') throw malformed('The token does not name its key.');
  return kid;
}

// Refuses tokens with critical extensions: RFC 7515 4.1.11 forbids ignoring one that is not supported, and none is. `b64`
// (RFC 7797) is refused even if it is not marked as critical.
export function refuseExtensions(header: Claims): void {
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64'))
    throw malformed('The token uses an extension that is not supported.');
}

// `ignoreBOM` keeps a byte order mark, so that JSON.parse refuses it.
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

let lastHeader: { readonly part: string; readonly header: Claims } | undefined;

function parseHeader(part: string): Claims {
  if (lastHeader?.part === part) return lastHeader.header;
  const header = Object.freeze(parseObject(part));
  lastHeader = { part: copyOf(part), header };
  return header;
}

// Copies the text. A substring keeps its whole source string in memory, so a cached token would keep its HTTP header.
export function copyOf(text: string): string {
  return `${text} `.slice(0, -1);
}

function parseObject(part: string): Claims {
  let value: unknown;
  try {
    value = JSON.parse(utf8Decoder.decode(decodeBase64url(part)));
  } catch {
    // Refused below, without a `cause`: the message of a SyntaxError quotes a part of the token.
  }
  if (!isJsonObject(value)) throw malformed('The token does not contain JSON objects.');
  return value;
}

// Whether base64url without padding can have this length, and its last character sets no bits that decoding ignores (RFC 4648
// 3.5). If text with such bits were accepted, several texts would decode to the same token.
function isWhole(part: string): boolean {
  const rest = part.length % 4;
  return rest === 0 || (rest > 1 && (rest === 2 ? 'AQgw' : 'AEIMQUYcgkosw048').includes(part.slice(-1)));
}

export function malformed(message: string): ToriiAuthError {
  return new ToriiAuthError('token_malformed', message);
}
