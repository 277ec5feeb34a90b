import { describe, expect, test } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import { createVerifier, type RequestLike } from '../src/index.ts';
import { issuer, makeKey, mint } from './mint.ts';

const key = await makeKey();
const token = await mint(key);
const authorization = `Bearer ${token}`;
const settings = { issuer, keys: { keys: [key.publicJwk] } };

/** Any value, typed as a request. */
const like = (value: unknown) => value as RequestLike;

/** Payload format 1.0, as a REST API sends it. */
const restEvent = {
  httpMethod: 'DELETE',
  path: '/docs/a%20b',
  headers: { Host: 'app.test', Authorization: authorization },
  multiValueHeaders: { Host: ['app.test'], Authorization: [authorization] },
  requestContext: { path: '/prod/docs/a%20b', httpMethod: 'DELETE', stage: 'prod' },
};

/** Payload format 2.0, as an HTTP API or a function URL sends it. */
const httpEvent = {
  version: '2.0',
  rawPath: '/docs/a b',
  headers: { host: 'app.test', authorization },
  requestContext: { http: { method: 'DELETE', path: '/docs/a b' }, stage: '$default' },
};

const loadBalancerEvent = {
  httpMethod: 'DELETE',
  path: '/docs/a%20b',
  multiValueHeaders: { host: ['app.test'], authorization: [authorization] },
  requestContext: { elb: {} },
};

test.each([
  ['a REST API', restEvent, '/docs/a%20b'],
  ['an HTTP API', httpEvent, '/docs/a b'],
  ['a load balancer', loadBalancerEvent, '/docs/a%20b'],
])('the method, path, host and headers are read from an event of %s', async (_name, event, path) => {
  const view = viewOf(event);
  expect([view.method, view.path, view.host]).toEqual(['DELETE', path, 'app.test']);
  expect(view.headerValues('authorization')).toEqual([authorization]);
  expect(await createVerifier(settings).check(event)).toMatchObject({ denial: undefined, auth: { issuer } });
});

describe('an event without headers', () => {
  test.each([
    ['of a REST API', { ...restEvent, headers: null, multiValueHeaders: null }, '/docs/a%20b'],
    ['of a REST API, with empty headers', { ...restEvent, headers: {}, multiValueHeaders: {} }, '/docs/a%20b'],
    ['of an HTTP API', { ...httpEvent, headers: undefined }, '/docs/a b'],
    ['of a load balancer', { ...loadBalancerEvent, multiValueHeaders: undefined }, '/docs/a%20b'],
  ])('%s has a method and a path, and no token', async (_name, event, path) => {
    const view = viewOf(event);
    expect([view.method, view.path, view.host]).toEqual(['DELETE', path, undefined]);
    const { denial } = await createVerifier(settings).check(event);
    expect(denial?.body.error.reason).toBe('token_missing');
  });

  test('reads no token from other fields of the event', async () => {
    const event = { ...restEvent, headers: null, multiValueHeaders: null, authorization, Authorization: authorization };
    const { denial } = await createVerifier(settings).check(event);
    expect(denial?.body.error.reason).toBe('token_missing');
  });
});

describe('the public path of an event', () => {
  const verifier = createVerifier({ ...settings, publicPaths: ['/health', '/open/*'] });
  const ask = async (event: object) => {
    const { auth, denial } = await verifier.check(like({ ...event, headers: {}, multiValueHeaders: {} }));
    return denial?.status ?? auth;
  };

  test.each([
    ['/health', null],
    ['/open/a', null],
    ['/prod/health', 401],
    ['/health/', 401],
    ['/health?', 401],
    ['/health?x', 401],
    ['/open/../docs', 401],
    ['/open/%2e%2e/docs', 401],
    ['/open//docs', 401],
    ['/open/a;b', 401],
    ['/open/a#b', 401],
    ['/open/a b', 401],
    ['health', 401],
    ['https://app.test/health', 401],
    ['', 401],
    [7, 401],
    [['/health'], 401],
  ])('[21] %s', async (path, expected) => {
    expect(await ask({ ...restEvent, path })).toBe(expected);
    expect(await ask({ ...httpEvent, rawPath: path })).toBe(expected);
  });

  test('[21] is not read from an object without `requestContext`', async () => {
    for (const requestContext of [undefined, null, 'text']) {
      expect(await ask({ ...httpEvent, rawPath: '/health', requestContext })).toBe(401);
    }
  });

  test('[21] is not read from an object whose `requestContext` the app has added', async () => {
    // An event of h3 in a router that is mounted at `/admin`: its `path` lacks the mount path.
    const node = { req: { method: 'GET', url: '/admin/health', headers: {}, rawHeaders: [] } };
    expect(await ask({ method: 'GET', path: '/health', node, requestContext: { id: 7 } })).toBe(401);
  });

  test('[21] is not the one that the context names', async () => {
    expect(await ask({ ...restEvent, requestContext: { path: '/health', http: { path: '/health' } } })).toBe(401);
  });
});

