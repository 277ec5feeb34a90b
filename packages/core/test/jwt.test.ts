import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import type { VerifierEvent } from '../src/index.ts';
import { createJwtVerifier, type JwtOptions } from '../src/jwt/index.ts';
import { bytes, jwks, type Key, pairs, pem, secret, sign, strangers } from './jwt-mint.ts';
import { base64url, nowSeconds } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const verifier = createJwtVerifier({ secret, algorithms: ['HS256'] });

describe('accepts', () => {
  test.each<[string, JwtOptions, string, Key, Record<string, unknown>]>([
    ['HS256 with a secret', { secret, algorithms: ['HS256'] }, 'HS256', bytes(secret), {}],
    ['HS512 with a secret', { secret, algorithms: ['HS256', 'HS512'] }, 'HS512', bytes(secret), {}],
    ['a secret of bytes', { secret: bytes(secret), algorithms: ['HS256'] }, 'HS256', bytes(secret), {}],
    ['RS256 with PEM', { key: pem, algorithms: ['RS256', 'PS256'] }, 'RS256', pairs.RS256.privateKey, {}],
    [
      'a token with a key id if there is one key',
      { key: pem, algorithms: ['RS256'] },
      'RS256',
      pairs.RS256.privateKey,
      { kid: 'x' },
    ],
    [
      'ES512 with a key',
      { key: { ...jwks.keys[2] }, algorithms: ['ES512'] },
      'ES512',
      pairs.ES512.privateKey,
      { kid: 'x' },
    ],
    [
      'ES256 with a key set',
      { jwks, algorithms: ['ES256', 'RS256'] },
      'ES256',
      pairs.ES256.privateKey,
      { kid: 'ES256' },
    ],
    [
      'Ed25519 with a key set',
      { jwks, algorithms: ['Ed25519'] },
      'Ed25519',
      pairs.Ed25519.privateKey,
      { kid: 'Ed25519' },
    ],
  ])('%s', async (_name, options, alg, key, header) => {
    const auth = await createJwtVerifier(options).verify(await sign(alg, key, {}, header));
    expect(auth?.userId).toBe('ada');
  });
});

test('fields that only a Torii token has are null', async () => {
  const token = await sign('HS256', bytes(secret), {
    pid: 'env',
    org_id: 'acme',
    org_role: 'boss',
    o: 'odd',
    iss: 'me',
    plan: 'pro',
  });
  const auth = await createJwtVerifier<{ plan: string }>({ secret, algorithms: ['HS256'] }).verify(token);
  expect(auth).toMatchObject({
    userId: 'ada',
    environmentId: null,
    organization: null,
    issuer: 'me',
    issuedAt: null,
    locale: null,
    actor: null,
    impersonating: false,
    emailVerified: false,
  });
  expect(auth.raw.plan).toBe('pro');
  expect(Object.isFrozen(auth.raw)).toBe(true);
});

test('reads the actor of an impersonated token', async () => {
  const auth = await verifier.verify(await sign('HS256', bytes(secret), { act: { sub: 'root' } }));
  expect([auth.impersonating, auth.actor?.userId]).toEqual([true, 'root']);
});

test.each([
  ['a number', 12345, '12345'],
  ['a string', 'ada', 'ada'],
])('reads the user id from the configured claim: %s', async (_name, user_id, expected) => {
  const torii = createJwtVerifier({ secret, algorithms: ['HS256'], claims: { userId: 'user_id' } });
  expect((await torii.verify(await sign('HS256', bytes(secret), { sub: undefined, user_id }))).userId).toBe(expected);
});

test('supports public paths, cookies, checks and events like any verifier', async () => {
  const events: VerifierEvent[] = [];
  const torii = createJwtVerifier({
    secret,
    algorithms: ['HS256'],
    publicPaths: ['/health'],
    cookie: 'token',
    checks: [(auth) => auth.userId === 'ada'],
    onEvent: (event) => events.push(event),
  });
  const token = await sign('HS256', bytes(secret));
  expect(await torii.authenticate({ method: 'GET', url: '/health', headers: {} })).toBeNull();
  expect((await torii.authenticate({ method: 'GET', url: '/x', headers: { cookie: `token=${token}` } }))?.userId).toBe(
    'ada',
  );
  const eve = await sign('HS256', bytes(secret), { sub: 'eve' });
  const { denial } = await torii.check({ headers: { authorization: `Bearer ${eve}` } });
  expect(denial?.status).toBe(403);
  expect(events.map(({ type }) => type)).toEqual(['passed', 'verified', 'verified', 'refused']);
});

