import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { loadKey } from '../../src/keys/ecdsa.node.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
const bytes = new TextEncoder().encode('a.b');

/** The order of P-256 (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function signOnce(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
}

// DER encodes numbers with leading zeros and with a high first bit in a special way.
test('accepts valid signatures whose numbers begin with zeros or with a high bit', async () => {
  const verifySignature = await loadKey({ x, y });
  const begun = { withZero: 0, withHighBit: 0 };
  for (let i = 0; i < 3_000; i++) {
    const signature = signOnce();
    const first = [signature[0] ?? 0, signature[32] ?? 0];
    if (first.includes(0)) begun.withZero += 1;
    if (first.some((byte) => byte >= 0x80)) begun.withHighBit += 1;
    expect(await verifySignature(signature, bytes)).toBe(true);
  }
  expect(begun.withZero).toBeGreaterThan(0);
  expect(begun.withHighBit).toBeGreaterThan(0);
});

test.each<[name: string, r: bigint, s: bigint]>([
  ['one', 1n, 1n],
  ['a byte', 0x80n, 0x7fn],
  ['the order', order, order],
  ['more than the order', order + 1n, 1n],
  ['all ones', 2n ** 256n - 1n, 2n ** 256n - 1n],
  ['zero', 0n, 0n],
])('refuses numbers of %s, as Node does', async (_name, r, s) => {
  const hex = [r, s].map((number) => number.toString(16).padStart(64, '0')).join('');
  const signature = new Uint8Array(Buffer.from(hex, 'hex'));
  const verifySignature = await loadKey({ x, y });
  expect(await verifySignature(signature, bytes)).toBe(false);
  expect(verify('sha256', bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(false);
});

test('refuses a signature with any byte changed', async () => {
  const verifySignature = await loadKey({ x, y });
  const signature = signOnce();
  for (let i = 0; i < 64; i++) {
    const altered = signature.map((byte, at) => (at === i ? byte ^ 1 : byte));
    expect(await verifySignature(altered, bytes)).toBe(false);
  }
});