describe('[14] a cookie of an event of an HTTP API', () => {
  const verifier = createVerifier({ ...settings, cookie: 'session' });
  const ask = async (method: string, cookies: unknown, headers: object = {}) => {
    const event = { ...httpEvent, headers, cookies, requestContext: { http: { method } } };
    const { auth, denial } = await verifier.check(like(event));
    return denial?.body.error.reason ?? auth?.issuer;
  };

  test('is read from the list of cookies', async () => {
    expect(await ask('GET', ['theme=dark', `session=${token}`])).toBe(issuer);
  });

  test.each<[string, string, unknown, object, string]>([
    ['an unsafe method', 'POST', [`session=${token}`], {}, 'token_missing'],
    ['two cookies of one name', 'GET', [`session=${token}`, `session=${token}`], {}, 'header_malformed'],
    ['a bad token in the header', 'GET', [`session=${token}`], { authorization: 'Bearer a.b.c' }, 'token_malformed'],
    ['an empty header', 'GET', [`session=${token}`], { authorization: '' }, 'token_missing'],
    ['another cookie header', 'GET', [`session=${token}`], { cookie: 'theme=dark' }, 'token_missing'],
    ['cookies that are not a list', 'GET', { session: token }, {}, 'token_missing'],
    ['cookies that are not text', 'GET', [{ session: token }, 7, null], {}, 'token_missing'],
  ])('is refused with %s', async (_name, method, cookies, headers, reason) => {
    expect(await ask(method, cookies, headers)).toBe(reason);
  });

  test('is not read from an object whose `requestContext` the app has added', async () => {
    const request = { method: 'GET', url: '/', headers: {}, cookies: [`session=${token}`], requestContext: { id: 7 } };
    expect((await verifier.check(like(request))).denial?.body.error.reason).toBe('token_missing');
  });

  test('is not read from another object with a list of cookies', async () => {
    const request = { method: 'GET', url: '/', headers: {}, cookies: [`session=${token}`] };
    expect((await verifier.check(request)).denial?.body.error.reason).toBe('token_missing');
  });
});

describe('an event that is not an HTTP request', () => {
  const verifier = createVerifier(settings);

  test.each<[string, unknown]>([
    [
      'of a schedule',
      { version: '0', source: 'aws.events', resources: ['arn:aws:events:x'], detail: { authorization } },
    ],
    ['of a queue', { Records: [{ messageId: '1', body: authorization, attributes: { authorization } }] }],
    ['of a WebSocket message', { requestContext: { routeKey: 'send', connectionId: 'a' }, body: authorization }],
    ['without a type', 'Bearer'],
    ['that is null', null],
    ['that is undefined', undefined],
    ['that is a list', [{ headers: { authorization } }]],
  ])('%s is a mistake of the app', async (_name, event) => {
    await expect(verifier.check(like(event))).rejects.toMatchObject({ code: 'configuration_invalid' });
  });
});

test('an object without `requestContext` has no method of an event', () => {
  const { requestContext, ...rest } = restEvent;
  expect(viewOf(rest).method).toBeUndefined();
  expect(viewOf({ ...httpEvent, httpMethod: 'GET', requestContext: 'text' } as never).method).toBeUndefined();
});

test('a polluted prototype makes no event of a request', async () => {
  const verifier = createVerifier({ ...settings, publicPaths: ['/health'], cookie: 'session' });
  const pollution = { requestContext: { http: { method: 'GET' } }, rawPath: '/health', cookies: [`session=${token}`] };
  Object.assign(Object.prototype, pollution);
  try {
    expect(viewOf({ headers: {} }).method).toBeUndefined();
    expect((await verifier.check({ headers: {} })).denial?.status).toBe(401);
    expect((await verifier.check({ headers: null } as never)).denial?.status).toBe(401);
  } finally {
    for (const name of Object.keys(pollution)) Reflect.deleteProperty(Object.prototype, name);
  }
});
