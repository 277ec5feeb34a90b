import { describe, expect, test, vi } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import { createVerifier, type RequestLike } from '../src/index.ts';
import { issuer, makeKey, mint } from './mint.ts';

const key = await makeKey();
const authorization = `Bearer ${await mint(key)}`;
const pairs: readonly (readonly [string, string])[] = [
  ['Host', 'app.test'],
  ['Authorization', authorization],
];

/** Any value, typed as a request. */
const like = (value: unknown) => value as RequestLike;

describe('authenticate', () => {
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });

  test.each<[string, () => RequestLike]>([
    ['a Fetch request', () => new Request('https://app.test/', { headers: { authorization } })],
    ['a Headers', () => new Headers({ authorization })],
    ['a plain object of headers', () => ({ authorization })],
    ['a plain object with a capitalized name', () => ({ Authorization: authorization })],
    ['a plain object with a name in capitals', () => ({ AUTHORIZATION: authorization })],
    ['a plain object with a list', () => ({ authorization: [authorization] })],
    ['an object without a prototype', () => Object.assign(Object.create(null), { authorization })],
    ['a plain object with a tag that is not text', () => ({ authorization, [Symbol.toStringTag]: Symbol('x') })],
    ['a list of pairs', () => pairs],
    ['a Map', () => new Map(pairs)],
    ['the entries of a Headers, which can be read once', () => new Headers({ authorization }).entries()],
    ['the entries of a Map, which can be read once', () => new Map(pairs).entries()],
    [
      'a generator, which can be read once',
      () =>
        (function* () {
          yield* pairs;
        })(),
    ],
    ['an object with headers', () => ({ headers: { authorization } })],
    ['an object with a Headers', () => ({ headers: new Headers({ authorization }) })],
    ['an object with a Map of headers', () => ({ headers: new Map(pairs) })],
    ['an object with headers that can be read once', () => ({ headers: new Map(pairs).entries() })],
    ['an object that inherits its headers', () => Object.create({ headers: { authorization } })],
    [
      'an object with a getter',
      () => ({
        get headers() {
          return { authorization };
        },
      }),
    ],
    [
      "Node's request",
      () => ({
        method: 'GET',
        url: '/',
        headers: { authorization },
        headersDistinct: { authorization: [authorization] },
      }),
    ],
    [
      "HTTP/2's request",
      () =>
        like({ headers: { ':authority': 'app.test', authorization }, rawHeaders: ['authorization', authorization] }),
    ],
    [
      "Koa's context",
      () =>
        like({
          headers: { authorization },
          req: { headers: { authorization }, headersDistinct: { authorization: [authorization] } },
        }),
    ],
  ])('reads the token from %s', async (_name, make) => {
    expect(await torii.authenticate(make())).toMatchObject({ userId: 'user_1' });
  });

  test.each<[string, unknown]>([
    ['an empty object', {}],
    ['an empty list', []],
    ['headers that are null', { headers: null }],
    ['headers that are text', { headers: authorization }],
    ['a header that is null', { authorization: null }],
    ['a header that is undefined', { authorization: undefined }],
    ['a header that is an empty list', { authorization: [] }],
    ['a header that is undefined in an object with headers', { headers: { authorization: undefined } }],
    ['pairs without a value', [['authorization']]],
    ['pairs without a name', [[undefined, authorization]]],
    ['a symbol for a name', [[Symbol('authorization'), authorization]]],
    ['a name that inherits', { headers: Object.create({ authorization }) }],
  ])('finds no token in %s', async (_name, request) => {
    await expect(torii.authenticate(like(request))).rejects.toMatchObject({ reason: 'token_missing' });
  });

  test.each<[string, unknown]>([
    ['a number', 1],
    ['an object', { toString: () => 'x' }],
    ['a symbol', Symbol('x')],
    ['a list in a list', [[authorization, authorization]]],
  ])('refuses a header that is %s', async (_name, value) => {
    await expect(torii.authenticate(like({ headers: { authorization: value } }))).rejects.toMatchObject({
      name: 'ToriiAuthError',
    });
  });

  // No HTTP server produces these requests. They are mistakes in the code that built them, so the error is not a refusal.
  test.each<[string, unknown]>([
    ['a value that cannot be converted to a string', { authorization: Object.create(null) }],
  ])('rejects with a TypeError for headers with %s', async (_name, headers) => {
    await expect(torii.authenticate(like({ headers }))).rejects.toThrow(TypeError);
    await expect(torii.check(like({ headers }))).rejects.toThrow(TypeError);
  });

  test('an error while reading the request becomes a rejection, not a synchronous exception', async () => {
    const broken = {
      get headers(): never {
        throw new RangeError('from outside');
      },
    };
    const answer = torii.authenticate(broken);
    await expect(answer).rejects.toThrow(RangeError);
    await expect(torii.check(broken)).rejects.toThrow(RangeError);
  });
});

