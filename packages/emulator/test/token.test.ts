import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator, type TokenOptions } from '../src/index.ts';

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

/** Verifies with jose instead of @torii/core, so that the test does not depend on Torii's own verifier. */
function verify(token: string) {
  return jwtVerify(token, createRemoteJWKSet(new URL(torii.jwksUrl)), { algorithms: ['ES256'], issuer: torii.issuer });
}

test('mints a token with the standard claims that a verifier accepts', async () => {
  const { payload, protectedHeader } = await verify(await torii.token());
  expect(protectedHeader).toEqual({ alg: 'ES256', kid: torii.keyIds[0], typ: 'JWT' });
  expect(payload).toEqual({
    iss: torii.issuer,
    sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
    pid: torii.environmentId,
    iat: expect.any(Number),
    exp: (payload.iat ?? 0) + 300,
    email_verified: true,
    profile_complete: true,
  });
});

test.each<[string, TokenOptions, Record<string, unknown>]>([
  ['the user', { userId: 'ada' }, { sub: 'ada' }],
  ['the issuer', { issuer: 'https://acme.torii.so' }, { iss: 'https://acme.torii.so' }],
  ['the environment', { environmentId: 'other' }, { pid: 'other' }],
  ['an unverified email', { emailVerified: false }, { email_verified: false }],
  ['an incomplete profile', { profileComplete: false }, { profile_complete: false }],
  ['a locale', { locale: 'da' }, { locale: 'da' }],
  ['an organization', { organization: { id: 'o1', role: 'org:member' } }, { org_id: 'o1', org_role: 'org:member' }],
  ['an actor', { actor: { sub: 'admin' } }, { act: { sub: 'admin' } }],
  ['impersonation', { impersonating: true }, { impersonating: true }],
  ['custom claims', { claims: { plan: 'pro', o: { id: 'o1' } } }, { plan: 'pro', o: { id: 'o1' } }],
  ['a claim that overrides its option', { userId: 'ada', claims: { sub: 'bob' } }, { sub: 'bob' }],
])('writes %s into the token', async (_name, options, claims) => {
  expect(decodeJwt(await torii.token(options))).toMatchObject(claims);
});

test.each(['iss', 'sub', 'pid', 'iat', 'exp'])('leaves out the claim %s if it is undefined', async (claim) => {
  expect(decodeJwt(await torii.token({ claims: { [claim]: undefined } }))).not.toHaveProperty(claim);
});

test('mints an expired token, issued one lifetime before its expiry', async () => {
  const token = await torii.token({ expiresInSeconds: -60 });
  await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
  const { iat = 0, exp = 0 } = decodeJwt(token);
  expect(exp - iat).toBe(300);
});

test('mints a token with the current kid and a forged signature, which verifiers refuse', async () => {
  const token = await torii.token({ signedBy: 'stranger' });
  expect(decodeProtectedHeader(token).kid).toBe(torii.keyIds[0]);
  await expect(verify(token)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});

test('refuses to sign with an unknown key', async () => {
  await expect(torii.token({ signedBy: 'nobody' })).rejects.toMatchObject({ code: 'key_unknown' });
});

test('an emulator’s keys do not verify the tokens of another emulator', async () => {
  await using other = await startEmulator();
  await expect(verify(await other.token({ issuer: torii.issuer }))).rejects.toMatchObject({
    code: 'ERR_JWKS_NO_MATCHING_KEY',
  });
});
