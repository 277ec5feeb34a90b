import { afterMicrotasks, nextTurn, steadyMs } from '../platform.ts';
import type { EcPublicJwk, VerifySignature } from './signature.ts';

// A signature is verified synchronously if it is the only one, because the thread pool would take longer. Concurrent ones go to
// the pool: they would block the event loop, and leave other cores idle. If the pool is stuck, a few per turn do not.

/** Signatures that the pool has not verified yet. */
let inPool = 0;
/** When the pool last verified a signature, or began with the first one. */
let poolMovedAtMs = 0;
/** The app's own work, such as hashing passwords, may keep all threads of the pool busy for seconds. */
const poolStuckMs = 10;
const maxSyncIfStuck = 4;
/** Whether a signature was verified synchronously and its promise has not resolved yet. */
let isVerifying = false;
let syncThisTurn = 0;
/** Whether this turn of the event loop has run another callback, such as that of another request, since the first of them. */
let isShared = false;
/** So that a loop of awaits, which never ends the turn, cannot keep timers and sockets waiting. */
const maxSyncPerTurn = 100;

export async function loadKey({ x, y }: EcPublicJwk): Promise<VerifySignature> {
  // Loaded here and not by `import`, because it takes longer to load than this package.
  const { createPublicKey, verify } = process.getBuiltinModule('node:crypto');
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return (signature, signedBytes) => {
    if (inPool > 0 ? isPoolStuck() : isOnlyOne()) {
      noteSync();
      return verify('sha256', signedBytes, key, derOf(signature, scratch));
    }
    return new Promise((resolve, reject) => {
      const der = derOf(signature, Buffer.allocUnsafe(maxDerLength));
      verify('sha256', signedBytes, key, der, (error, isGood) => {
        inPool -= 1;
        poolMovedAtMs = steadyMs();
        if (error === null) resolve(isGood);
        else reject(error);
      });
      if (inPool === 0) poolMovedAtMs = steadyMs();
      inPool += 1;
    });
  };
}

// Without this, tokens would wait in the pool behind that work, and all later ones behind them.
function isPoolStuck(): boolean {
  return syncThisTurn < maxSyncIfStuck && steadyMs() - poolMovedAtMs > poolStuckMs;
}

function isOnlyOne(): boolean {
  return !isVerifying && !isShared && syncThisTurn < maxSyncPerTurn;
}

function noteSync(): void {
  isVerifying = true;
  // Microtasks run in order: verifications that have already begun continue before this one, and the caller's next one after it.
  void Promise.resolve().then(endVerifying);
  if (syncThisTurn === 0) {
    nextTurn(endTurn);
    afterMicrotasks(share);
  }
  syncThisTurn += 1;
}

function endVerifying(): void {
  isVerifying = false;
}

function share(): void {
  isShared = true;
}

function endTurn(): void {
  syncThisTurn = 0;
  isShared = false;
}

const maxDerLength = 72;
/** Used for signatures that are verified synchronously. */
const scratch: Uint8Array = new Uint8Array(new ArrayBuffer(maxDerLength));

// Converts a signature to DER, the format of OpenSSL (RFC 3279 2.2.3). Not by Node's option `dsaEncoding`, which on Node
// 24 takes a third of the verification time.
function derOf(signature: Uint8Array, der: Uint8Array): Uint8Array {
  const [r, s] = [startOf(signature, 0), startOf(signature, 32)];
  const [rLength, sLength] = [lengthFrom(signature, r, 32), lengthFrom(signature, s, 64)];
  const length = 6 + rLength + sLength;
  der.fill(0);
  der[0] = 0x30;
  der[1] = length - 2;
  der[2] = 0x02;
  der[3] = rLength;
  for (let to = 3 + rLength, from = 31; from >= r; ) der[to--] = signature[from--] ?? 0;
  der[4 + rLength] = 0x02;
  der[5 + rLength] = sLength;
  for (let to = length - 1, from = 63; from >= s; ) der[to--] = signature[from--] ?? 0;
  return der.subarray(0, length);
}

// An integer in DER (X.690 8.3) has no leading zero bytes, except one before a first bit of 1, which means negative.
function startOf(signature: Uint8Array, start: number): number {
  let first = start;
  while (first < start + 31 && signature[first] === 0) first++;
  return first;
}

function lengthFrom(signature: Uint8Array, first: number, end: number): number {
  return end - first + ((signature[first] ?? 0) >> 7);
}
