import { beforeAll, describe, expect, test } from 'vitest';
import { manyOptionsOver, oneCall, oneCallsOver, oursOver, peersOver, type Verify } from '../src/contenders.ts';
import { floors } from '../src/floors.ts';
import { type Material, makeMaterial } from '../src/material.ts';

// A verifier that accepts everything would be fast, so check that contenders refuse invalid tokens.
let material: Material;
beforeAll(async () => {
  material = await makeMaterial();
});

const verifiers = [
  '@torii/core',
  'jose',
  'fast-jwt, cache off',
  'fast-jwt, cache on',
  'aws-jwt-verify',
  'jsonwebtoken',
  'hono',
  'express-jwt + jwks-rsa',
  'koa-jwt + jwks-rsa',
];

test('the contenders are these verifiers', () => {
  expect(Object.keys({ ...oursOver(material), ...peersOver(material) })).toEqual(verifiers);
});

describe.each([...verifiers, ...Object.values(oneCall)])('%s', (name) => {
  const verify: Verify = (token) =>
    ({ ...oursOver(material), ...peersOver(material), ...oneCallsOver(material), ...manyOptionsOver(material) })[
      name
    ]?.(token);

  test('accepts a valid token', async () => {
    const [token = ''] = await material.mint(1);
    await expect(asPromise(verify, token)).resolves.not.toThrow();
  });

  test.each([
    ['an expired token', { claims: { exp: 1_700_000_000, iat: 1_699_990_000 } }],
    ['a token of another issuer', { claims: { iss: 'https://other.example.com' } }],
    ['a token that an unknown key signed with our kid', { foreignKid: 'key-1' }],
    ['a token with an unknown kid', { foreignKid: 'key-2' }],
  ])('refuses %s', async (_, changes) => {
    const [token = ''] = await material.mint(1, changes);
    await expect(asPromise(verify, token)).rejects.toThrow();
  });
});

test('floors accept valid signatures and refuse invalid ones', async () => {
  const all = Object.entries(await floors(material));
  expect(all).toHaveLength(4);
  // Enough tokens for DER integers of several lengths, with and without a leading zero.
  const good = await material.mint(600);
  const [bad = ''] = await material.mint(1, { foreignKid: 'key-1' });
  for (const [, verify] of all) {
    await expect(Promise.all(good.map((token) => asPromise(verify, token)))).resolves.toHaveLength(600);
    await expect(asPromise(verify, bad)).rejects.toThrow('refused');
  }
});

async function asPromise(verify: Verify, token: string): Promise<unknown> {
  return verify(token);
}
