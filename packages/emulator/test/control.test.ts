import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { login } from './browser.ts';
import { startReceiver, verify } from './receiver.ts';
import { callApi, type ProblemBody, signIn, unknownId } from './rest.ts';

let torii: Emulator;
beforeEach(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }] });
});
afterEach(() => torii.stop());

async function control<Body = ProblemBody>(
  method: string,
  path: string,
  body?: unknown,
  { issuer = torii.issuer, headers = {} }: { issuer?: string; headers?: Record<string, string> } = {},
) {
  const response = await fetch(`${issuer}/_emulator${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

const settle = (body: object) =>
  fetch(`${torii.issuer}/_emulator/webhooks/settle`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const keysStatus = async (issuer = torii.issuer) => (await fetch(`${issuer}/_torii/.well-known/jwks.json`)).status;

test('returns the state of an environment without secrets', async () => {
  torii.fail('api', { times: 2 });
  const { status, body } = await control<object>('GET', '/state');
  expect([status, body]).toEqual([
    200,
    {
      now: expect.any(String),
      environment: {
        name: 'default',
        id: torii.environmentId,
        issuer: torii.issuer,
        apiUrl: torii.apiUrl,
        jwksUrl: torii.jwksUrl,
        loginUrl: torii.loginUrl,
        signInUrl: torii.signInUrl,
        dashboardUrl: torii.dashboardUrl,
        publishableKey: torii.publishableKey,
      },
      allowedOrigins: [],
      environments: torii.environments.map(({ name, issuer }) => ({ name, issuer })),
      keys: torii.keyIds,
      faults: [{ surface: 'api', fault: { kind: 'fail', status: 503, headers: {} }, remaining: 2 }],
      requests: torii.requests,
    },
  ]);
  expect(JSON.stringify(body)).not.toContain(torii.secretKey);
});

test('injects and ends a fault of each kind', async () => {
  await control('POST', '/faults', { surface: 'keys', kind: 'fail', status: 500, headers: { 'retry-after': '1' } });
  expect(await keysStatus()).toBe(500);
  await control('POST', '/faults', { surface: 'keys', kind: 'cut', at: 'answer', times: 1 });
  await expect(keysStatus()).rejects.toMatchObject({ name: 'TypeError' });
  expect(await keysStatus()).toBe(200);
  await control('POST', '/faults', { surface: 'all', kind: 'delay', delayMs: 1 });
  const { body } = await control<{ faults: readonly { surface: string }[] }>('DELETE', '/faults?surface=keys');
  expect(body.faults.map(({ surface }) => surface)).not.toContain('keys');
  expect((await control('DELETE', '/faults')).body).toEqual({ faults: [] });
});

test('a request below an issuer affects only its environment', async () => {
  const { issuer } = torii.environment('acme');
  await control('POST', '/faults', { surface: 'keys', kind: 'fail' }, { issuer });
  expect([await keysStatus(issuer), await keysStatus()]).toEqual([503, 200]);
});

test('advances the clock', async () => {
  const before = torii.now().getTime();
  const { body } = await control<{ now: string }>('POST', '/clock', { advanceSeconds: 3600 });
  expect(Date.parse(body.now)).toBeGreaterThanOrEqual(before + 3_600_000);
  expect((decodeJwt(await torii.token()).iat ?? 0) * 1000).toBeGreaterThanOrEqual(before + 3_599_000);
});

test('resets the clock', async () => {
  torii.advance(3600);
  const { body } = await control<{ now: string }>('POST', '/clock/reset', {});
  expect(Date.parse(body.now)).toBeLessThan(Date.now() + 60_000);
  expect(torii.now().getTime()).toBeLessThan(Date.now() + 60_000);
});

test('creates, seeds, finds, bans and deletes users', async () => {
  const created = await control<User>('POST', '/users', { email: 'ada@example.com', password: 'correct horse' });
  expect([created.status, created.body]).toEqual([201, expect.objectContaining({ email: 'ada@example.com' })]);
  const users = [{ email: 'ada@example.com' }, { email: 'bob@example.com' }];
  expect((await control<object>('POST', '/seed', { users })).body).toMatchObject({ created: 1, existing: 1 });
  const edited = await control<User>('PATCH', '/users/bob@example.com', {
    email: 'b@example.com',
    emailVerified: false,
  });
  expect(edited.body).toMatchObject({ email: 'b@example.com', emailVerifiedAt: null });
  await control('PATCH', `/users/${edited.body.id}`, { email: 'bob@example.com' });
  expect((await control('PATCH', `/users/${edited.body.id}`, { email: 'ADA@example.com' })).status).toBe(409);
  const page = await control<{ items: readonly User[] }>('GET', '/users?email=BOB');
  expect(page.body.items.map(({ email }) => email)).toEqual(['bob@example.com']);
  expect((await control<User>('GET', '/users/Ada@Example.com')).body.id).toBe(created.body.id);
  expect((await control<User>('POST', '/users/ada@example.com/ban', {})).body.status).toBe('banned');
  expect((await control<User>('POST', `/users/${created.body.id}/unban`, {})).body.status).toBe('active');
  const remove = () => fetch(`${torii.issuer}/_emulator/users/ada@example.com`, { method: 'DELETE' });
  expect([(await remove()).status, (await remove()).status]).toEqual([204, 404]);
});

test('lists and ends sessions', async () => {
  await torii.createUser(login);
  await signIn(torii, login);
  const { body } = await control<{ sessions: readonly { id: string }[] }>('GET', '/sessions');
  expect(body.sessions).toHaveLength(1);
  await fetch(`${torii.issuer}/_emulator/sessions/${body.sessions[0]?.id}`, { method: 'DELETE' });
  expect((await control<object>('GET', '/sessions')).body).toEqual({ sessions: [] });
});

test('waits for webhooks, and responds with 504 if they do not arrive in time', async () => {
  await using receiver = await startReceiver();
  receiver.answer = () => ({ status: 500 });
  await torii.addWebhook({ url: receiver.url });
  expect((await settle({})).status).toBe(204);
  await torii.createUser();
  const late = await settle({ timeoutMs: 0 });
  expect([late.status, await late.json()]).toMatchObject([504, { properties: { code: 'webhooks_waiting' } }]);
});

test('lists requests, and those for keys apart', async () => {
  await keysStatus();
  await callApi(torii, 'GET', `/users/${unknownId}`);
  const { body } = await control<Record<string, readonly { path: string }[]>>('GET', '/requests');
  expect(body['requests']?.map(({ path }) => path)).toEqual([`/api/server/v1/users/${unknownId}`]);
  expect(body['keyFetches']?.map(({ path }) => path)).toEqual(['/_torii/.well-known/jwks.json']);
});

test('rotates keys and withdraws them', async () => {
  const [previousKid] = torii.keyIds;
  const rotated = await control<{ kid: string; previousKid: string }>('POST', '/keys/rotate', {});
  expect([torii.keyIds, rotated.body.previousKid]).toEqual([[rotated.body.kid, previousKid], previousKid]);
  expect((await control('POST', '/keys/withdraw', {})).body).toEqual({
    withdrawn: [previousKid],
    keys: [rotated.body.kid],
  });
  expect(torii.keyIds).toEqual([rotated.body.kid]);
});

test('adds a webhook, lists it without its secret, redelivers an event, and removes the webhook', async () => {
  await using receiver = await startReceiver();
  const secret = createWebhookSecret();
  const added = await control<{ id: string }>('POST', '/webhooks', { url: receiver.url, secret });
  const webhook = { id: added.body.id, url: receiver.url, types: null, disabledAt: null };
  expect([added.status, added.body]).toEqual([201, webhook]);
  expect((await control<object>('GET', '/webhooks')).body).toEqual({ webhooks: [webhook] });
  await torii.createUser();
  await torii.webhooksSettled();
  const { event } = receiver.first();
  expect(verify(receiver.first(), secret)).toEqual(event);
  const log = await control<object>('GET', '/webhooks/deliveries');
  expect(log.body).toMatchObject({ deliveries: [{ event, state: 'delivered', attempts: [{ status: 204 }] }] });
  expect((await control('POST', '/webhooks/redeliver', { eventId: event.id })).status).toBe(202);
  await torii.webhooksSettled();
  expect(receiver.received).toHaveLength(2);
  const remove = () => fetch(`${torii.issuer}/_emulator/webhooks/${webhook.id}`, { method: 'DELETE' });
  expect([(await remove()).status, (await remove()).status, torii.webhooks]).toEqual([204, 404, []]);
});

test('a fault on all surfaces does not affect the control API', async () => {
  torii.cut('all');
  expect((await control('DELETE', '/faults')).status).toBe(200);
  expect(await keysStatus()).toBe(200);
});

test.each<[string, string, unknown, ...string[]]>([
  ['an unknown surface', '/faults', { surface: 'key', kind: 'fail' }, 'keys', 'signIn', 'all'],
  ['no surface', '/faults', { kind: 'fail' }, 'keys', 'signIn', 'all'],
  ['an unknown kind', '/faults', { surface: 'keys', kind: 'explode' }, 'kind', 'fail', 'delay', 'cut'],
  ['a status that is not an error', '/faults', { surface: 'keys', kind: 'fail', status: 200 }, 'status', '400', '599'],
  ['a status that is a string', '/faults', { surface: 'keys', kind: 'fail', status: '500' }, 'status', '400', '599'],
  ['invalid headers', '/faults', { surface: 'keys', kind: 'fail', headers: { a: 1 } }, 'header'],
  ['no delay', '/faults', { surface: 'keys', kind: 'delay' }, 'delayMs'],
  [
    'an unknown cut point',
    '/faults',
    { surface: 'keys', kind: 'cut', at: 'middle' },
    'at',
    'request',
    'answer',
    'body',
  ],
  ['times that are null', '/faults', { surface: 'keys', kind: 'cut', times: null }, 'times'],
  ['a field of another kind', '/faults', { surface: 'keys', kind: 'cut', status: 500 }, 'status'],
  ['an array', '/faults', [], 'JSON'],
  ['a clock that goes back', '/clock', { advanceSeconds: -1 }],
  ['a clock without seconds', '/clock', {}],
  ['a clock with a string', '/clock', { advanceSeconds: '1' }],
  ['kids that are not an array', '/keys/withdraw', { kids: 'x' }, 'kids'],
  ['an unknown key', '/keys/withdraw', { kids: ['x'] }],
  ['a webhook with an invalid URL', '/webhooks', { url: 'nowhere' }, 'url'],
  ['a webhook with unknown event types', '/webhooks', { url: 'http://127.0.0.1/', types: ['all'] }, 'user.created'],
  ['a redelivery without event id', '/webhooks/redeliver', {}, 'eventId'],
  ['an extra field', '/keys/rotate', { now: true }, 'now'],
  ['a reset with a time', '/clock/reset', { advanceSeconds: 1 }, 'advanceSeconds'],
  ['a user with an unknown field', '/users', { mail: 'ada@example.com' }, 'mail'],
  ['a seed that is not an array', '/seed', { users: {} }, 'array'],
  ['a seed with an unknown field', '/seed', { user: [] }, 'user'],
  ['a wait without end', '/webhooks/settle', { timeoutMs: 1e9 }, 'timeoutMs'],
  ['a wait that is a string', '/webhooks/settle', { timeoutMs: '1' }, 'timeoutMs'],
])('responds with 400 to %s', async (_name, path, body, ...named) => {
  const answer = await control('POST', path, body);
  expect([answer.status, answer.body.properties.code]).toEqual([400, 'invalid_request']);
  for (const name of named) expect(answer.body.detail).toContain(name);
});

test.each<[string, Record<string, string>]>([
  ['of another origin', { origin: 'https://evil.example' }],
  ['of another port of loopback', { origin: 'http://127.0.0.1:1' }],
  ['with an opaque origin', { origin: 'null' }],
  ['of another site', { 'sec-fetch-site': 'cross-site' }],
  ['on another port of the same host', { 'sec-fetch-site': 'same-site' }],
])('refuses requests from a page %s', async (_name, headers) => {
  const { status, headers: answered } = await control('POST', '/clock', { advanceSeconds: 60 }, { headers });
  expect(status).toBe(403);
  expect(answered.get('access-control-allow-origin')).toBeNull();
  expect((await control('DELETE', '/faults', undefined, { headers })).status).toBe(403);
});

test('accepts requests from its own pages', async () => {
  const headers = { origin: torii.issuer, 'sec-fetch-site': 'same-origin' };
  expect((await control('POST', '/clock', { advanceSeconds: 1 }, { headers })).status).toBe(200);
});

test('accepts only JSON, which an HTML form cannot send', async () => {
  const response = await fetch(`${torii.issuer}/_emulator/clock`, { method: 'POST', body: '{"advanceSeconds":60}' });
  expect(response.status).toBe(415);
});

test('does not count its own requests', async () => {
  await control('GET', '/state');
  expect(torii.requests.api).toBe(0);
  await callApi(torii, 'GET', `/users/${unknownId}`);
  expect(torii.requests.api).toBe(1);
});
