import { type Claims, claimOf, isJsonObject } from '../auth.ts';
import { ToriiAuthError } from '../errors.ts';

/** The parts of a compact JWS (RFC 7515 3.1), decoded and not yet believed. */
export interface ParsedToken {
  readonly header: Claims;
  readonly claims: Claims;
  /** The bytes that were signed. */
  readonly signedBytes: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** Far above any token that fits into a header; far below what would cost time. */
const maxTokenLength = 16_384;

/**
 * Takes a token apart: exactly three parts, strict base64url (RFC 7515 2: no padding, no other alphabet, no stray bits),
 * and inside it valid UTF-8 that is a JSON object.
 *
 * @throws ToriiAuthError `token_malformed`
 */
export function parseToken(token: string): ParsedToken {
  if (token.length > maxTokenLength) throw malformed('The token is too long.');
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1 || token.includes('.', second + 1))
    throw malformed('The token does not have three parts.');
  return {
    header: parseHeader(token.slice(0, first)),
    claims: parseObject(token.slice(first + 1, second)),
    signedBytes: utf8Encoder.encode(token.slice(0, second)),
    signature: decodeBase64url(token.slice(second + 1)),
  };
}

/**
 * The key id of a header that asks for exactly what we verify.
 *
 * `jku`, `jwk`, `x5u` and `x5c` are not looked at: a token does not say by which key it is to be believed.
 *
 * @throws ToriiAuthError `algorithm_refused` or `token_malformed`
 */
export function keyIdFrom(header: Claims): string {
  // From configuration alone (RFC 8725 3.1), and before any key is looked up.
  if (claimOf(header, 'alg') !== 'ES256')
    throw new ToriiAuthError('algorithm_refused', 'The token is not signed with ES256.');
  refuseExtensions(header);
  const kid = claimOf(header, 'kid');
  if (typeof kid !== 'string' || kid === '') throw malformed('The token does not name its key.');
  return kid;
}

/** RFC 7515 4.1.11: an extension that is not understood must be refused, and we understand none, `b64` (RFC 7797) included. */
export function refuseExtensions(header: Claims): void {
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64'))
    throw malformed('The token uses an extension that is not supported.');
}

const utf8Encoder = new TextEncoder();
// `ignoreBOM` keeps a byte order mark in the text, where JSON then refuses it.
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

let lastHeader: { readonly part: string; readonly header: Claims } | undefined;

// The tokens of one key all begin with the same header. Nobody outside this file gets to keep or change it.
function parseHeader(part: string): Claims {
  if (lastHeader?.part === part) return lastHeader.header;
  const header = Object.freeze(parseObject(part));
  lastHeader = { part: copyOf(part), header };
  return header;
}

/**
 * The same text in memory of its own: engines let a piece of a text keep the whole of it in memory, and a token is a piece of
 * a header, with whatever else is in that. Put together, and cut again, it has to be written anew.
 */
export function copyOf(text: string): string {
  return `${text} `.slice(0, -1);
}

function parseObject(part: string): Claims {
  const binary = decodeToBinary(part);
  let value: unknown;
  try {
    value = JSON.parse(isAscii(binary) ? binary : utf8Decoder.decode(bytesOf(binary)));
  } catch {
    // Without the cause: a SyntaxError quotes what it could not read, and that is a piece of a token.
    throw malformed('The token does not hold JSON.');
  }
  if (!isJsonObject(value)) throw malformed('The token does not hold JSON objects.');
  return value;
}

function decodeBase64url(part: string): Uint8Array<ArrayBuffer> {
  return bytesOf(decodeToBinary(part));
}

/** A character for each byte, as `atob` gives them. */
function decodeToBinary(part: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(part) || part.length % 4 === 1 || hasStrayBits(part)) {
    throw malformed('The token is not base64url.');
  }
  return atob(part.replaceAll('-', '+').replaceAll('_', '/'));
}

// Nearly every token is, and such text is its own UTF-8.
function isAscii(binary: string): boolean {
  return /^[\0-\x7F]*$/.test(binary);
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  // A loop: Uint8Array.from with a callback takes ten times as long, on every part of every token.
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// The last character of an incomplete group has bits that no byte uses. Set, they would make two texts of one token.
function hasStrayBits(part: string): boolean {
  const rest = part.length % 4;
  if (rest === 0) return false;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return (alphabet.indexOf(part.charAt(part.length - 1)) & (rest === 2 ? 0b1111 : 0b11)) !== 0;
}

export function malformed(message: string): ToriiAuthError {
  return new ToriiAuthError('token_malformed', message);
}