async function makeForgeries(): Promise<[string, string, JwtOptions][]> {
  const none = `${base64url(JSON.stringify({ alg: 'none' }))}.${base64url(JSON.stringify({ sub: 'ada', exp: nowSeconds() + 60 }))}`;
  const rs: JwtOptions = { key: pem, algorithms: ['RS256'] };
  const hs: JwtOptions = { secret, algorithms: ['HS256'] };
  return [
    ['none', `${none}.AA`, hs],
    ['none with an empty signature', `${none}.`, hs],
    ["HS256 signed with the public key's text", await sign('HS256', bytes(pem)), rs],
    [
      "HS256 signed with the public key's text, without its last line break",
      await sign('HS256', bytes(pem.trim())),
      rs,
    ],
    ['HS512 if HS256 is configured', await sign('HS512', bytes(secret)), hs],
    ['PS256 if RS256 is configured', await sign('PS256', (await generateKeyPair('PS256')).privateKey), rs],
    ['RS256 if ES256 is configured', await sign('RS256', pairs.RS256.privateKey), { jwks, algorithms: ['ES256'] }],
    ['ES256 if RS256 is configured', await sign('ES256', pairs.ES256.privateKey), rs],
    ['RS256 if HS256 is configured', await sign('RS256', pairs.RS256.privateKey), hs],
  ];
}

const forgeries = await makeForgeries();

describe('[1] refuses', () => {
  test.each(forgeries)('%s', async (_name, token, options) => {
    expect(['algorithm_refused', 'token_malformed']).toContain(
      await outcomeOf(createJwtVerifier(options).verify(token)),
    );
  });

  test('an algorithm in another case, or named like a property of Object.prototype', async () => {
    for (const alg of ['hs256', 'HS256 ', 'constructor', '__proto__', '', 256, null, ['HS256']]) {
      const header = base64url(JSON.stringify({ alg }));
      const [, payload, signature] = (await sign('HS256', bytes(secret))).split('.');
      expect(await outcomeOf(verifier.verify(`${header}.${payload}.${signature}`))).toBe('algorithm_refused');
    }
  });

  test('[2] keys that the token contains, and extensions', async () => {
    const fetch = vi.fn();
    const own = await exportJWK(strangers.publicKey);
    const options: JwtOptions = { jwks, algorithms: ['RS256'], fetch };
    for (const extra of [{ jwk: own }, { jku: 'https://evil.test/jwks.json' }, { x5u: 'https://evil.test' }]) {
      const token = await sign('RS256', strangers.privateKey, {}, { kid: 'RS256', ...extra });
      expect(await outcomeOf(createJwtVerifier(options).verify(token))).toBe('signature_invalid');
    }
    expect(fetch).not.toHaveBeenCalled();
    const [, payload, signature] = (await sign('HS256', bytes(secret))).split('.');
    for (const extra of [{ crit: ['x'], x: 1 }, { b64: false }, { kid: 17 }, { kid: '' }]) {
      const header = base64url(JSON.stringify({ alg: 'HS256', ...extra }));
      expect(await outcomeOf(verifier.verify(`${header}.${payload}.${signature}`))).toBe('token_malformed');
    }
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ['no exp', { exp: undefined }, 'claim_missing'],
  ['an exp in the past', { exp: nowSeconds() - 31 }, 'token_expired'],
  ['an exp that is a string', { exp: 'never' }, 'claim_malformed'],
  ['a negative exp', { exp: -1 }, 'claim_malformed'],
  ['an nbf in the future', { nbf: nowSeconds() + 60 }, 'token_not_yet_valid'],
  ['an iat in the future', { iat: nowSeconds() + 60 }, 'token_not_yet_valid'],
  ['an iat that is a string', { iat: 'now' }, 'claim_malformed'],
  ['no user id', { sub: undefined }, 'claim_missing'],
  ['an empty user id', { sub: '' }, 'claim_malformed'],
  ['a user id that is a fraction', { sub: 1.5 }, 'claim_malformed'],
  ['a user id that is not a safe integer', { sub: 2 ** 53 }, 'claim_malformed'],
  ['a user id that is a list', { sub: ['ada'] }, 'claim_malformed'],
  ['a user id that is true', { sub: true }, 'claim_malformed'],
  ['another issuer', { iss: 'https://evil.test' }, 'issuer_refused'],
  ['no issuer', { iss: undefined }, 'claim_missing'],
  ['an issuer with a trailing slash', { iss: 'https://login.test/' }, 'issuer_refused'],
  ['another audience', { aud: 'x' }, 'audience_refused'],
  ['no audience', { aud: undefined }, 'claim_missing'],
  ['a malformed actor', { act: 'root' }, 'claim_malformed'],
])('[7] [9] refuses a token with %s', async (_name, claims, reason) => {
  const strict = createJwtVerifier({ secret, algorithms: ['HS256'], issuer: 'https://login.test', audience: 'api' });
  const good = { iss: 'https://login.test', aud: 'api' };
  expect(await outcomeOf(strict.verify(await sign('HS256', bytes(secret), good)))).toBe('accepted');
  expect(await outcomeOf(strict.verify(await sign('HS256', bytes(secret), { ...good, ...claims })))).toBe(reason);
});

test.each(['1e400', '1e307', '9007199254740992'])(
  '[7] refuses an exp of %s, which is not a safe integer',
  async (exp) => {
    const signed = `${base64url('{"alg":"HS256"}')}.${base64url(`{"sub":"ada","exp":${exp}}`)}`;
    const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(signed)));
    expect(await outcomeOf(verifier.verify(`${signed}.${base64url(signature)}`))).toBe('claim_malformed');
  },
);

