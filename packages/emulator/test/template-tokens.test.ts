import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator, type TokenTemplateOptions } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { logIn, login, readToken, send } from './browser.ts';

const { templateToken, sessions, organizations } = publishedPaths;
const chat = { claims: { aud: 'https://chat.example', plan: { name: 'pro' } }, expiresInSeconds: 60 };
let torii: Emulator;
let userId: string;
let session: Awaited<ReturnType<typeof logIn>>;
beforeAll(async () => {
  torii = await startEmulator({
    tokenTemplates: { chat, plain: {} },
    environments: [{ name: 'acme', tokenTemplates: { reports: { claims: { aud: 'reports' } } } }],
  });
  ({ id: userId } = await torii.createUser({ ...login, emailVerified: false }));
  session = await logIn(torii);
});
afterAll(() => torii.stop());

function ask(query: string, sent: Parameters<typeof send>[2] = { bearer: session.accessToken }): Promise<Response> {
  return send(torii, templateToken + query, { method: 'POST', ...sent });
}

test('gives a token of the template, with its own life and the same keys', async () => {
  const response = await ask('?template=chat');
  expect(response.status).toBe(200);
  const { accessToken, expiresAt, expiresInSeconds } = await readToken(response);
  const { payload } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(torii.jwksUrl)), {
    issuer: torii.issuer,
    audience: 'https://chat.example',
  });
  expect(payload).toEqual({
    iss: torii.issuer,
    sub: userId,
    pid: torii.environmentId,
    iat: expect.any(Number),
    exp: (payload.iat ?? 0) + 60,
    ...chat.claims,
  });
  expect([expiresInSeconds, Date.parse(expiresAt) / 1000]).toEqual([60, payload.exp]);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test('a template without a lifetime has that of access tokens', async () => {
  expect(await readToken(await ask('?template=plain'))).toMatchObject({ expiresInSeconds: 300 });
});

test.each([
  'nobody',
  '',
  '__proto__',
  'constructor',
  'toString',
  'Chat',
  'chat%00',
  'chat%20',
  'reports',
  'chat,plain',
])('responds with 404 to the template %j', async (name) => {
  const response = await ask(`?template=${name}`);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain('eyJ');
});

test.each(['', '?', '?Template=chat', '?template=chat&template=plain', '?template=chat&template=chat'])(
  'responds with 400 to the query %j',
  async (query) => {
    expect((await ask(query)).status).toBe(400);
  },
);

test('responds with 401 before it tells which templates exist', async () => {
  const acme = torii.environment('acme');
  await acme.createUser(login);
  const foreign = await logIn(acme);
  const refused: Parameters<typeof send>[2][] = [
    {},
    { cookie: session.cookie },
    { bearer: 'a' },
    { bearer: '' },
    { bearer: foreign.accessToken },
    { bearer: twinOf(session.accessToken) },
    { bearer: `${session.accessToken}=` },
    { bearer: await torii.token({ userId }) },
    { bearer: await torii.token({ userId, signedBy: 'stranger' }) },
    { bearer: torii.secretKey },
    { headers: { authorization: session.accessToken } },
    { headers: { authorization: `Bearer ${session.accessToken}, Bearer ${session.accessToken}` } },
    { headers: { authorization: `Basic ${session.accessToken}` } },
  ];
  for (const sent of refused) {
    for (const name of ['chat', 'nobody']) {
      const response = await ask(`?template=${name}`, sent);
      expect([sent, response.status]).toEqual([sent, 401]);
      expect(await response.text()).not.toContain('eyJ');
    }
  }
});

test('the token of a template gives no further token and reads nothing', async () => {
  for (const name of ['chat', 'plain']) {
    const { accessToken: bearer } = await readToken(await ask(`?template=${name}`));
    for (const [method, path] of [
      ['POST', `${templateToken}?template=chat`],
      ['POST', provisionalPaths.accessToken],
      ['POST', `${organizations}/a/switch`],
      ['GET', sessions],
      ['GET', organizations],
    ] as const) {
      expect((await send(torii, path, { method, bearer })).status).toBe(401);
    }
    const probed = await send(torii, publishedPaths.client, { bearer });
    expect(await probed.json()).toMatchObject({ authenticated: false });
  }
});

