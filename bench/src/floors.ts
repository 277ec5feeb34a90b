import { verify as cryptoVerify, type webcrypto } from 'node:crypto';
import type { Verify } from './contenders.ts';
import type { Material } from './material.ts';

export const blockingFloor = 'floor: crypto.verify, blocking';
export const derFloor = 'floor: crypto.verify, blocking, in DER';
export const poolFloor = 'floor: crypto.verify, thread pool';
export const subtleFloor = 'floor: subtle.verify';

/** Floors: verifying only the signature, the least work that a verifier must do. */
export async function floors({ jwk, key }: Material): Promise<Record<string, Verify>> {
  const ieee = { key, dsaEncoding: 'ieee-p1363' } as const;
  return {
    [blockingFloor]: (token) => {
      const [data, signature] = partsOf(token);
      requireGood(cryptoVerify('sha256', data, ieee, signature));
    },
    [derFloor]: (token) => {
      const [data, signature] = partsOf(token);
      requireGood(cryptoVerify('sha256', data, key, derOf(signature)));
    },
    [poolFloor]: (token) => {
      const [data, signature] = partsOf(token);
      return new Promise<void>((resolve, reject) =>
        cryptoVerify('sha256', data, key, derOf(signature), (error, good) =>
          error === null && good ? resolve() : reject(new Error('refused')),
        ),
      );
    },
    ...(await webFloor(jwk)),
  };
}

/** The floor for Web Crypto. */
export async function webFloor({ kty, crv, x, y }: Material['jwk']): Promise<Record<string, Verify>> {
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const jwk = { kty, crv, x, y } as webcrypto.JsonWebKey;
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  return {
    [subtleFloor]: async (token) => {
      const [data, signature] = partsOf(token);
      requireGood(await crypto.subtle.verify(algorithm, key, signature, data));
    },
  };
}

function requireGood(isGood: boolean): void {
  if (!isGood) throw new Error('refused');
}

function partsOf(token: string): [Buffer<ArrayBuffer>, Buffer<ArrayBuffer>] {
  const end = token.lastIndexOf('.');
  return [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), 'base64url')];
}

/** Converts a signature of two 32-byte numbers to DER (X9.62), OpenSSL's format. Node 24's own conversion is slow. */
function derOf(signature: Buffer): Uint8Array {
  const [r, s] = [numberIn(signature, 0), numberIn(signature, 32)];
  const der = new Uint8Array(6 + r.length + s.length);
  der.set([0x30, 4 + r.length + s.length, 2, r.length]);
  der.set(r, 4);
  der.set([2, s.length], 4 + r.length);
  der.set(s, 6 + r.length);
  return der;
}

/** A DER integer: without leading zeros, except one if the first bit is set, which would make the number negative. */
function numberIn(signature: Buffer, start: number): Uint8Array {
  let first = start;
  while (first < start + 31 && signature[first] === 0) first++;
  const bytes = signature.subarray(first, start + 32);
  if ((bytes[0] ?? 0) < 0x80) return bytes;
  const signed = new Uint8Array(bytes.length + 1);
  signed.set(bytes, 1);
  return signed;
}
