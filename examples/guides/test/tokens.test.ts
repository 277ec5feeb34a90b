import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { createRevocations, memoryFeed } from '@torii/revocation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasonOf, type ServedApp, serveExample } from './served-app.ts';

let emulator: Emulator;
let app: ServedApp;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
  app = await serveExample(() => import('../src/tokens.ts'));
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await emulator.stop();
});

describe('the app of the page', () => {
  test('returns what the token says about the user', async () => {
    const organization = { id: 'acme', role: 'org:administrator' };
    const token = await emulator.token({ userId: 'ada', organization, actor: { sub: 'bo' } });
    const response = await app.send('/me', token);
    expect(await response.json()).toEqual({
      userId: 'ada',
      organization,
      emailVerified: true,
      impersonating: true,
      actedBy: 'bo',
    });
  });

  test.each([
    ['an address that is not verified', { emailVerified: false }],
    ['an impersonated user', { actor: { sub: 'bo' } }],
  ])('refuses a payout for %s', async (_, options) => {
    const response = await app.send('/payouts', await emulator.token(options), { method: 'POST' });
    expect(response.status).toBe(403);
    expect(await reasonOf(response)).toBe('not_allowed');
  });

  test('makes a payout for the user', async () => {
    const response = await app.send('/payouts', await emulator.token({ userId: 'ada' }), { method: 'POST' });
    expect(response.status).toBe(201);
  });
});

describe('the order of the checks', () => {
  const now = Math.floor(Date.now() / 1000);
  const faults = [
    ['issuer_refused', { iss: 'https://acme.torii.so' }],
    ['claim_missing', { sub: undefined }],
    ['token_expired', { exp: now - 60 }],
    ['token_not_yet_valid', { nbf: now + 600 }],
    ['audience_refused', { aud: 'https://chat.example' }],
    ['claim_missing', { plan: undefined }],
    ['audience_refused', { token_use: 'chat' }],
    ['environment_refused', { pid: 'env_other' }],
    ['token_lifetime_refused', { exp: now + 3_601, iat: now - 3_600 }],
  ] as const;

  test('is the order of the page: of two faults, the first one is reported', async () => {
    const { issuer, environmentId } = emulator;
    const revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() });
    const verifier = createVerifier({
      issuer,
      environmentId,
      revocations,
      requireClaims: ['plan'],
      refuseClaims: ['token_use'],
    });
    const good = { plan: 'pro' };
    const denialOf = async (claims: object, options = {}) => {
      const token = await emulator.token({ claims: { ...good, ...claims }, ...options });
      return (await verifier.check({ authorization: `Bearer ${token}` })).denial?.body.error.reason;
    };
    expect(await denialOf({})).toBeUndefined();

    for (const [index, [reason, claims]] of faults.entries()) {
      expect(await denialOf(claims)).toBe(reason);
      // Each of these claims is checked before the signature.
      expect(await denialOf(claims, { signedBy: 'stranger' })).toBe(reason);
      const next = faults[index + 1]?.[1] ?? {};
      // Skipped for two faults in `exp`: the second value would replace the first.
      if (!('exp' in next && 'exp' in claims)) expect(await denialOf({ ...next, ...claims })).toBe(reason);
    }
    // Checked after the signature: claims that are needed only to make the `Auth` object.
    expect(await denialOf({ act: 'bo' }, { signedBy: 'stranger' })).toBe('signature_invalid');
    expect(await denialOf({ act: 'bo' })).toBe('claim_malformed');
    await revocations.revokeUser('ada');
    expect(await denialOf({ sub: 'ada', act: 'bo' })).toBe('claim_malformed');
    expect(await denialOf({ sub: 'ada' })).toBe('token_revoked');
    revocations.close();
  });
});

test('the tolerance applies to both ends of a token', async () => {
  const { issuer } = emulator;
  const verifier = createVerifier({ issuer });
  const strict = createVerifier({ issuer, clockTolerance: 0 });
  const over = await emulator.token({ expiresInSeconds: -15 });
  const soon = await emulator.token({ claims: { nbf: Math.floor(Date.now() / 1000) + 15 } });
  await verifier.verify(over);
  await verifier.verify(soon);
  await expect(strict.verify(over)).rejects.toMatchObject({ reason: 'token_expired' });
  await expect(strict.verify(soon)).rejects.toMatchObject({ reason: 'token_not_yet_valid' });
});

test('the newer claim `o` gives the organization too', async () => {
  const verifier = createVerifier({ issuer: emulator.issuer });
  const auth = await verifier.verify(await emulator.token({ claims: { o: { id: 'acme', rol: 'administrator' } } }));
  expect(auth.organization).toEqual({ id: 'acme', role: 'administrator' });
});