test('a template belongs to its environment', async () => {
  const acme = torii.environment('acme');
  await acme.createUser({ ...login, email: 'bea@example.com' });
  const { accessToken: bearer } = await logIn(acme, { ...login, email: 'bea@example.com' });
  const statusOf = async (name: string) =>
    (await send(acme, `${templateToken}?template=${name}`, { method: 'POST', bearer })).status;
  expect([await statusOf('reports'), await statusOf('chat')]).toEqual([200, 404]);
});

test('a later change of the options changes no token', async () => {
  const claims: { aud: string; roles: string[] } = { aud: 'a', roles: ['member'] };
  await using other = await startEmulator({ tokenTemplates: { mine: { claims } } });
  claims.aud = 'b';
  claims.roles.push('admin');
  await other.createUser(login);
  const { accessToken: bearer } = await logIn(other);
  const response = await send(other, `${templateToken}?template=mine`, { method: 'POST', bearer });
  expect(decodeJwt((await readToken(response)).accessToken)).toMatchObject({ aud: 'a', roles: ['member'] });
});

test.each<[string, unknown]>([
  ['null', null],
  ['an array', []],
  ['a template that is a string', { chat: 'a' }],
  ['a template that is null', { chat: null }],
  ['an unknown field', { chat: { claim: {} } }],
  ['claims that are a list', { chat: { claims: [] } }],
  ['the claim sub', { chat: { claims: { sub: 'a' } } }],
  ['the claim iss', { chat: { claims: { iss: 'a' } } }],
  ['the claim pid', { chat: { claims: { pid: 'a' } } }],
  ['the claim exp', { chat: { claims: { exp: 9e9 } } }],
  ['a claim that hides an impersonation', { chat: { claims: { act: undefined } } }],
  ['the claim impersonating', { chat: { claims: { impersonating: false } } }],
  ['a claim that is not JSON', { chat: { claims: { a: 1n } } }],
  ['no lifetime', { chat: { expiresInSeconds: 0 } }],
  ['half a second', { chat: { expiresInSeconds: 0.5 } }],
  ['a lifetime that is text', { chat: { expiresInSeconds: '60' } }],
  ['a lifetime without end', { chat: { expiresInSeconds: Number.POSITIVE_INFINITY } }],
  ['a lifetime of ages', { chat: { expiresInSeconds: Number.MAX_SAFE_INTEGER } }],
  ['an empty name', { '': {} }],
  ['a name with a space', { 'a b': {} }],
])('refuses templates with %s', async (_name, given) => {
  const tokenTemplates = given as Record<string, TokenTemplateOptions>;
  for (const options of [{ tokenTemplates }, { environments: [{ name: 'acme', tokenTemplates }] }]) {
    await expect(startEmulator(options as EmulatorOptions)).rejects.toMatchObject({
      code: 'option_invalid',
      message: expect.stringContaining('tokenTemplates'),
    });
  }
});

/** The same token with the other signature that an ECDSA key has for it: (r, n - s). */
function twinOf(token: string): string {
  const [header, payload, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const twin = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
  return `${header}.${payload}.${twin.toString('base64url')}`;
}

test('an access token from a time when the clock was ahead has no session after the clock is reset', async () => {
  await using other = await startEmulator({ tokenTemplates: { chat } });
  await other.createUser(login);
  other.advance(3600);
  const ahead = await logIn(other);
  const status = async (bearer: string) =>
    (await send(other, `${templateToken}?template=chat`, { method: 'POST', bearer })).status;
  expect(await status(ahead.accessToken)).toBe(200);
  other.resetClock();
  expect(await status(ahead.accessToken)).toBe(401);
  expect((await send(other, sessions, { bearer: ahead.accessToken })).status).toBe(401);
  const renewed = await readToken(
    await send(other, provisionalPaths.accessToken, { method: 'POST', cookie: ahead.cookie }),
  );
  expect(await status(renewed.accessToken)).toBe(200);
});
