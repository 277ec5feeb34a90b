import { describe, expect, test, vi } from 'vitest';
import { verifierFrom } from '../src/adapter.ts';
import {
  authenticateRequest,
  createVerifier,
  type Fetch,
  type RequestLike,
  ToriiConfigError,
  type VerifierEvent,
  type VerifierOptions,
} from '../src/index.ts';
import { issuer, makeKey, mint, nowSeconds } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const key = await makeKey();
const stranger = await makeKey();
const jwks = { keys: [key.publicJwk] };
const good = `Bearer ${await mint(key)}`;
const bad = `Bearer ${await mint(stranger)}`;
const expired = `Bearer ${await mint(key, { exp: nowSeconds() - 600 })}`;

/** A verifier that records its events and fetches. */
function listening(options: Partial<VerifierOptions> = {}) {
  const events: VerifierEvent[] = [];
  const fetch = vi.fn<Fetch>(async () => Response.json(jwks));
  const torii = createVerifier({ issuer, fetch, onEvent: (event) => events.push(event), ...options });
  return { torii, events, fetch };
}

describe('a request', () => {
  test('with a valid token gives the user', async () => {
    const { torii } = listening();
    const auth = await torii.authenticate({ authorization: good });
    expect(auth).toMatchObject({ userId: 'user_1' });
    expect(await torii.check({ authorization: good })).toEqual({ auth, denial: undefined });
  });

  test.each([
    ['no token', undefined, 'token_missing'],
    ['another scheme', 'Basic YTpi', 'scheme_unsupported'],
    ['a malformed header', 'Bearer', 'header_malformed'],
    ['something that is not a token', 'Bearer x', 'token_malformed'],
    ['a token signed with an unknown key', bad, 'signature_invalid'],
    ['an expired token', expired, 'token_expired'],
  ])('with %s is refused, and check returns the denial', async (_name, authorization, reason) => {
    const { torii } = listening();
    expect(await outcomeOf(torii.authenticate({ authorization }))).toBe(reason);
    const { auth, denial } = await torii.check({ authorization });
    expect(auth).toBeNull();
    expect(denial).toMatchObject({ status: 401, body: { error: { reason } } });
  });

  test('is refused with 503 if the keys cannot be fetched', async () => {
    const { torii } = listening({ fetch: async () => new Response('', { status: 500 }) });
    expect(await outcomeOf(torii.authenticate({ authorization: good }))).toBe('keys_unavailable');
    const { denial } = await torii.check({ authorization: good });
    expect(denial).toMatchObject({ status: 503 });
    expect(denial?.headers['Retry-After']).toMatch(/^[1-9]\d*$/);
    expect(denial?.headers).not.toHaveProperty('WWW-Authenticate');
  });

  test('gets the same result from authenticateRequest', async () => {
    expect(await authenticateRequest({ authorization: good }, { issuer, keys: jwks })).toMatchObject({
      userId: 'user_1',
    });
    expect(await outcomeOf(authenticateRequest({ authorization: bad }, { issuer, keys: jwks }))).toBe(
      'signature_invalid',
    );
    expect(
      await authenticateRequest({ url: '/health', headers: {} }, { issuer, keys: jwks, publicPaths: ['/health'] }),
    ).toBeNull();
    await expect(authenticateRequest({}, { issuer: undefined })).rejects.toThrow(ToriiConfigError);
    await expect(authenticateRequest({}, undefined as never)).rejects.toThrow(ToriiConfigError);
  });

  test('without a token that can be valid causes no fetch', async () => {
    const { torii, fetch } = listening();
    for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer x', 'Bearer a.b.c', expired]) {
      await torii.check({ authorization });
    }
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('a public path', () => {
  const publicPaths = ['/health', '/docs/*'];

  test.each<[string, RequestLike]>([
    ["of Node's request", { method: 'GET', url: '/health?x', headers: {} }],
    ['of a Fetch request', new Request('https://app.test/docs/a')],
    ['with any method', { method: 'DELETE', url: '/health', headers: {} }],
    ['with a bad token', { url: '/health', headers: { authorization: bad } }],
    ['with a good token', { url: '/health', headers: { authorization: good } }],
    ['with two headers', { url: '/health', headers: { authorization: [good, good] } }],
  ])('[21] needs no token: %s', async (_name, request) => {
    const { torii, fetch } = listening({ publicPaths, checks: [() => false] });
    expect(await torii.authenticate(request)).toBeNull();
    expect(await torii.check(request)).toEqual({ auth: null, denial: undefined });
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each<[string, RequestLike]>([
    ['another path', { url: '/orders', headers: {} }],
    ['no path', { method: 'GET', headers: {} }],
    ['only headers', {}],
    ['only a Headers', new Headers({ 'x-original-url': '/health', 'x-rewrite-url': '/health' })],
    ['a header that names the path', { ':path': '/health', path: '/health', url: '/health' }],
    ['an absolute target', { url: 'http://app.test/health', headers: {} }],
    ['a target of CONNECT', { method: 'CONNECT', url: 'app.test:443', headers: {} }],
    ['a path in a query', { url: '/orders?/health', headers: {} }],
    ['a path in a fragment', { url: '/orders#/health', headers: {} }],
    ['a dot segment', { url: '/docs/../orders', headers: {} }],
    ['an encoded slash', { url: '/docs/a%2f..%2f..%2forders', headers: {} }],
    ['two slashes', { url: '//health', headers: {} }],
    ['a backslash', { url: '/docs/..\\orders', headers: {} }],
    ['a mounted path whose full path differs', { url: '/health', originalUrl: '/admin/health', headers: {} }],
    ['a path beside a different URL', { url: '/orders', path: '/health', headers: {} }],
    ['a Fetch request with a dot segment', new Request('https://app.test/docs/../orders')],
    ['a Fetch request with an encoded slash', new Request('https://app.test/docs%2fa')],
    ['a Fetch request with two slashes', new Request('https://app.test//health')],
  ])('[21] is not matched by a similar request: %s', async (_name, request) => {
    const { torii } = listening({ publicPaths });
    expect(await outcomeOf(torii.authenticate(request))).toBe('token_missing');
  });

  test('[21] does not exist without the option', async () => {
    expect(await outcomeOf(listening().torii.authenticate({ url: '/health', headers: {} }))).toBe('token_missing');
    expect(await outcomeOf(listening({ publicPaths: [] }).torii.authenticate({ url: '/', headers: {} }))).toBe(
      'token_missing',
    );
  });

  test('has no effect on verify', async () => {
    expect(await outcomeOf(listening({ publicPaths }).torii.verify(bad.slice(7)))).toBe('signature_invalid');
    expect(await outcomeOf(listening({ publicPaths }).torii.verify(''))).toBe('token_missing');
  });
});

describe('a preflight', () => {
  const preflight = { origin: 'https://web.test', 'access-control-request-method': 'POST' };

  test.each<[string, RequestLike]>([
    ['as a browser sends it', { method: 'OPTIONS', url: '/orders', headers: preflight }],
    [
      'with the headers that it asks for',
      { method: 'OPTIONS', headers: { ...preflight, 'access-control-request-headers': 'authorization' } },
    ],
    ['from a null origin', { method: 'OPTIONS', headers: { ...preflight, origin: 'null' } }],
    ["as Node's request", { method: 'OPTIONS', headers: preflight, headersDistinct: { origin: ['https://web.test'] } }],
  ])('passes if the option is set: %s', async (_name, request) => {
    const { torii, fetch } = listening({ allowPreflight: true, checks: [() => false] });
    expect(await torii.authenticate(request)).toBeNull();
    expect(await torii.check(request)).toEqual({ auth: null, denial: undefined });
    expect(fetch).not.toHaveBeenCalled();
  });

  test.each<[string, RequestLike]>([
    ['no origin', { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }],
    ['no requested method', { method: 'OPTIONS', headers: { origin: 'https://web.test' } }],
    ['neither', { method: 'OPTIONS', headers: {} }],
    ['another method', { method: 'GET', headers: preflight }],
    ['an unsafe method', { method: 'POST', headers: preflight }],
    ['lower case', { method: 'options', headers: preflight }],
    ['a blank after the method', { method: 'OPTIONS ', headers: preflight }],
    ['an unknown method', { headers: preflight }],
    ['only headers', preflight],
    ['a header that names the method', { method: 'OPTIONS', ...preflight }],
    ['a method override header', { method: 'POST', headers: { ...preflight, 'x-http-method-override': 'OPTIONS' } }],
    [
      'two origins',
      { method: 'OPTIONS', headers: { ...preflight, origin: ['https://web.test', 'https://evil.test'] } },
    ],
    [
      'two requested methods',
      { method: 'OPTIONS', headers: { ...preflight, 'access-control-request-method': ['POST', 'PUT'] } },
    ],
    [
      'two origins, of which headers shows one',
      { method: 'OPTIONS', headers: preflight, headersDistinct: { origin: ['a', 'b'] } },
    ],
    ['a plain OPTIONS of Fetch', new Request('https://app.test/', { method: 'OPTIONS' })],
  ])('is not a request that is only similar: %s', async (_name, request) => {
    const { torii } = listening({ allowPreflight: true });
    expect(await outcomeOf(torii.authenticate(request))).toBe('token_missing');
  });

  test('needs a token if the option is absent or false', async () => {
    for (const options of [{}, { allowPreflight: false }]) {
      const { torii } = listening(options);
      expect(await outcomeOf(torii.authenticate({ method: 'OPTIONS', headers: preflight }))).toBe('token_missing');
      expect(
        await torii.authenticate({ method: 'OPTIONS', headers: { ...preflight, authorization: good } }),
      ).toMatchObject({ userId: 'user_1' });
    }
  });
});

describe('optional auth', () => {
  const optional = { optional: true };

  test.each<[string, RequestLike]>([
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['a Headers', new Headers()],
    ['a Fetch request', new Request('https://app.test/')],
  ])('returns null without a token: %s', async (_name, request) => {
    const { torii } = listening({ checks: [() => false] });
    expect(await torii.authenticate(request, optional)).toBeNull();
    expect(await torii.check(request, optional)).toEqual({ auth: null, denial: undefined });
  });

  test('returns the user of a valid token', async () => {
    expect(await listening().torii.authenticate({ authorization: good }, optional)).toMatchObject({ userId: 'user_1' });
  });

  test.each([
    ['another scheme', 'Basic YTpi', 'scheme_unsupported'],
    ['only Bearer', 'Bearer', 'header_malformed'],
    ['blanks', ' ', 'header_malformed'],
    ['two tokens', `${good}, ${good}`, 'header_malformed'],
    ['something that is not a token', 'Bearer x', 'token_malformed'],
    ['a token signed with an unknown key', bad, 'signature_invalid'],
    ['an expired token', expired, 'token_expired'],
  ])('refuses an invalid token: %s', async (_name, authorization, reason) => {
    const { torii } = listening();
    expect(await outcomeOf(torii.authenticate({ authorization }, optional))).toBe(reason);
    expect(await torii.check({ authorization }, optional)).toMatchObject({ auth: null, denial: { status: 401 } });
  });

  test('[14] refuses an invalid cookie, and ignores a cookie of a cross-site request', async () => {
    const { torii } = listening({ cookie: 'token' });
    const cookie = (value: string, headers = {}, method = 'GET') => ({
      method,
      headers: { cookie: `token=${value}`, ...headers },
    });
    expect(await outcomeOf(torii.authenticate(cookie(bad.slice(7)), optional))).toBe('signature_invalid');
    expect(await outcomeOf(torii.authenticate(cookie('x; token=y'), optional))).toBe('header_malformed');
    expect(
      await torii.authenticate(cookie(good.slice(7), { origin: 'https://evil.test' }, 'POST'), optional),
    ).toBeNull();
    expect(await torii.authenticate(cookie(good.slice(7)), optional)).toMatchObject({ userId: 'user_1' });
  });

  test('refuses a token with 503 if the keys cannot be fetched', async () => {
    const { torii } = listening({ fetch: async () => new Response('', { status: 500 }) });
    expect(await torii.check({ authorization: good }, optional)).toMatchObject({ denial: { status: 503 } });
    expect(await torii.check({}, optional)).toEqual({ auth: null, denial: undefined });
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty object', {}],
    ['false', { optional: false }],
    ['an inherited true', Object.create({ optional: true })],
  ])('is off with options of %s', async (_name, options) => {
    const { torii } = listening();
    expect(await outcomeOf(torii.authenticate({}, options as { optional: false }))).toBe('token_missing');
    expect(await torii.check({}, options as { optional: false })).toMatchObject({ denial: { status: 401 } });
  });
});

describe('a property on Object.prototype', () => {
  test.each<[string, unknown]>([
    ['optional', true],
    ['url', '/health'],
    ['originalUrl', '/health'],
    ['path', '/health'],
    ['host', 'web.test'],
    ['baseUrl', '/docs'],
    ['method', 'OPTIONS'],
    ['headers', { authorization: good }],
    ['req', { headersDistinct: { authorization: [good, good] } }],
    ['authorization', good],
    ['cookie', 'token=x'],
  ])('[21] does not let a request through: %s', async (name, value) => {
    const { torii } = listening({ publicPaths: ['/health', '/docs/*'], allowPreflight: true });
    const preflight = { origin: 'x', 'access-control-request-method': 'PUT' };
    Object.defineProperty(Object.prototype, name, { value, configurable: true });
    try {
      expect(await outcomeOf(torii.authenticate({ headers: preflight }))).toBe('token_missing');
      expect(await outcomeOf(torii.authenticate(preflight))).toBe('token_missing');
      expect(await outcomeOf(torii.authenticate({ headers: { authorization: bad } }))).not.toBe('accepted');
      expect(await outcomeOf(torii.authenticate({}, {}))).toBe('token_missing');
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });
});

describe('events', () => {
  const types = (events: readonly VerifierEvent[]) => events.map(({ type }) => type);

  test('report who was verified, and whether the result was cached', async () => {
    const { torii, events } = listening();
    const auth = await torii.verify(good.slice(7));
    await torii.authenticate({ authorization: good });
    await torii.verify(good.slice(7));
    const who = { userId: auth.userId, environmentId: auth.environmentId };
    expect(types(events)).toEqual(['keys_fetched', 'verified', 'verified', 'verified']);
    expect(events.slice(1)).toEqual([
      { type: 'verified', ...who, fromCache: false },
      { type: 'verified', ...who, fromCache: true },
      { type: 'verified', ...who, fromCache: true },
    ]);
  });

  test.each<[string, RequestLike, boolean, object]>([
    ['a public path', { url: '/health?x', headers: {} }, false, { why: 'public_path', path: '/health' }],
    [
      'a preflight',
      { method: 'OPTIONS', url: '/orders', headers: { origin: 'x', 'access-control-request-method': 'PUT' } },
      false,
      { why: 'preflight', path: '/orders' },
    ],
    ['signed out', { url: '/orders?x', headers: {} }, true, { why: 'signed_out', path: '/orders' }],
    ['signed out, with an unknown path', {}, true, { why: 'signed_out', path: undefined }],
  ])('report why a request passed: %s', async (_name, request, optional, expected) => {
    const { torii, events } = listening({ publicPaths: ['/health'], allowPreflight: true });
    await torii.authenticate(request, { optional });
    expect(events).toEqual([{ type: 'passed', ...expected }]);
  });

  test('report each refusal once, with the error that was thrown', async () => {
    const { torii, events } = listening();
    for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer x', expired]) {
      events.length = 0;
      const error: unknown = await torii.authenticate({ authorization }).catch((caught: unknown) => caught);
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ type: 'refused' });
      expect(events[0]?.type === 'refused' && events[0].error).toBe(error);
      events.length = 0;
      await torii.check({ authorization });
      expect(types(events)).toEqual(['refused']);
    }
  });

  test('report a check that refused a verified user', async () => {
    const { torii, events } = listening({ checks: [() => false] });
    await torii.check({ authorization: good });
    expect(types(events)).toEqual(['keys_fetched', 'verified', 'refused']);
  });
});

describe('a verifier', () => {
  test('is returned by verifierFrom, which also accepts options', async () => {
    const { torii } = listening();
    expect(verifierFrom(torii)).toBe(torii);
    expect(await verifierFrom({ issuer, keys: jwks }).authenticate({ authorization: good })).toMatchObject({
      userId: 'user_1',
    });
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'https://acme.torii.test'],
    ['an empty object', {}],
    ['an object whose authenticate is not a function', { authenticate: true }],
  ])('cannot be created from %s', (_name, source) => {
    expect(() => verifierFrom(source as VerifierOptions)).toThrow(ToriiConfigError);
  });

  test('is frozen', () => {
    const { torii } = listening();
    expect(() => {
      (torii as { verify: unknown }).verify = async () => ({ userId: 'admin' });
    }).toThrow(TypeError);
  });

  test('works if its methods are called without it', async () => {
    const { authenticate, check, verify } = listening().torii;
    expect(await authenticate({ authorization: good })).toMatchObject({ userId: 'user_1' });
    expect(await check({ authorization: good })).toMatchObject({ auth: { userId: 'user_1' } });
    expect(await verify(good.slice(7))).toMatchObject({ userId: 'user_1' });
  });

  test('fetches nothing when it is created', () => {
    const { fetch } = listening();
    expect(fetch).not.toHaveBeenCalled();
  });
});
