import { type Emulator, startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server.js';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createToriiNext } from '../src/index.ts';

let emulator: Emulator;
let token: string;
beforeAll(async () => {
  emulator = await startEmulator();
  token = await emulator.token({ userId: 'ada' });
});
afterAll(() => emulator.stop());
afterEach(() => void vi.unstubAllEnvs());

const own = { host: 'app.test', origin: 'https://app.test' };

function ask(
  method: 'POST' | 'DELETE',
  headers: Record<string, string>,
  origins = ['https://app.test'],
): Promise<Response> {
  const { tokenRoutes } = createToriiNext({ issuer: emulator.issuer, signInPath: '/sign-in', origins });
  const url = 'http://127.0.0.1:3000/api/torii/token';
  return tokenRoutes[method](new NextRequest(url, { method, headers }));
}

const post = (headers: Record<string, string>) => ask('POST', { authorization: `Bearer ${token}`, ...headers });

async function reasonOf(response: Response): Promise<unknown> {
  return [response.status, (await response.json()).error.reason, response.headers.has('set-cookie')];
}

test('stores a valid token in a cookie with the same lifetime', async () => {
  const response = await post(own);
  const { expiresInSeconds, changed, userId } = await response.json();
  expect([response.status, changed, userId]).toEqual([200, true, 'ada']);
  expect(expiresInSeconds).toBeGreaterThan(200);
  expect(expiresInSeconds).toBeLessThanOrEqual(300);
  expect(response.headers.getSetCookie()).toEqual([
    `__Host-torii_token=${token}; Max-Age=${expiresInSeconds}; Path=/; HttpOnly; SameSite=Lax; Secure`,
  ]);
  // [20]
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  expect(response.headers.get('vary')).toBe('Authorization, Cookie');
});

test('reports whether the user or the organization changed', async () => {
  const changed = async (cookie: string) => (await (await post({ ...own, cookie })).json()).changed;
  expect(await changed(`__Host-torii_token=${token}`)).toBe(false);
  expect(await changed(`__Host-torii_token=${await emulator.token({ userId: 'ada' })}`)).toBe(false);
  expect(await changed(`__Host-torii_token=${await emulator.token({ userId: 'bob' })}`)).toBe(true);
  expect(
    await changed(
      `__Host-torii_token=${await emulator.token({ userId: 'ada', organization: { id: 'acme', role: 'org:member' } })}`,
    ),
  ).toBe(true);
  expect(await changed('__Host-torii_token=a.b.c')).toBe(true);
  expect(await changed(`__Host-torii_token=${token}; __Host-torii_token=${token}`)).toBe(true);
});

describe('[14] another site', () => {
  test.each<[string, Record<string, string>]>([
    ['no Origin', { host: 'app.test' }],
    ['another origin', { ...own, origin: 'https://evil.test' }],
    ['a null origin', { ...own, origin: 'null' }],
    ['another port', { ...own, origin: 'https://app.test:8443' }],
    ['a subdomain', { ...own, origin: 'https://x.app.test', 'sec-fetch-site': 'same-site' }],
    ['the same host over http', { host: 'app.test:443', origin: 'http://app.test:443' }],
    ['its own host and origin', { host: 'evil.test', origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }],
    [
      'a host that does not exist',
      { host: 'app.test', origin: 'http://host.invalid', 'sec-fetch-site': 'same-origin' },
    ],
    ['no host', { host: 'app.test', origin: 'https://', 'sec-fetch-site': 'same-origin' }],
    ['its own host, without Sec-Fetch-Site', { host: 'x.test', origin: 'https://x.test' }],
    ['its own forwarded host', { host: 'app.test', origin: 'https://evil.test', 'x-forwarded-host': 'evil.test' }],
  ])('cannot sign a user in or out: %s', async (_name, headers) => {
    expect(await reasonOf(await post(headers))).toEqual([403, 'not_allowed', false]);
    const out = await ask('DELETE', { cookie: `__Host-torii_token=${token}`, ...headers });
    expect(await reasonOf(out)).toEqual([403, 'not_allowed', false]);
  });

  test('a page of a listed origin can, whatever the Host header is', async () => {
    expect((await post({ host: 'inner:3000', origin: 'https://app.test' })).status).toBe(200);
    expect((await post({ host: 'app.test', 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await post({ host: 'inner:3000', origin: 'http://inner:3000' })).status).toBe(403);
  });
});

test.each<[string, () => Promise<string>, string]>([
  ['no Authorization header', async () => '', 'token_missing'],
  ['another scheme', async () => 'Basic YTpi', 'scheme_unsupported'],
  ['a malformed token', async () => 'Bearer a.b.c', 'token_malformed'],
  [
    'a token signed by an unknown key',
    async () => `Bearer ${await emulator.token({ signedBy: 'stranger' })}`,
    'signature_invalid',
  ],
  [
    'a token of another issuer',
    async () => `Bearer ${await emulator.token({ issuer: 'https://evil.test' })}`,
    'issuer_refused',
  ],
  ['an expired token', async () => `Bearer ${await emulator.token({ expiresInSeconds: -60 })}`, 'token_expired'],
  // The clock tolerance would accept this token, but `Max-Age=0` would delete the cookie.
  [
    'a token that has just expired',
    async () => `Bearer ${await emulator.token({ expiresInSeconds: -5 })}`,
    'token_expired',
  ],
])('refuses %s and sets no cookie', async (_name, authorization, reason) => {
  const value = await authorization();
  const response = await ask('POST', { ...own, ...(value && { authorization: value }) });
  expect(await reasonOf(response)).toEqual([401, reason, false]);
});

test('does not read the token from the cookie', async () => {
  const response = await ask('POST', { ...own, cookie: `__Host-torii_token=${token}` });
  expect(await reasonOf(response)).toEqual([401, 'token_missing', false]);
});

test('refuses a token that is too large for a cookie', async () => {
  const authorization = `Bearer ${await emulator.token({ claims: { roles: 'x'.repeat(4000) } })}`;
  const response = await ask('POST', { ...own, authorization });
  expect(response.headers.has('set-cookie')).toBe(false);
  const { error } = await response.json();
  expect([response.status, error.reason]).toEqual([400, 'request_malformed']);
  // [16]
  expect(error.message).not.toContain('eyJ');
});

test('responds with 503 if the keys cannot be fetched, and leaves the cookie unchanged', async () => {
  await using unreachable = await startEmulator();
  unreachable.fail('keys');
  const { tokenRoutes } = createToriiNext({
    issuer: unreachable.issuer,
    signInPath: '/sign-in',
    origins: ['https://app.test'],
  });
  const headers = { ...own, authorization: `Bearer ${await unreachable.token()}` };
  const response = await tokenRoutes.POST(new NextRequest('http://x.test/', { method: 'POST', headers }));
  expect(await reasonOf(response)).toEqual([503, 'keys_unavailable', false]);
});

describe('http', () => {
  test('is refused if the cookie is Secure', async () => {
    for (const host of ['app.test', 'app.test:80', 'app.test:443']) {
      const response = await post({ host, origin: `http://${host.replace(':80', '')}` });
      expect(await reasonOf(response)).toEqual([403, 'not_allowed', false]);
    }
  });

  test('gets a cookie without Secure in development', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    const headers = { authorization: `Bearer ${token}`, host: '10.0.0.7:3000', origin: 'http://10.0.0.7:3000' };
    const [line] = (await ask('POST', headers, ['http://10.0.0.7:3000'])).headers.getSetCookie();
    expect(line).toMatch(/^torii_token=/);
    expect(line).not.toContain('Secure');
  });

  test('gets a Secure cookie on loopback in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const headers = { authorization: `Bearer ${token}`, host: 'localhost:3000', origin: 'http://localhost:3000' };
    const [line] = (await ask('POST', headers, ['http://localhost:3000'])).headers.getSetCookie();
    expect(line).toMatch(/^__Host-torii_token=.*; Secure$/);
  });
});

test.each([
  ['a fraction of a second', () => Date.now() / 1000 + 200.5, /Max-Age=(?:1[5-9]\d|200);/],
  ['longer than a cookie can', () => Number.MAX_SAFE_INTEGER, /Max-Age=34560000;/],
])('[7] sets a valid Max-Age for a token that lives %s', async (_name, exp, expected) => {
  const long = await emulator.token({ userId: 'ada', claims: { exp: exp() } });
  const response = await post({ ...own, authorization: `Bearer ${long}` });
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(expected)]);
});

test('clears the cookie even if the keys cannot be fetched', async () => {
  await using unreachable = await startEmulator();
  unreachable.fail('keys');
  const { tokenRoutes } = createToriiNext({
    issuer: unreachable.issuer,
    signInPath: '/sign-in',
    origins: ['https://app.test'],
  });
  const headers = { ...own, cookie: `a=1; __Host-torii_token=${await unreachable.token()}` };
  const response = await tokenRoutes.DELETE(new NextRequest('http://x.test/', { method: 'DELETE', headers }));
  expect(await response.json()).toEqual({ changed: true, userId: null });
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-torii_token=; Max-Age=0;/)]);
});

test('clears the cookie, and reports whether there was one', async () => {
  const response = await ask('DELETE', { ...own, cookie: `__Host-torii_token=${token}` });
  expect(await response.json()).toEqual({ changed: true, userId: null });
  expect(response.headers.getSetCookie()).toEqual([
    '__Host-torii_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
  ]);
  const withoutCookie = await ask('DELETE', own);
  expect([await withoutCookie.json(), withoutCookie.headers.has('set-cookie')]).toEqual([
    { changed: false, userId: null },
    true,
  ]);
});
