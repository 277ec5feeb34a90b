import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { EcPublicJwk, VerifySignature } from './signature.ts';

const maxInTurn = 4;
let inTurn = 0;

/**
 * Makes a key ready to verify. Rejects for a point that is not on the curve.
 *
 * It verifies here and now while that is cheap, and in the thread pool while it is not. The way into the pool and back
 * costs time of its own, so the first few of a turn of the event loop are done sooner without it. Beyond that, a burst would
 * hold up everything else in the process, and the pool's threads are through with it sooner. The pool is shared with password
 * hashes, DNS and files: a request that comes alone never waits for those.
 */
export async function loadKey({ x, y }: EcPublicJwk): Promise<VerifySignature> {
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return (signature, signedBytes) => {
    const der = derOf(signature);
    return isBusy() ? verifyInPool(key, der, signedBytes) : verify('sha256', signedBytes, key, der);
  };
}

function verifyInPool(key: KeyObject, der: Uint8Array, signedBytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify('sha256', signedBytes, key, der, (error, isGood) => {
      if (error === null) resolve(isGood);
      else reject(error);
    });
  });
}

/** Counts a signature, where there is room for it in this turn. */
function isBusy(): boolean {
  if (inTurn >= maxInTurn) return true;
  if (inTurn === 0) setImmediate(endTurn);
  inTurn += 1;
  return false;
}

function endTurn(): void {
  inTurn = 0;
}

/**
 * The two numbers of a signature as OpenSSL has them (RFC 3279 2.2.3). Node can do that itself, `dsaEncoding: 'ieee-p1363'`,
 * but on Node 24 it takes a third of the whole verification for it.
 */
function derOf(signature: Uint8Array): Uint8Array {
  const [r, s] = [integerOf(signature, 0), integerOf(signature, 32)];
  const der = new Uint8Array(6 + r.length + s.length);
  der.set([0x30, 4 + r.length + s.length, 0x02, r.length]);
  der.set(r, 4);
  der.set([0x02, s.length], 4 + r.length);
  der.set(s, 6 + r.length);
  return der;
}

/** Without zeros in front, but for the one that keeps a number with a high first bit positive (X.690 8.3). */
function integerOf(signature: Uint8Array, start: number): Uint8Array {
  const end = start + 32;
  let first = start;
  while (first < end - 1 && signature[first] === 0) first++;
  const digits = signature.subarray(first, end);
  if ((signature[first] ?? 0) < 0x80) return digits;
  const padded = new Uint8Array(digits.length + 1);
  padded.set(digits, 1);
  return padded;
}
