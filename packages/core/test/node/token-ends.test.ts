import { createECDH, createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createVerifier, type VerifierEvent } from '../../src/index.ts';
import { base64url, claimsWith, issuer, makeKey, mint } from '../mint.ts';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytesOf = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(64, '0'), 'hex');

function positive(number: bigint): bigint {
  return ((number % order) + order) % order;
}

/** By Fermat's little theorem, as the order is a prime number. */
function inverseOf(number: bigint): bigint {
  let [result, factor] = [1n, positive(number)];
  for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * factor) % order;
    factor = (factor * factor) % order;
  }
  return result;
}

/** x and y of a multiple of the base point of P-256. */
function pointOf(multiple: bigint): readonly [Buffer, Buffer] {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(bytesOf(multiple));
  const point = curve.getPublicKey();
  return [point.subarray(1, 33), point.subarray(33)];
}

/** A token, and a key that was made for it: its signature ends with the same 32 bytes as that of `token`. */
function forceSameEnd(token: string, claims: Record<string, unknown>) {
  const s = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url').subarray(32);
  const header = { alg: 'ES256', kid: 'forced' };
  const signed = [header, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  const hash = numberOf(createHash('sha256').update(signed).digest());
  const k = positive(numberOf(randomBytes(32)));
  const r = positive(numberOf(pointOf(k)[0]));
  // ECDSA: s = (hash + r * privateKey) / k.
  const privateKey = positive((k * numberOf(s) - hash) * inverseOf(r));
  const [x, y] = pointOf(privateKey).map((each) => base64url(each));
  const publicJwk = { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: 'forced', x, y };
  return { publicJwk, token: `${signed}.${base64url(Buffer.concat([bytesOf(r), s]))}` };
}

test('[11] two valid tokens with the same end are both cached', async () => {
  const key = await makeKey();
  const token = await mint(key);
  const forced = forceSameEnd(token, claimsWith({ sub: 'user_2' }));
  expect(forced.token.slice(-32)).toBe(token.slice(-32));
  const events: VerifierEvent[] = [];
  const onEvent = (event: VerifierEvent) => events.push(event);
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk, forced.publicJwk] }, onEvent });
  for (let i = 0; i < 3; i++) {
    expect(await torii.verify(token)).toMatchObject({ userId: 'user_1' });
    expect(await torii.verify(forced.token)).toMatchObject({ userId: 'user_2' });
  }
  const cached = events.map((event) => event.type === 'verified' && event.fromCache);
  expect(cached).toEqual([false, false, true, true, true, true]);
});