test('a request of another Fetch implementation shows its path and host', () => {
  class OtherHeaders {
    readonly #headers = new Headers({ authorization });
    get(name: string): string | null {
      return this.#headers.get(name);
    }
    append(): void {}
    [Symbol.iterator]() {
      return this.#headers.entries();
    }
  }
  const view = viewOf({ method: 'GET', url: 'https://app.test/docs?x=1', headers: new OtherHeaders() });
  expect(view).toMatchObject({ path: '/docs', host: 'app.test' });
  expect([view.headerValues('Authorization'), view.headerValues('cookie')]).toEqual([[authorization], []]);
});

describe('header values', () => {
  test('are found by a name in any case', () => {
    for (const name of ['x-tenant', 'X-Tenant', 'X-TENANT']) {
      expect(viewOf({ 'x-Tenant': 'a' }).headerValues(name)).toEqual(['a']);
      expect(viewOf(new Headers({ 'X-tenant': 'a' })).headerValues(name)).toEqual(['a']);
      expect(viewOf([['X-tenanT', 'a']]).headerValues(name)).toEqual(['a']);
    }
  });

  test('contain one item for each time the header was sent', () => {
    expect(viewOf({ a: ['1', '2'] }).headerValues('a')).toEqual(['1', '2']);
    expect(viewOf({ a: '1', A: '2' }).headerValues('a')).toEqual(['1', '2']);
    expect(
      viewOf([
        ['a', '1'],
        ['b', 'x'],
        ['A', '2'],
      ]).headerValues('a'),
    ).toEqual(['1', '2']);
    expect(viewOf({ a: ['1', '2'], A: '3' }).headerValues('a')).toEqual(['1', '2', '3']);
  });

  test('are empty for a header that was not sent', () => {
    for (const view of [viewOf({}), viewOf(new Headers()), viewOf([]), viewOf({ headers: {} })]) {
      expect(view.headerValues('a')).toEqual([]);
    }
  });

  test('can be read repeatedly', () => {
    const view = viewOf(new Map([['a', '1']]).entries());
    expect(view.headerValues('a')).toEqual(['1']);
    expect(view.headerValues('a')).toEqual(['1']);
    expect(view.headerValues('b')).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['headersDistinct', { headersDistinct: { a: ['1', '2'] } }],
    ['rawHeaders', { rawHeaders: ['A', '1', 'b', 'x', 'a', '2'] }],
    ['headersDistinct of the request in a context', { req: { headersDistinct: { a: ['1', '2'] } } }],
    ['rawHeaders of the request in a context', { req: { rawHeaders: ['a', '1', 'A', '2'] } }],
    ['rawHeaders, if `req` is not a request', { req: {}, rawHeaders: ['a', '1', 'A', '2'] }],
    ['rawHeaders, if `req` is a string', { req: 'x', rawHeaders: ['a', '1', 'A', '2'] }],
    ['rawHeaders with a list in it', { rawHeaders: ['a', ['1', '2']] }],
    ['headersDistinct, if rawHeaders is empty', { rawHeaders: [], headersDistinct: { a: ['1', '2'] } }],
    [
      'rawHeaders, if headersDistinct has fewer values',
      { rawHeaders: ['a', '1', 'A', '2'], headersDistinct: { a: ['1'] } },
    ],
    ['headersDistinct, if rawHeaders has fewer values', { rawHeaders: ['a', '1'], headersDistinct: { a: ['1', '2'] } }],
  ])('show duplicates that `headers` hides, from %s', (_name, shown) => {
    for (const joined of ['1', '1, 2']) {
      const view = viewOf(like({ headers: { a: joined }, ...(shown as object) }));
      expect(view.headerValues('A')).toEqual(['1', '2']);
    }
  });

  test('show duplicates that `headers` hides, from an inherited headersDistinct', () => {
    const request = Object.assign(Object.create({ headersDistinct: { a: ['1', '2'] } }), { headers: { a: '1' } });
    expect(viewOf(request).headerValues('a')).toEqual(['1', '2']);
  });

  test('are read where there is no global `Headers`, as in jsdom', () => {
    vi.stubGlobal('Headers', undefined);
    try {
      expect(viewOf({ a: '1' }).headerValues('a')).toEqual(['1']);
      expect(viewOf([['a', '1']]).headerValues('a')).toEqual(['1']);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('[13] ignore properties of Object.prototype', () => {
    const doubled = { headers: { a: '1' }, rawHeaders: ['a', '1', 'A', '2'] };
    Object.defineProperty(Object.prototype, 'rawHeaders', { value: [], configurable: true });
    try {
      expect(viewOf(like(doubled)).headerValues('a')).toEqual(['1', '2']);
      expect(viewOf(like({ headers: { a: '1' }, req: doubled })).headerValues('a')).toEqual(['1', '2']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'rawHeaders');
    }
  });

  test('are those in `headers` if a middleware removed or replaced the header', () => {
    const distinct = { headersDistinct: { a: ['sent'] }, rawHeaders: ['a', 'sent'] };
    expect(viewOf(like({ headers: {}, ...distinct })).headerValues('a')).toEqual([]);
    expect(viewOf(like({ headers: { a: 'replaced' }, ...distinct })).headerValues('a')).toEqual(['replaced']);
    expect(viewOf(like({ headers: { a: ['x', 'y'] }, ...distinct })).headerValues('a')).toEqual(['x', 'y']);
  });

  test('are those in `headers` if a middleware removed a header that was sent twice, or set two values', () => {
    const distinct = { rawHeaders: ['a', '1', 'A', '2'] };
    expect(viewOf(like({ headers: {}, ...distinct })).headerValues('a')).toEqual([]);
    expect(viewOf(like({ headers: { a: ['x', 'y'] }, ...distinct })).headerValues('a')).toEqual(['x', 'y']);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'a'],
    ['a list', ['a', '1', 'a', '2']],
    ['an object without the header', {}],
    ['an object that inherits it', Object.create({ a: ['1', '2'] })],
    ['a value that is null', { a: null }],
  ])('are correct if headersDistinct is %s', (_name, headersDistinct) => {
    expect(viewOf(like({ headers: { a: '1' }, headersDistinct })).headerValues('a')).toEqual(['1']);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'a1a2'],
    ['half a pair', ['a']],
    ['other things', [1, 2, null, undefined]],
  ])('are correct if rawHeaders is %s', (_name, rawHeaders) => {
    expect(viewOf(like({ headers: { a: '1' }, rawHeaders })).headerValues('a')).toEqual(['1']);
  });

  test('are correct for names of Object.prototype members', () => {
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      expect(viewOf({ a: '1' }).headerValues(name)).toEqual([]);
      expect(viewOf({ headers: { a: '1' }, headersDistinct: {} }).headerValues(name)).toEqual([]);
      expect(viewOf({ headers: { [name]: '1' }, headersDistinct: {} }).headerValues(name)).toEqual(['1']);
    }
  });
});

