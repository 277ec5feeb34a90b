import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flaws } from '../src/generated/flaws.ts';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { callApi, type ProblemBody } from './rest.ts';

interface Minted {
  readonly token: string;
  readonly expiresAt: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

let torii: Emulator;
let ada: User;
beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }] });
  ada = await torii.createUser({ email: 'Ada@example.com', locale: 'da', emailVerified: false });
});
afterAll(() => torii.stop());

function post(body: unknown, headers: Readonly<Record<string, string>> = {}, issuer = torii.issuer): Promise<Response> {
  return fetch(`${issuer}/_emulator/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function mint(body: unknown, issuer?: string): Promise<Minted> {
  const response = await post(body, {}, issuer);
  expect(response.status).toBe(201);
  return (await response.json()) as Minted;
}

const verify = (token: string, issuer = torii.issuer) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${issuer}/_torii/.well-known/jwks.json`)), { issuer });

test('mints a token that verifies, with its claims and its expiry', async () => {
  const { token, expiresAt, claims } = await mint({});
  const { payload } = await verify(token);
  expect(claims).toEqual(payload);
  expect(expiresAt).toBe(new Date((payload.exp ?? 0) * 1000).toISOString());
});

test('a request below an issuer mints a token of its environment', async () => {
  const acme = torii.environment('acme');
  const { token, claims } = await mint({}, acme.issuer);
  expect(claims).toMatchObject({ iss: acme.issuer, pid: acme.environmentId });
  await verify(token, acme.issuer);
  await expect(verify(token)).rejects.toThrow();
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['userId', { userId: 'ada' }, { sub: 'ada' }],
  ['issuer', { issuer: 'https://acme.torii.so' }, { iss: 'https://acme.torii.so' }],
  ['environmentId', { environmentId: 'other' }, { pid: 'other' }],
  ['emailVerified', { emailVerified: false }, { email_verified: false }],
  ['profileComplete', { profileComplete: false }, { profile_complete: false }],
  ['locale', { locale: 'da' }, { locale: 'da' }],
  ['organization', { organization: { id: 'o1', role: 'org:member' } }, { org_id: 'o1', org_role: 'org:member' }],
  ['actor', { actor: { sub: 'admin', level: 2 } }, { act: { sub: 'admin', level: 2 } }],
  ['impersonating', { impersonating: true }, { impersonating: true }],
  ['claims', { claims: { plan: 'pro', sub: 'bob', none: null } }, { plan: 'pro', sub: 'bob', none: null }],
])('mints with the option %s', async (_name, options, claims) => {
  const minted = await mint(options);
  expect(decodeJwt(minted.token)).toMatchObject(claims);
});

