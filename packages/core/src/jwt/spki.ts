import type { Claims } from '../auth.ts';
import { encodeBase64 } from '../pem/base64.ts';
import { derTag, readElements, readSequence } from '../pem/der.ts';

// Object identifiers in hexadecimal: RFC 8017 A.1, RFC 5480 2.1.1, RFC 8410 3.
const rsaEncryption = '2a864886f70d010101';
const rsaPss = '2a864886f70d01010a';
const ecPublicKey = '2a8648ce3d0201';
const ed25519 = '2b6570';
const curves: ReadonlyMap<string, readonly [crv: string, bytes: number]> = new Map([
  ['2a8648ce3d030107', ['P-256', 32]],
  ['2b81040022', ['P-384', 48]],
  ['2b81040023', ['P-521', 66]],
]);

/** Turns a SubjectPublicKeyInfo (RFC 5280 4.1) into a JSON Web Key. Returns what is wrong if it cannot. */
export function jwkFrom(spki: Uint8Array): Claims | string {
  const [algorithm, bits] = readSequence(spki) ?? [];
  const [oid, parameters] = readElements(algorithm?.content ?? new Uint8Array()) ?? [];
  // The first byte of a BIT STRING is the number of unused bits.
  const key = bits?.content[0] === 0 ? bits.content.subarray(1) : undefined;
  if (oid?.tag !== derTag.oid || key === undefined) return damaged;
  switch (hexOf(oid.content)) {
    case rsaEncryption:
      return rsaFrom(key);
    case ecPublicKey:
      return ecFrom(key, parameters?.tag === derTag.oid ? hexOf(parameters.content) : '');
    case ed25519:
      return key.length === 32 ? { kty: 'OKP', crv: 'Ed25519', x: base64urlOf(key) } : damaged;
    case rsaPss:
      return 'is limited to RSA-PSS (id-RSASSA-PSS), which Web Crypto cannot read. Create it with openssl genpkey -algorithm RSA';
    default:
      return 'is a key for another purpose, or of a kind that no supported algorithm uses';
  }
}

const damaged = 'is damaged. Copy it again, with its first and last line and everything between them';

function rsaFrom(key: Uint8Array): Claims | string {
  const [n, e, third] = readSequence(key) ?? [];
  if (n?.tag !== derTag.integer || e?.tag !== derTag.integer || third !== undefined) return damaged;
  return { kty: 'RSA', n: base64urlOf(withoutLeadingZeros(n.content)), e: base64urlOf(withoutLeadingZeros(e.content)) };
}

function ecFrom(point: Uint8Array, curve: string): Claims | string {
  const [crv, size] = curves.get(curve) ?? [];
  if (crv === undefined || size === undefined) {
    return 'is on a curve that is not supported, or has explicit curve parameters. Use a key on P-256, P-384 or P-521';
  }
  // SEC 1 2.3.3: 2 or 3 begin a compressed point, 4 an uncompressed one.
  if (point[0] === 2 || point[0] === 3) {
    return 'is compressed. Convert it: openssl ec -pubin -in key.pem -pubout -conv_form uncompressed';
  }
  if (point[0] !== 4 || point.length !== 1 + 2 * size) return damaged;
  return { kty: 'EC', crv, x: base64urlOf(point.subarray(1, 1 + size)), y: base64urlOf(point.subarray(1 + size)) };
}

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : bytes.subarray(first);
}

function base64urlOf(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
