import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { nextTurn } from '../platform.ts';
import type { EcPublicJwk, VerifySignature } from './signature.ts';

const maxSyncPerTurn = 4;
let syncThisTurn = 0;

// Verifies a few signatures per turn of the event loop synchronously, which is faster than the thread pool. The rest go to
// the pool, because a burst would block the event loop.
export async function loadKey({ x, y }: EcPublicJwk): Promise<VerifySignature> {
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return (signature, signedBytes) => {
    const der = derOf(signature);
    return isBurst() ? verifyInPool(key, der, signedBytes) : verify('sha256', signedBytes, key, der);
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

function isBurst(): boolean {
  if (syncThisTurn >= maxSyncPerTurn) return true;
  if (syncThisTurn === 0) nextTurn(endTurn);
  syncThisTurn += 1;
  return false;
}

function endTurn(): void {
  syncThisTurn = 0;
}

// Converts a signature to DER, the format of OpenSSL (RFC 3279 2.2.3). Not by Node's option `dsaEncoding`, which on Node
// 24 takes a third of the verification time.
function derOf(signature: Uint8Array): Uint8Array {
  const [r, s] = [integerOf(signature, 0), integerOf(signature, 32)];
  const der = new Uint8Array(6 + r.length + s.length);
  der.set([0x30, 4 + r.length + s.length, 0x02, r.length]);
  der.set(r, 4);
  der.set([0x02, s.length], 4 + r.length);
  der.set(s, 6 + r.length);
  return der;
}

// Encodes an integer for DER (X.690 8.3): no leading zero bytes, except one before a first bit of 1, which means negative.
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