test('mints an expired token, one of a stranger, one of a withdrawn key, and one without claims', async () => {
  const expired = await mint({ expiresInSeconds: -60 });
  await expect(verify(expired.token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
  expect(Date.parse(expired.expiresAt ?? '')).toBeLessThan(Date.now());
  const forged = await mint({ signedBy: 'stranger' });
  await expect(verify(forged.token)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  const { previousKid } = await torii.rotateKeys();
  torii.withdrawKeys(previousKid);
  await expect(verify((await mint({ signedBy: previousKid })).token)).rejects.toMatchObject({
    code: 'ERR_JWKS_NO_MATCHING_KEY',
  });
  const bare = await mint({ omitClaims: ['exp', 'pid', 'email_verified'] });
  expect([bare.expiresAt, Object.keys(bare.claims)]).toEqual([null, ['iss', 'sub', 'iat', 'profile_complete']]);
});

test.each(['ADA@EXAMPLE.COM', 'id'])('names an existing user by %s, and says what a sign-in says', async (name) => {
  const { claims } = await mint({ user: name === 'id' ? ada.id : name });
  expect(claims).toMatchObject({ sub: ada.id, email_verified: false, locale: 'da' });
  expect(await torii.token({ user: ada.id, locale: 'en' }).then(decodeJwt)).toMatchObject({ locale: 'en' });
});

test('refuses a user who does not exist, is deleted, or is in another environment', async () => {
  const gone = await torii.createUser({ email: 'gone@example.com' });
  await callApi(torii, 'DELETE', `/users/${gone.id}`);
  const foreign = await torii.environment('acme').createUser({ email: 'foreign@example.com' });
  for (const user of ['nobody@example.com', 'nobody', gone.id, 'gone@example.com', foreign.id, 'foreign@example.com']) {
    const response = await post({ user });
    expect([response.status, ((await response.json()) as ProblemBody).properties.code]).toEqual([
      404,
      'user_not_found',
    ]);
    await expect(torii.token({ user })).rejects.toMatchObject({ code: 'user_unknown' });
  }
});

test('answers with the token alone if text is accepted', async () => {
  const response = await post({ userId: 'ada' }, { accept: 'text/plain' });
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  const text = await response.text();
  expect(text.endsWith('\n')).toBe(true);
  expect((await verify(text.trim())).payload.sub).toBe('ada');
});

test.each(['application/json', '*/*', 'application/json, text/plain, */*', 'text/html', 'text/plainer'])(
  'answers with JSON to Accept: %s',
  async (accept) => {
    const response = await post({}, { accept });
    expect([response.status, response.headers.get('content-type')]).toEqual([201, 'application/json']);
  },
);

test('[20] is never cached', async () => {
  for (const accept of ['application/json', 'text/plain']) {
    expect((await post({}, { accept })).headers.get('cache-control')).toBe('private, no-store');
  }
});

const whoami = (authorization?: string, issuer = torii.issuer) =>
  fetch(`${issuer}/_emulator/whoami`, { headers: authorization === undefined ? {} : { authorization } });

test('whoami verifies a token, as an app does', async () => {
  const { token, claims } = await mint({ userId: 'ada' });
  const response = await whoami(`Bearer ${token}`);
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada', claims }]);
  expect(response.headers.get('cache-control')).toBe('private, no-store');
});

test.each<[string, () => Promise<string | undefined> | string | undefined]>([
  ['nothing', () => undefined],
  ['another scheme', () => 'Basic YTpi'],
  ['something else than a token', () => 'Bearer x'],
  ['two tokens', async () => `Bearer ${await torii.token()} ${await torii.token()}`],
  ['an expired token', async () => `Bearer ${await torii.token({ expiresInSeconds: -60 })}`],
  ['a stranger’s token', async () => `Bearer ${await torii.token({ signedBy: 'stranger' })}`],
  ['a token of another issuer', async () => `Bearer ${await torii.token({ issuer: 'https://acme.torii.so' })}`],
  ['a token of another environment', async () => `Bearer ${await torii.environment('acme').token()}`],
  ['a token of another environment in its pid', async () => `Bearer ${await torii.token({ environmentId: 'other' })}`],
  ['a token without a user', async () => `Bearer ${await torii.token({ omitClaims: ['sub'] })}`],
  ['a token without an expiry', async () => `Bearer ${await torii.token({ omitClaims: ['exp'] })}`],
  ['a token with a user that is an object', async () => `Bearer ${await torii.token({ claims: { sub: {} } })}`],
  ['a token issued in the future', async () => `Bearer ${await torii.token({ claims: { iat: 9_999_999_999 } })}`],
  ['a token with a time that is a text', async () => `Bearer ${await torii.token({ claims: { iat: 'now' } })}`],
  ['a token from the future', async () => `Bearer ${await torii.token({ claims: { nbf: 9_999_999_999 } })}`],
  ['a token for a third party', async () => `Bearer ${await torii.token({ claims: { aud: 'other' } })}`],
  ['an unsigned token', async () => `Bearer ${unsigned(await torii.token())}`],
])('whoami refuses %s with 401 and a challenge', async (_name, authorization) => {
  const response = await whoami(await authorization());
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer /)]);
  expect(await response.text()).not.toContain('eyJ');
});

function unsigned(token: string): string {
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  return `${header}.${token.split('.')[1]}.AAAA`;
}

test.each(Object.keys(flaws))('mints a token with the flaw %s, which whoami refuses', async (flaw) => {
  const { token } = await mint({ userId: 'ada', flaw });
  expect((await whoami(`Bearer ${token}`)).status).toBe(401);
});

test('mints with a token template, whose claims and lifetime can be changed', async () => {
  const templates = { chat: { claims: { aud: 'chat', room: 'a' }, expiresInSeconds: 60 } };
  await using other = await startEmulator({ tokenTemplates: templates });
  const { id } = await other.createUser({ email: 'ada@example.com', locale: 'da' });
  const { exp = 0, iat = 0, ...claims } = decodeJwt(await other.token({ template: 'chat', user: 'ada@example.com' }));
  expect([exp - iat, claims]).toEqual([
    60,
    { iss: other.issuer, pid: other.environmentId, sub: id, aud: 'chat', room: 'a' },
  ]);
  const changed = { template: 'chat', expiresInSeconds: 5, claims: { room: 'b' }, omitClaims: ['aud'] };
  const { exp: end = 0, iat: begin = 0, ...rest } = decodeJwt(await other.token(changed));
  expect([end - begin, rest]).toEqual([5, expect.objectContaining({ room: 'b' })]);
  expect(rest).not.toHaveProperty('aud');
  for (const template of ['nobody', '__proto__', 'toString', '']) {
    await expect(other.token({ template })).rejects.toMatchObject({ code: 'option_invalid' });
  }
});

test('takes the role of a token from the membership of the user', async () => {
  const { id } = await torii.createOrganization({
    name: 'Acme',
    members: [{ userId: ada.id, role: 'org:administrator' }],
  });
  const role = async (options: object) => (await mint({ organization: { id }, ...options })).claims['org_role'];
  expect(await role({ user: 'ada@example.com' })).toBe('org:administrator');
  expect(await role({ userId: ada.id })).toBe('org:administrator');
  expect(await role({ userId: 'stranger' })).toBe('org:member');
  expect(await role({ user: ada.id, organization: { id, role: 'org:king' } })).toBe('org:king');
});

