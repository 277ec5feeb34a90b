import { type Emulator, startEmulator } from '@torii/emulator';
import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { httpEvent, loadBalancerEvent, restEvent, restEventWithoutHeaders, type Sent, urlEvent } from './events.ts';

type Event = APIGatewayProxyEvent | APIGatewayProxyEventV2 | ALBEvent;
type Recipe = typeof import('../src/recipe.ts');

let torii: Emulator;
let other: Emulator;
let recipe: Recipe;
let token: string;

beforeAll(async () => {
  [torii, other] = await Promise.all([startEmulator(), startEmulator()]);
  recipe = await load(torii.issuer);
  token = await torii.token({ userId: 'ada', expiresInSeconds: 3600 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([torii.stop(), other.stop()]);
});

/** Loads the recipe again, with another issuer. */
async function load(issuer: string): Promise<Recipe> {
  vi.resetModules();
  vi.stubEnv('TORII_ISSUER', issuer);
  return import('../src/recipe.ts');
}

async function call(event: unknown, { handler }: Recipe = recipe) {
  const { statusCode, headers, body = '' } = await handler(event as APIGatewayProxyEvent);
  return { status: statusCode, headers, body: JSON.parse(body) };
}

const bearer = (value: string) => ['Authorization', `Bearer ${value}`] as const;

const gateways: readonly [name: string, create: (sent?: Sent) => Event][] = [
  ['a REST API (payload 1.0)', restEvent],
  ['an HTTP API (payload 2.0)', httpEvent],
  ['a function URL', urlEvent],
  ['a load balancer', loadBalancerEvent],
  ['a load balancer without multi-value headers', (sent) => loadBalancerEvent(sent, false)],
];

describe.each(gateways)('behind %s', (_name, create) => {
  test('a request with a token gets its answer', async () => {
    const { status, headers, body } = await call(create({ headers: [bearer(token)] }));
    expect([status, body]).toEqual([200, { userId: 'ada', sent: '' }]);
    expect(headers).toEqual({ 'Content-Type': 'application/json' });
  });

  test('a request without a token gets 401 with a challenge', async () => {
    const { status, headers, body } = await call(create());
    expect([status, body.error.reason]).toEqual([401, 'token_missing']);
    expect(headers).toMatchObject({
      'WWW-Authenticate': 'Bearer realm="torii"',
      'Cache-Control': 'private, no-store',
      'Content-Type': 'application/json',
    });
  });

  test.each<[string, () => Promise<Sent> | Sent, number, string]>([
    [
      'an expired token',
      async () => ({ headers: [bearer(await torii.token({ expiresInSeconds: -60 }))] }),
      401,
      'token_expired',
    ],
    ['a token of another issuer', async () => ({ headers: [bearer(await other.token())] }), 401, 'issuer_refused'],
    [
      'a forged signature',
      async () => ({ headers: [bearer(await torii.token({ signedBy: 'stranger' }))] }),
      401,
      'signature_invalid',
    ],
    ['the scheme Basic', () => ({ headers: [['Authorization', 'Basic YTpi']] }), 401, 'scheme_unsupported'],
    ['an empty header', () => ({ headers: [['Authorization', '']] }), 401, 'token_missing'],
    ['a token in the path', () => ({ path: `/me/${token}` }), 401, 'token_missing'],
    [
      'a token in the body',
      () => ({ method: 'POST', body: `{"authorization":"Bearer ${token}"}` }),
      401,
      'token_missing',
    ],
    [
      'a token in a cookie',
      () => ({ headers: [['Cookie', `token=${token}; authorization=Bearer ${token}`]] }),
      401,
      'token_missing',
    ],
    ['a role that is not enough', () => ({ method: 'DELETE', headers: [bearer(token)] }), 403, 'not_allowed'],
  ])('a request with %s is refused', async (_what, sent, expected, reason) => {
    const { status, body } = await call(create(await sent()));
    expect([status, body.error.reason]).toEqual([expected, reason]);
  });

  test('an administrator may delete', async () => {
    const organization = { id: 'org_1', role: 'org:administrator' };
    const admin = await torii.token({ userId: 'bo', organization });
    expect(await call(create({ method: 'DELETE', headers: [bearer(admin)] }))).toMatchObject({ status: 200 });
  });

  test.each(['authorization', 'AUTHORIZATION', 'aUthorization'])('the header may be written %s', async (header) => {
    expect(await call(create({ headers: [[header, `bearer ${token}`]] }))).toMatchObject({ status: 200 });
  });

  test.each<[string, boolean]>([
    ['{"title":"Blåbærgrød"}', false],
    ['{"title":"Blåbærgrød"}', true],
    ['', true],
  ])('the body %s is read, base64: %s', async (text, binary) => {
    const { body } = await call(create({ method: 'POST', headers: [bearer(token)], body: text, binary }));
    expect(body.sent).toBe(text);
  });

  test('a public path needs no token', async () => {
    expect(await call(create({ path: '/health' }))).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  test.each([
    '/health/',
    '//health',
    '/x/../health',
    '/health/../me',
    '/health;x',
    '/%2fhealth',
    '/health%2f..%2fme',
    '/health%3Fx',
    '/health%23x',
    '/HEALTH',
    '/prod/health',
    '/%2568ealth',
  ])('[21] the path %s needs a token', async (path) => {
    expect(await call(create({ path }))).toMatchObject({ status: 401 });
  });

  test('without the keys, the answer is 503', async () => {
    other.fail('keys');
    const { status, headers, body } = await call(
      create({ headers: [bearer(await other.token())] }),
      await load(other.issuer),
    );
    expect([status, body.error.code]).toEqual([503, 'unavailable']);
    expect(headers).toMatchObject({ 'Retry-After': expect.any(String) });
    expect(headers).not.toHaveProperty('WWW-Authenticate');
  });
});

// A load balancer without multi-value headers sends only the last one, which the function cannot notice.
test.each(gateways.filter(([name]) => !name.endsWith('without multi-value headers')))(
  '[13] two Authorization headers are refused behind %s',
  async (_name, create) => {
    for (const second of [token, 'a.b.c']) {
      const { status, body } = await call(create({ headers: [bearer(token), bearer(second)] }));
      expect([status, body.error.reason]).toEqual([401, 'header_malformed']);
    }
  },
);

test('an event without headers gets 401, or its public path', async () => {
  expect(await call(restEventWithoutHeaders())).toMatchObject({ status: 401 });
  expect(await call(restEventWithoutHeaders({ path: '/health' }))).toMatchObject({ status: 200 });
});

describe('an event that is not an HTTP request', () => {
  const authorization = () => `Bearer ${token}`;

  test.each<[string, () => unknown]>([
    ['of a schedule', () => ({ version: '0', source: 'aws.events', resources: ['arn:aws:events:x'], detail: {} })],
    ['of a queue', () => ({ Records: [{ body: 'x', attributes: { authorization: authorization() } }] })],
    ['of a message of a WebSocket', () => ({ requestContext: { routeKey: 'send' }, body: authorization() })],
    ['that is text', authorization],
    ['that is null', () => null],
    ['that is a list', () => [{ headers: { authorization: authorization() } }]],
  ])('%s is an error, and not an answer', async (_what, event) => {
    await expect(call(event())).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  test('without content gets 401', async () => {
    expect(await call({})).toMatchObject({ status: 401 });
  });
});

test('an error that is not a refusal is thrown, so that Lambda logs it', async () => {
  const event = { ...restEvent({ headers: [bearer(token)] }), body: { not: 'text' } };
  await expect(call(event)).rejects.toThrow(TypeError);
});