test.each<[string, () => Promise<string>, string]>([
  ['another secret', () => sign('HS256', bytes(`${secret}x`)), 'signature_invalid'],
  ['no token', async () => '', 'token_missing'],
  ['two parts', async () => 'a.b', 'token_malformed'],
  ['16 kB', async () => `${'a'.repeat(17_000)}.a.a`, 'token_malformed'],
])('refuses %s', async (_name, token, reason) => {
  expect(await outcomeOf(verifier.verify(await token()))).toBe(reason);
});

test('refuses an unknown key id, and a key id that occurs twice', async () => {
  const torii = createJwtVerifier({
    jwks: { keys: [...jwks.keys, { ...jwks.keys[0] }] },
    algorithms: ['RS256', 'ES256'],
  });
  const by = (alg: 'RS256' | 'ES256', kid: string) => sign(alg, pairs[alg].privateKey, {}, { kid });
  for (const kid of ['nobody', '../../x', '__proto__', 'RS256']) {
    expect(await outcomeOf(torii.verify(await by('RS256', kid)))).toBe('key_unknown');
  }
  expect(await outcomeOf(torii.verify(await by('ES256', 'ES256')))).toBe('accepted');
});

test('[3] a key whose id occurs twice verifies no token without a key id either', async () => {
  const [rsa, ec] = await Promise.all([exportJWK(pairs.RS256.publicKey), exportJWK(pairs.ES256.publicKey)]);
  const torii = createJwtVerifier({
    jwks: { keys: [{ ...rsa, kid: 'same' }, { ...ec, kid: 'same' }, ...jwks.keys.slice(2)] },
    algorithms: ['RS256', 'ES256', 'ES512'],
  });
  expect(await outcomeOf(torii.verify(await sign('ES512', pairs.ES512.privateKey, {}, {})))).toBe('accepted');
  for (const alg of ['RS256', 'ES256'] as const) {
    expect(await outcomeOf(torii.verify(await sign(alg, pairs[alg].privateKey, {}, {})))).toBe('key_unknown');
  }
});

test('[16] a refusal does not contain the token or the secret', async () => {
  const token = await sign('HS256', bytes(`${secret}x`));
  const error: unknown = await verifier.verify(token).catch((cause: unknown) => cause);
  const shown = `${error} ${JSON.stringify(error)} ${(error as Error).stack} ${String((error as Error).cause)}`;
  expect(shown).not.toContain('eyJ');
  expect(shown).not.toContain(secret);
});
