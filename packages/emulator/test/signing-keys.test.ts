import { createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';

let torii: Emulator;
beforeEach(async () => {
  torii = await startEmulator();
});
afterEach(() => torii.stop());

function verify(token: string) {
  return jwtVerify(token, createRemoteJWKSet(new URL(torii.jwksUrl)));
}

async function keySet(): Promise<JSONWebKeySet> {
  const response = await fetch(torii.jwksUrl);
  return (await response.json()) as JSONWebKeySet;
}

test('publishes only public keys, cacheable for five minutes', async () => {
  const response = await fetch(torii.jwksUrl);
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  const { keys } = (await response.json()) as JSONWebKeySet;
  expect(keys).toHaveLength(1);
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
});

test('serves a discovery document at the path of OpenID Connect', async () => {
  const response = await fetch(`${torii.issuer}/.well-known/openid-configuration`);
  expect(await response.json()).toMatchObject({ issuer: torii.issuer, jwks_uri: torii.jwksUrl });
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
});

test('signs with a new key after a rotation, and keeps the old key in the key set', async () => {
  const before = await torii.token();
  const { kid, previousKid } = await torii.rotateKeys();
  const after = await torii.token();
  expect(decodeProtectedHeader(before).kid).toBe(previousKid);
  expect(decodeProtectedHeader(after).kid).toBe(kid);
  expect(torii.keyIds).toEqual([kid, previousKid]);
  await verify(before);
  await verify(after);
});

test('removes a withdrawn key from the key set, so that its tokens are refused', async () => {
  const before = await torii.token();
  const { kid, previousKid } = await torii.rotateKeys();
  expect(torii.withdrawKeys()).toEqual([previousKid]);
  expect((await keySet()).keys.map((key) => key.kid)).toEqual([kid]);
  await expect(verify(before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

test('signs with an older key on request, even if it is withdrawn', async () => {
  const { previousKid } = await torii.rotateKeys();
  await verify(await torii.token({ signedBy: previousKid }));
  torii.withdrawKeys(previousKid);
  const token = await torii.token({ signedBy: previousKid });
  expect(decodeProtectedHeader(token).kid).toBe(previousKid);
  await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

test('refuses to withdraw the current key', async () => {
  const [current = ''] = torii.keyIds;
  expect(() => torii.withdrawKeys(current)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  expect(torii.keyIds).toEqual([current]);
});

test('refuses to withdraw an unknown key, and then withdraws none', async () => {
  const { kid, previousKid } = await torii.rotateKeys();
  expect(() => torii.withdrawKeys(previousKid, 'nobody')).toThrow(expect.objectContaining({ code: 'key_unknown' }));
  expect(torii.keyIds).toEqual([kid, previousKid]);
});
