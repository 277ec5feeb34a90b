import { createPublicKey, verify } from 'node:crypto';
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
  const ecKey = { key, dsaEncoding: 'ieee-p1363' } as const;
  return (signature, signedBytes) => {
    if (inTurn >= maxInTurn) return verifyInPool(signature, signedBytes);
    if (inTurn === 0) setImmediate(endTurn);
    inTurn += 1;
    return verify('sha256', signedBytes, ecKey, signature);
  };

  function verifyInPool(signature: Uint8Array, signedBytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve, reject) => {
      verify('sha256', signedBytes, ecKey, signature, (error, isGood) => {
        if (error === null) resolve(isGood);
        else reject(error);
      });
    });
  }
}

function endTurn(): void {
  inTurn = 0;
}