test.each<[string, unknown, string]>([
  ['an unknown option', { userID: 'ada' }, 'userID'],
  ['the name of a method of objects', { toString: 'ada' }, 'toString'],
  ['a prototype key', '{ "__proto__": { "userId": "ada" } }', '__proto__'],
  ['a user id that is a number', { userId: 1 }, 'userId'],
  ['an unknown flaw', { flaw: 'odd' }, 'flaw'],
  ['a flaw with the name of a method of objects', { flaw: 'toString' }, 'flaw'],
  ['a flaw with a signer', { flaw: 'unsigned', signedBy: 'stranger' }, 'flaw'],
  ['a user id that is null', { userId: null }, 'userId'],
  ['an empty user id', { userId: '' }, 'userId'],
  ['a user and a user id', { user: 'ada@example.com', userId: 'ada' }, 'userId'],
  ['an issuer that is an array', { issuer: ['https://acme.torii.so'] }, 'issuer'],
  ['a lifetime that is a string', { expiresInSeconds: '60' }, 'expiresInSeconds'],
  ['a fraction of a second', { expiresInSeconds: 0.5 }, 'expiresInSeconds'],
  ['a lifetime beyond all dates', { expiresInSeconds: 1e300 }, 'expiresInSeconds'],
  ['a lifetime of infinity', '{ "expiresInSeconds": 1e400 }', 'expiresInSeconds'],
  ['a flag that is a string', { emailVerified: 'true' }, 'emailVerified'],
  ['a flag that is a number', { impersonating: 1 }, 'impersonating'],
  ['an organization that is an id', { organization: 'acme' }, 'organization'],
  ['an organization with an unknown field', { organization: { id: 'a', role: 'b', x: 1 } }, 'organization'],
  ['an organization with an id that is a number', { organization: { id: 1, role: 'b' } }, 'organization'],
  ['an actor without a subject', { actor: { id: 'admin' } }, 'actor'],
  ['claims that are an array', { claims: [] }, 'claims'],
  ['claims that are a string', { claims: 'plan=pro' }, 'claims'],
  ['names of claims that are not strings', { omitClaims: [1] }, 'omitClaims'],
  ['a key that is null', { signedBy: null }, 'signedBy'],
  ['an unknown key', { signedBy: 'nobody' }, 'kid'],
  ['an array', [], 'object'],
])('refuses %s with 400 and names it, as the library does', async (_name, body, named) => {
  const response = await post(body);
  const { detail, properties } = (await response.json()) as ProblemBody;
  expect([response.status, properties.code]).toEqual([400, 'invalid_request']);
  expect(detail).toContain(named);
  const options = typeof body === 'string' ? JSON.parse(body) : body;
  await expect(torii.token(options)).rejects.toMatchObject({
    code: expect.stringMatching(/^(?:option_invalid|key_unknown)$/),
  });
});

test('refuses claims that JSON cannot hold', async () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  for (const claims of [{ big: 1n }, loop]) {
    await expect(torii.token({ claims })).rejects.toMatchObject({ code: 'option_invalid' });
  }
});

test.each<[string, Record<string, string>]>([
  ['of another origin', { origin: 'https://evil.example' }],
  ['of another port of loopback', { origin: 'http://127.0.0.1:1' }],
  ['with an opaque origin', { origin: 'null' }],
  ['of another site', { 'sec-fetch-site': 'cross-site' }],
  ['on another port of the same host', { 'sec-fetch-site': 'same-site' }],
  ['that sends a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['that sends text', { 'content-type': 'text/plain' }],
])('[14] gives no token to a page %s', async (_name, headers) => {
  const response = await post({}, headers);
  expect([403, 415]).toContain(response.status);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(await response.text()).not.toContain('eyJ');
});

test('gives no token to a preflight, a GET, or a request for another host', async () => {
  const url = `${torii.issuer}/_emulator/tokens`;
  const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  const listed = await fetch(url);
  expect([listed.status, await listed.text()]).toEqual([200, expect.not.stringContaining('eyJ')]);
});

test('[16] lists the claims of minted tokens, and no token', async () => {
  await mint({ userId: 'listed' });
  const listed = await (await fetch(`${torii.issuer}/_emulator/tokens`)).text();
  expect(listed).toContain('"listed"');
  expect(listed).not.toContain('eyJ');
  expect(await (await fetch(`${torii.issuer}/_emulator/requests`)).text()).not.toContain('eyJ');
});

test.each([101, 2_000, 4_000, 15_000])('refuses claims that are nested %i levels deep', async (levels) => {
  const nested = `${'['.repeat(levels - 1)}1${']'.repeat(levels - 1)}`;
  const response = await post(`{"claims":{"a":${nested}}}`);
  expect([response.status, ((await response.json()) as ProblemBody).properties.code]).toEqual([400, 'invalid_request']);
});

test('mints claims that are nested 100 levels deep', async () => {
  const { token, claims } = await mint(`{"claims":{"a":${'['.repeat(99)}1${']'.repeat(99)}}}`);
  expect(decodeJwt(token)).toEqual(claims);
});