/** An event of h3 in Node. `path` is without the path that a handler is mounted at. */
const h3Event = (path: string, node: object) =>
  like({ method: 'GET', path, headers: new Headers(), node: { req: { headers: {}, rawHeaders: [], ...node } } });
/** An event of h3 in an edge runtime, for a request of `/admin/health`. */
const edgeEvent = (path: string) => {
  const req = new Request('https://app.test/admin/health?a');
  return like({ method: 'GET', path, url: new URL(`https://app.test${path}`), headers: req.headers, req });
};
const mounted = { url: '/b', baseUrl: '/a', originalUrl: '/a/b', headers: {} };
/** What an adapter passes that knows nothing of mount paths. */
const adapted = ({ url, ...more }: { readonly url: string; readonly [name: string]: unknown }) =>
  like({ method: 'GET', url, headers: {}, req: { headers: {}, rawHeaders: [], url, ...more } });

describe('the path', () => {
  test.each<[string, RequestLike, string | undefined]>([
    ['of a Fetch request', new Request('https://app.test/a/b?c=d'), '/a/b'],
    ['of a Fetch request for the root', new Request('https://app.test'), '/'],
    ["of Node's request", { url: '/a/b?c=d', headers: {} }, '/a/b'],
    ['without a query', { url: '/a', headers: {} }, '/a'],
    ['before a query with another question mark', { url: '/a?b?c', headers: {} }, '/a'],
    ['before an empty query', { url: '/a?', headers: {} }, '/a'],
    [
      'with the mount path that Express removes from `url`',
      { url: '/b', baseUrl: '/a', originalUrl: '/a/b?c', headers: {} },
      '/a/b',
    ],
    [
      '[21] below koa-mount, whose mountPath can be stale: unknown',
      { url: '/b', mountPath: '/a', originalUrl: '/a/b', headers: {} },
      undefined,
    ],
    ['of a mount path itself', { url: '/?c', baseUrl: '/a', originalUrl: '/a?c', headers: {} }, '/a'],
    ['[21] that a middleware rewrote: unknown', { url: '/admin', originalUrl: '/docs/admin', headers: {} }, undefined],
    [
      '[21] that was rewritten below a mount path: unknown',
      { url: '/c', baseUrl: '/a', originalUrl: '/a/b', headers: {} },
      undefined,
    ],
    [
      '[21] that was rewritten at the mount path itself: unknown',
      { url: '/b', baseUrl: '/a', originalUrl: '/a', headers: {} },
      undefined,
    ],
    [
      '[21] that was rewritten to the root of a mount path: unknown',
      { url: '/', baseUrl: '/a', originalUrl: '/a/admin', headers: {} },
      undefined,
    ],
    ['of an adapter without a URL', { path: '/a/b', headers: {} }, '/a/b'],
    ['of the URL, if there is a path too', { url: '/a?x', path: '/b', headers: {} }, '/a'],
    ['of the original URL, if there is no other', { originalUrl: '/a', path: '/c', headers: {} }, '/a'],
    ['as it was sent, encoding included', { url: '/%61/%2e%2e/b', headers: {} }, '/%61/%2e%2e/b'],
    ['as it was sent, slashes included', { url: '//evil.test/a', headers: {} }, '//evil.test/a'],
    ['as it was sent, backslashes included', { url: '/\\evil.test', headers: {} }, '/\\evil.test'],
    ['as it was sent, fragment included', { url: '/a#b', headers: {} }, '/a#b'],
    ['of headers alone: unknown', { host: 'app.test' }, undefined],
    ['of a Headers: unknown', new Headers(), undefined],
    ['of an absolute target: unknown', { url: 'http://app.test/public', headers: {} }, undefined],
    ['of an absolute target in capitals: unknown', { url: 'HTTP://app.test/public', headers: {} }, undefined],
    ['of an asterisk: unknown', { url: '*', headers: {} }, undefined],
    ['of CONNECT: unknown', { url: 'app.test:443', headers: {} }, undefined],
    ['without a leading slash: unknown', { url: 'public', headers: {} }, undefined],
    ['with a leading space: unknown', { url: ' /public', headers: {} }, undefined],
    ['of an empty URL: unknown', { url: '', headers: {} }, undefined],
    ['of a query alone: unknown', { url: '?/public', headers: {} }, undefined],
    ['of an adapter, without a leading slash: unknown', { path: 'public', headers: {} }, undefined],
    [
      'of an absolute original URL: unknown',
      { originalUrl: 'http://app.test/a', url: '/public', headers: {} },
      undefined,
    ],
    [
      '[21] from which h3 1 has cut a mount path: unknown',
      h3Event('/health', { originalUrl: '/admin/health' }),
      undefined,
    ],
    ['[21] from which h3 2 has cut a mount path: unknown', h3Event('/health', { url: '/admin/health' }), undefined],
    ['[21] from which h3 2 has cut a mount path, in an edge runtime: unknown', edgeEvent('/health'), undefined],
    ['[21] of h3, for an absolute target: unknown', h3Event('/health', { url: 'http://app.test/health' }), undefined],
    ['of an event of h3 1', h3Event('/a?b', { url: '/a?b', originalUrl: '/a?b' }), '/a'],
    ['of an event of h3 2', edgeEvent('/admin/health?a'), '/admin/health'],
    ['[21] from which connect has cut a mount path: unknown', adapted({ url: '/b', originalUrl: '/a/b' }), undefined],
    ['of connect, below no mount path', adapted({ url: '/b?c', originalUrl: '/b?c' }), '/b'],
    ['of Express, from an adapter', adapted({ url: '/b', baseUrl: '/a', originalUrl: '/a/b' }), '/a/b'],
    ['of Express, from an adapter that passes the original one', like({ ...adapted(mounted), url: '/a/b' }), '/a/b'],
    ['of Express, from an adapter that passes the path', { path: '/a/b', headers: {}, req: mounted }, '/a/b'],
    ['[21] that middleware rewrote, in an adapter: unknown', like({ ...adapted(mounted), url: '/c' }), undefined],
    ['that is a number: unknown', like({ url: 1, headers: {} }), undefined],
    ['that is a list: unknown', like({ url: ['/public'], headers: {} }), undefined],
    ['that is an object: unknown', like({ url: new URL('https://app.test/public'), headers: {} }), undefined],
    ['that is null: unknown', like({ url: null, path: null, headers: {} }), undefined],
  ])('%s', (_name, request, path) => {
    expect(viewOf(request).path).toBe(path);
  });
});

describe('the method', () => {
  test.each<[string, RequestLike, string | undefined]>([
    ['of a Fetch request', new Request('https://app.test/', { method: 'post' }), 'POST'],
    ["of Node's request, as sent", { method: 'DELETE', headers: {} }, 'DELETE'],
    ['in lower case is not changed', { method: 'get', headers: {} }, 'get'],
    [
      'of hapi, as sent',
      like({ method: 'delete', headers: {}, raw: { req: { method: 'DELETE', rawHeaders: [] } } }),
      'DELETE',
    ],
    [
      'of hapi that the app has set',
      like({ method: 'delete', headers: {}, raw: { req: { method: 'GET', rawHeaders: [] } } }),
      'delete',
    ],
    ["of Node's request in lower case, as sent", { method: 'delete', headers: {}, rawHeaders: [] }, 'delete'],
    ['of headers alone: unknown', { 'x-method': 'GET' }, undefined],
    ['that is empty: unknown', { method: '', headers: {} }, undefined],
    ['that is not a string: unknown', like({ method: ['GET'], headers: {} }), undefined],
    ['in a header called method: unknown', { method: 'GET' }, undefined],
  ])('%s', (_name, request, method) => {
    expect(viewOf(request).method).toBe(method);
  });
});

describe('the host', () => {
  test.each<[string, RequestLike, string | undefined]>([
    ['of a Fetch URL', new Request('https://app.test:8443/'), 'app.test:8443'],
    ['of the Host header', { url: '/', headers: { host: 'app.test:3000' } }, 'app.test:3000'],
    ['of headers alone', { Host: 'app.test' }, 'app.test'],
    ['of a Headers', new Headers({ host: 'app.test' }), 'app.test'],
    [
      'that the framework trusts, instead of the header',
      { host: 'public.test', headers: { host: 'inside.test' } },
      'public.test',
    ],
    ['in lower case', { headers: { host: 'APP.test' } }, 'app.test'],
    ['of one name', { headers: { host: 'localhost' } }, 'localhost'],
    ['of three names', { headers: { host: 'a.app.test' } }, 'a.app.test'],
    ['of a request for no resource', { method: 'OPTIONS', url: '*', headers: { host: 'app.test' } }, 'app.test'],
    ['of a Headers without one: unknown', { headers: new Headers() }, undefined],
    ['with a final dot', { headers: { host: 'app.test.' } }, 'app.test.'],
    [
      'of the Host header and an absolute target',
      { url: 'http://APP.test:80/', headers: { host: 'app.test' } },
      'app.test',
    ],
    ['of HTTP/2', { headers: { ':authority': 'app.test', ':path': '/' } }, 'app.test'],
    [
      'of the headers of an HTTP/2 stream',
      { ':authority': 'app.test:443', host: 'app.test', ':scheme': 'https' },
      'app.test',
    ],
    ['of HTTP/2, as a property', like({ authority: 'app.test', headers: {} }), 'app.test'],
    [
      'of the Host header, not of X-Forwarded-Host',
      { headers: { host: 'app.test', 'x-forwarded-host': 'evil.test' } },
      'app.test',
    ],
    ['that was sent twice: unknown', { headers: { host: ['app.test', 'evil.test'] } }, undefined],
    [
      'that was sent twice according to headersDistinct: unknown',
      { headers: { host: 'app.test' }, headersDistinct: { host: ['app.test', 'evil.test'] } },
      undefined,
    ],
    ['that is missing: unknown', { headers: {} }, undefined],
    ['[32] that is unknown to the adapter', { host: null, headers: { host: 'app.test' } }, undefined],
    ['[32] that the adapter leaves to core', { host: undefined, headers: { host: 'app.test' } }, 'app.test'],
    ['[32] of the adapter, empty', { host: '', headers: { host: 'app.test' } }, undefined],
    ['[32] of the adapter, malformed', { host: 'app.test, b.test', headers: { host: 'app.test' } }, undefined],
    ['[32] of the adapter, a number', like({ host: 80, headers: { host: 'app.test' } }), undefined],
    ['[32] of the adapter, a list', like({ host: ['app.test'], headers: { host: 'app.test' } }), undefined],
    ['[32] that is twice the same', { headers: { host: ['app.test', 'app.test'] } }, undefined],
    ['[32] that is sent in two spellings of its name', { Host: 'app.test', host: 'app.test' }, undefined],
    [
      '[32] in rawHeaders twice',
      { headers: { host: 'app.test' }, rawHeaders: ['Host', 'app.test', 'HOST', 'b.test'] },
      undefined,
    ],
    [
      '[32] joined by Headers',
      new Headers([
        ['host', 'app.test'],
        ['host', 'b.test'],
      ]),
      undefined,
    ],
    ['[32] of an absolute target', { url: 'http://evil.test/', headers: { host: 'app.test' } }, undefined],
    [
      '[32] of an absolute original target',
      { url: '/', originalUrl: 'http://evil.test/', headers: { host: 'app.test' } },
      undefined,
    ],
    [
      '[32] of the target of a wrapped request',
      like({ headers: { host: 'app.test' }, req: { url: 'http://evil.test/' } }),
      undefined,
    ],
    ['[32] of an absolute target alone', { url: 'http://app.test/', headers: {} }, undefined],
    ['[32] of a target without slashes', { url: 'app.test:443', headers: { host: 'app.test:443' } }, undefined],
    ['[32] of a target with one slash', { url: 'http:/app.test/', headers: { host: 'app.test' } }, undefined],
    [
      '[32] of a target with a backslash',
      { url: 'http://b.test\\@app.test/', headers: { host: 'app.test' } },
      undefined,
    ],
    ['[32] of a target that contains a URL', { url: '?http://app.test/', headers: { host: 'app.test' } }, undefined],
    ['[32] called `undefined`, and malformed', { headers: { host: 'undefined', ':authority': 'a@b' } }, undefined],
    ...['1http', 'http 1', '', ':'].map((scheme): [string, RequestLike, string] => [
      `[32] of the scheme ${JSON.stringify(scheme)}, which is none`,
      { headers: { ':scheme': scheme, ':authority': 'app.test', host: 'app.test' } },
      'app.test',
    ]),
    ['[32] of two schemes', { url: 'https://app.test:80/', headers: { host: 'app.test' } }, undefined],
    ['[32] of an unknown scheme', { headers: { ':authority': 'app.test:443', host: 'app.test' } }, undefined],
    ['[32] of HTTP/2 and of Host', { headers: { ':authority': 'evil.test', host: 'app.test' } }, undefined],
    ['[32] of a property and of Host', like({ authority: 'evil.test', headers: { host: 'app.test' } }), undefined],
    ['[32] of HTTP/2 twice', like({ headers: { ':authority': ['app.test', 'app.test'] } }), undefined],
    [
      '[32] of a Fetch URL and of Host',
      new Request('https://app.test/', { headers: { host: 'evil.test' } }),
      undefined,
    ],
    [
      'of a Fetch URL and the same Host',
      new Request('https://app.test/', { headers: { host: 'app.test:443' } }),
      'app.test:443',
    ],
    ['that is one IPv6 address, written in two ways', { url: 'http://[0:0::1]/', headers: { host: '[::1]' } }, '[::1]'],
  ])('%s', (_name, request, host) => {
    expect(viewOf(request).host).toBe(host);
  });

  test('[32] has at most 253 characters, a final dot and a port', () => {
    const longest = `${'a'.repeat(63)}.`.repeat(4).slice(0, 253);
    expect(viewOf({ headers: { host: `${longest}.:65535` } }).host).toBe(`${longest}.:65535`);
    expect(viewOf({ headers: { host: `a${longest}.:65535` } }).host).toBeUndefined();
  });

  test.each([
    '',
    ' ',
    'app.test ',
    'a b',
    'a,b',
    'user@app.test',
    'app.test/x',
    'app.test?x',
    'app.test#x',
    'app.test\\x',
    'http://app.test',
    'app%2etest',
    '.app.test',
    'app..test',
    'app.test..',
    'app.test:',
    'app.test:x',
    'app.test:-1',
    'app.test:65536',
    'app.test:1:2',
    '[::1',
    '::1',
    '[::1]x',
    '[::g]',
    '[fe80::1%25eth0]',
    '1.2.3.256',
    'b\u00FCcher.test',
    '\u212Aiwi.test',
    'app.test\n',
    'app.test\0',
    '*',
    `${'a.'.repeat(130)}test`,
  ])('[32] is unknown if it is %j', (host) => {
    expect(viewOf({ host, headers: {} }).host).toBeUndefined();
    expect(viewOf({ headers: { host } }).host).toBeUndefined();
    expect(viewOf({ headers: { ':authority': host } }).host).toBeUndefined();
  });
});

describe('the request that a framework wraps', () => {
  const [first, second] = ['Bearer a', 'Bearer b'];
  const node = {
    method: 'GET',
    url: '/docs?x=1',
    headers: { authorization: first, host: 'app.test' },
    rawHeaders: ['Host', 'app.test', 'Authorization', first, 'authorization', second],
  };
  const { rawHeaders: _, ...shown } = node;
  const fetched = new Request('https://app.test/docs?x=1', { headers: [['authorization', first]] });
  const doubled = new Request('https://app.test/docs', {
    headers: [
      ['authorization', first],
      ['authorization', second],
    ],
  });

  test.each<[string, unknown]>([
    ['Fastify', { ...shown, originalUrl: node.url, raw: node }],
    ['Koa', { ...shown, originalUrl: node.url, req: node }],
    ['hapi', { ...shown, method: 'get', path: '/docs', url: new URL('http://app.test/docs'), raw: { req: node } }],
    ['h3 on Node', { method: 'GET', path: node.url, headers: new Headers(shown.headers), node: { req: node } }],
    [
      'a Fetch request that a Node server made',
      { ...shown, headers: new Headers(shown.headers), runtime: { node: { req: node } } },
    ],
    ['a context with the request of Node', { req: node, res: {} }],
    ['Node, with `headersDistinct` alone', { ...shown, raw: { headersDistinct: { authorization: [first, second] } } }],
    [
      'an event of API Gateway',
      { path: '/docs', headers: { Authorization: second }, multiValueHeaders: { Authorization: [first, second] } },
    ],
    [
      'such an event, with a name in another case',
      { path: '/docs', headers: { authorization: second }, multiValueHeaders: { Authorization: [first, second] } },
    ],
    [
      'such an event without `headers`',
      { path: '/docs', headers: null, multiValueHeaders: { authorization: [first, second] } },
    ],
    [
      'a request of CloudFront in a Lambda function',
      { path: '/docs', headers: { authorization: [{ value: first }, { value: second }] } },
    ],
    ['an event of a load balancer of AWS', { path: '/docs', multiValueHeaders: { authorization: [first, second] } }],
  ])('[13] shows two Authorization headers: %s', (_name, request) => {
    const view = viewOf(like(request));
    expect([view.path, view.headerValues('authorization')]).toEqual(['/docs', [first, second]]);
  });

  test.each<[string, unknown]>([
    ["Hono's `c.req`", { raw: doubled, header: () => first, bodyCache: {} }],
    ["Hono's context", { req: { raw: doubled }, env: {} }],
    ['a context with a Fetch request', { request: doubled, params: {} }],
  ])('[13] shows that two Authorization headers were joined: %s', async (_name, request) => {
    const refused = createVerifier({ issuer, keys: { keys: [key.publicJwk] } }).authenticate(like(request));
    await expect(refused).rejects.toMatchObject({ reason: 'header_malformed' });
  });

  test.each<[string, unknown]>([
    ["Hono's `c.req`", { raw: fetched, header: () => first }],
    ["Hono's context", { req: { raw: fetched }, env: {} }],
    ['the event of SvelteKit', { request: fetched, url: new URL(fetched.url), cookies: {} }],
    ['a context in a context', { req: { request: fetched } }],
  ])('is read inside of %s', (_name, request) => {
    const view = viewOf(like(request));
    expect([view.method, view.path, view.host]).toEqual(['GET', '/docs', 'app.test']);
    expect(view.headerValues('authorization')).toEqual([first]);
  });

  test.each<[string, unknown]>([
    ['a body that looks like a context', { request: { headers: { authorization } } }],
    ['a body that looks like a wrapper', { raw: { headers: { authorization } }, req: { headers: { authorization } } }],
    ['headers that are text in a context', { req: { headers: 'authorization', rawHeaders: [] } }],
    ['a circle', circle()],
    ['a request deep inside', { req: { req: { req: { req: { raw: fetched } } } } }],
    ['a function', { raw: Object.assign(() => {}, { headers: { authorization } }) }],
  ])('[13] is not found in %s', async (_name, request) => {
    const refused = createVerifier({ issuer, keys: { keys: [key.publicJwk] } }).authenticate(like(request));
    await expect(refused).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'request' });
  });

  test.each<[string, unknown]>([
    ['headers named like a wrapper', { req: authorization, raw: authorization, request: authorization }],
    ['a list of values that is text', { multiValueHeaders: authorization }],
  ])('[13] is not found in %s', async (_name, request) => {
    const refused = createVerifier({ issuer, keys: { keys: [key.publicJwk] } }).authenticate(like(request));
    await expect(refused).rejects.toMatchObject({ reason: 'token_missing' });
  });

  test('[13] is the one that the request itself shows, if a wrapper has other headers', () => {
    const request = { headers: { authorization: first }, raw: { rawHeaders: ['Authorization', second] } };
    expect(viewOf(like(request)).headerValues('authorization')).toEqual([first]);
  });

  test('[32] shows two Host headers, so that the host is unknown', () => {
    const raw = { rawHeaders: ['Host', 'app.test', 'host', 'other.test'] };
    expect(viewOf(like({ headers: { host: 'app.test' }, raw })).host).toBeUndefined();
    expect(viewOf(like({ headers: { host: 'app.test' }, raw: { req: raw } })).host).toBeUndefined();
  });

  test('[32] names its host in an absolute target', () => {
    const raw = { url: 'http://other.test/docs', rawHeaders: ['Host', 'app.test'] };
    expect(viewOf(like({ headers: { host: 'app.test' }, raw })).host).toBeUndefined();
  });

  test('[13] a polluted prototype adds no request', () => {
    Object.assign(Object.prototype, { raw: node, multiValueHeaders: { authorization: [second] } });
    try {
      expect(viewOf({ headers: { authorization: first } }).headerValues('authorization')).toEqual([first]);
      expect(viewOf({ a: '1' }).headerValues('authorization')).toEqual([]);
    } finally {
      for (const name of ['raw', 'multiValueHeaders']) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});

function circle(): object {
  return {
    get req() {
      return this;
    },
  };
}
