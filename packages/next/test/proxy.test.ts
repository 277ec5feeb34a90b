import { type Emulator, startEmulator } from '@torii/emulator';
import { type NextFetchEvent, NextRequest, NextResponse } from 'next/server.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ToriiNextOptions } from '../src/index.ts';
import { createToriiProxy, type ProxyHandler } from '../src/server/proxy/proxy.ts';

let emulator: Emulator;
let token: string;
beforeAll(async () => {
  emulator = await startEmulator();
  token = await emulator.token({ userId: 'ada' });
});
afterAll(() => emulator.stop());

type NextConfig = NonNullable<NonNullable<ConstructorParameters<typeof NextRequest>[1]>['nextConfig']>;

const event = {} as NextFetchEvent;
const page = { accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate' };

function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  options: Partial<ToriiNextOptions> = {},
  nextConfig: NextConfig = {},
) {
  const given = {
    issuer: emulator.issuer,
    signInPath: '/sign-in',
    origins: ['https://app.test'],
    publicPaths: ['/', '/docs/*'],
    ...options,
  };
  const request = new NextRequest(`http://127.0.0.1:3000${path}`, {
    method,
    headers: { host: 'app.test', ...headers },
    nextConfig,
  });
  return (handler?: ProxyHandler) => createToriiProxy(given, handler)(request, event);
}

const passes = (response: Response) => response.headers.get('x-middleware-next') === '1';
const location = (response: Response) => response.headers.get('location');

describe('[21] lets through without a token', () => {
  test.each([
    '/',
    '/docs/a',
    '/docs/a/b?x=1',
    '/sign-in',
    '/sign-in?return_to=/x',
    '/api/torii/token',
    '/_torii/v1/x',
    '/_next/static/a.js',
    '/_next/static/chunks/app/%40modal/%5Bid%5D/(site)/a%2Bb.js',
  ])('%s', async (path) => {
    const response = await ask(path)();
    expect([passes(response), response.headers.has('cache-control')]).toEqual([true, false]);
  });

  // biome-ignore format: a compact corpus
  test.each([
    '/notes', '/docs', '/docs/', '/DOCS/a', '//', '//docs/a', '/docs//a', '/docs/%2e%2e/notes', '/docs/..%2fnotes',
    '/docs/%2fnotes', '/docs/%5cnotes', '/docs/a;x=1', '/docs/%00', '/docs/%61', '/docs/%2561', '/docs/%ff', '/sign-in//',
    '/sign-in/x', '/api/torii/token/x', '/_torii', '/_torii/', '/_torii/..%2fapi', '/_next/image?url=%2Fnotes', '/_next/data/b/notes.json',
    '/docs/../notes', '/docs\\..\\notes', '/_next/static/../data',
    '/_next/static/..%2fnotes', '/_next/static/%2e%2e/notes', '/_next/static/%5cnotes', '/_next/static/%2540', '/_next/static/%61',
    '/_next/static//notes', '/_next/static/;x', '/docs/%40', '/_next/static/%00', '/unknown',
  ])('but not %s', async (path) => {
    const response = await ask(path)();
    expect([passes(response), response.status]).toEqual([false, 401]);
  });

  test.each([
    [
      'with the option `trailingSlash`',
      'true',
      [
        '/welcome',
        '/welcome/',
        '/about',
        '/about/',
        '/sign-in',
        '/sign-in/',
        '/token',
        '/token/',
        '/docs/a',
        '/docs/a/',
      ],
    ],
    [
      'without it',
      '',
      ['/welcome', '/about', '/about/', '/sign-in', '/sign-in/', '/token', '/token/', '/docs/a', '/docs/a/'],
    ],
  ])('a literal public path as Next shows it, and nothing below it: %s', async (_name, trailingSlash, expected) => {
    // Next writes its option into the bundles in place of this variable.
    vi.stubEnv('__NEXT_TRAILING_SLASH', trailingSlash);
    const options = { publicPaths: ['/welcome', '/about/', '/docs/*'], signInPath: '/sign-in', tokenPath: '/token/' };
    const literals = ['/welcome', '/about', '/sign-in', '/token'].flatMap((path) => [path, `${path}/`]);
    const below = [
      '/welcome//',
      '/welcome/x',
      '/welcome/x/',
      '/about/x',
      '/docs',
      '/docs/',
      '/',
      '/sign-in/x',
      '/token//',
    ];
    const found: string[] = [];
    for (const path of [...literals, '/docs/a', '/docs/a/', ...below]) {
      if (passes(await ask(path, page, 'GET', options, { trailingSlash: trailingSlash !== '' })())) found.push(path);
    }
    vi.unstubAllEnvs();
    expect(found).toEqual(expected);
  });

  test('CORS preflights if the option allows them, and no other request', async () => {
    const preflight = { origin: 'https://x.test', 'access-control-request-method': 'GET' };
    expect((await ask('/api/x', preflight, 'OPTIONS')()).status).toBe(401);
    expect(passes(await ask('/api/x', preflight, 'OPTIONS', { allowPreflight: true })())).toBe(true);
    expect((await ask('/api/x', preflight, 'GET', { allowPreflight: true })()).status).toBe(401);
  });
});

describe('a request without a valid token', () => {
  test('is redirected to the sign-in page of a listed origin, with an address to return to', async () => {
    const response = await ask('/notes?a=1&b=%2F', page)();
    expect(response.status).toBe(307);
    expect(location(response)).toBe('https://app.test/sign-in?return_to=%2Fnotes%3Fa%3D1%26b%3D%252F');
    // [20]
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('vary')).toBe('Authorization, Cookie');
  });

  test('[20] is not redirected to an unlisted host that its headers name', async () => {
    const headers = { ...page, host: 'evil.test', 'x-forwarded-host': 'evil.test' };
    expect(location(await ask('/notes', headers)())).toMatch(/^https:\/\/app\.test\//);
    const origins = ['https://app.test', 'https://admin.test'];
    const other = await ask('/notes', { ...page, host: 'admin.test' }, 'GET', { origins })();
    expect(location(other)).toMatch(/^https:\/\/admin\.test\//);
  });

  test('returns to the address that the browser sees: with `basePath`, language and trailing slash', async () => {
    const nextConfig = { basePath: '/app', trailingSlash: true, i18n: { locales: ['en', 'da'], defaultLocale: 'en' } };
    const response = await ask('/app/da/notes/?a=1', page, 'GET', {}, nextConfig)();
    const target = new URL(location(response) ?? '');
    expect([target.pathname, target.searchParams.get('return_to')]).toEqual(['/app/sign-in', '/app/da/notes/?a=1']);
  });

  test.each(['//evil.test/x', '/\\evil.test', '/.//evil.test', '/a/..//evil.test'])(
    '[20] is not redirected to %s',
    async (path) => {
      expect(location(await ask(path, page)())).toBe('https://app.test/sign-in');
    },
  );

  test.each<[string, Record<string, string>, string]>([
    ['no Accept header', {}, 'GET'],
    ['JSON', { accept: 'application/json' }, 'GET'],
    ['any type', { accept: '*/*' }, 'GET'],
    ['a type that begins like text/html', { accept: 'text/html5' }, 'GET'],
    ['a page, from a script', { accept: 'text/html', 'sec-fetch-mode': 'cors' }, 'GET'],
    ['a page, by POST', page, 'POST'],
    ['a page, by an unknown method', page, 'PURGE'],
  ])('gets JSON if the client asks for %s', async (_name, headers, method) => {
    const response = await ask('/notes', headers, method)();
    expect([response.status, location(response)]).toEqual([401, null]);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="torii"');
    expect(await response.json()).toMatchObject({ error: { reason: 'token_missing' } });
  });

  test.each<[string, Record<string, string>, string]>([
    ['without a token', {}, 'torii.token_missing'],
    ['with a bad token', { authorization: 'Bearer a.b.c' }, 'torii.token_malformed'],
    ['of another site', { origin: 'https://evil.test', cookie: '__Host-torii_token={token}' }, 'torii.token_missing'],
    ['that also looks like a page load', page, 'torii.token_missing'],
    ['with an empty identifier', { 'next-action': '' }, 'torii.token_missing'],
  ])('that calls a server action %s gets the reason as text', async (_name, headers, body) => {
    const filled = Object.entries(headers).map(([name, value]) => [name, value.replace('{token}', token)]);
    const response = await ask('/notes', { 'next-action': 'a', ...Object.fromEntries(filled) }, 'POST')();
    // Next's browser code shows the text of an answer of exactly this type.
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      401,
      'text/plain',
      body,
    ]);
    expect([response.headers.get('cache-control'), passes(response)]).toEqual(['private, no-store', false]);
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('with Next-Action and %s is no server action', async (method) => {
    const response = await ask('/notes', { ...page, 'next-action': 'a' }, method)();
    const isPage = method === 'GET' || method === 'HEAD';
    expect([response.status, passes(response)]).toEqual([isPage ? 307 : 401, false]);
  });

  test.each([
    ['multipart/form-data; boundary=a', 303],
    ['multipart/form-data', 303],
    ['application/x-www-form-urlencoded', 303],
    ['Application/X-WWW-Form-Urlencoded;charset=UTF-8', 303],
    ['application/json', 401],
    ['text/plain', 401],
    ['multipart/form-data-x', 401],
  ])('that posts a form as %s gets %i', async (type, status) => {
    const response = await ask('/notes?a=1', { ...page, 'content-type': type }, 'POST')();
    const expected = status === 303 ? 'https://app.test/sign-in?return_to=%2Fnotes%3Fa%3D1' : null;
    expect([response.status, location(response), passes(response)]).toEqual([status, expected, false]);
  });

  test('that posts a form by a script gets JSON', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const headers of [
      { ...form, accept: '*/*' },
      { ...form, ...page, 'sec-fetch-mode': 'cors' },
    ]) {
      expect((await ask('/notes', headers, 'POST')()).headers.get('content-type')).toBe('application/json');
    }
  });

  test("does not reach the app's own proxy function", async () => {
    const handler = vi.fn<ProxyHandler>();
    await ask('/notes', page)(handler);
    await ask('/notes', { authorization: 'Bearer a.b.c' })(handler);
    expect(handler).not.toHaveBeenCalled();
  });
});

test('[40] a revoked token is refused like no token, and by its reason where a program reads it', async () => {
  const { issuer, environmentId } = emulator;
  let verdict: 'revoked' | 'unavailable' = 'revoked';
  const options = { revocations: { issuer, environmentId, maxTokenSeconds: 3600, check: () => verdict } };
  const authorization = `Bearer ${token}`;
  const pageLoad = await ask('/notes', { ...page, authorization }, 'GET', options)();
  expect([pageLoad.status, location(pageLoad)]).toEqual([307, 'https://app.test/sign-in?return_to=%2Fnotes']);
  const apiCall = await ask('/notes', { authorization }, 'GET', options)();
  expect([apiCall.status, (await apiCall.json()).error.reason]).toEqual([401, 'token_revoked']);
  const action = await ask('/notes', { authorization, 'next-action': 'a' }, 'POST', options)();
  expect([action.status, await action.text()]).toEqual([401, 'torii.token_revoked']);
  expect(passes(await ask('/docs/a', { authorization }, 'GET', options)())).toBe(true);
  verdict = 'unavailable';
  const later = await ask('/notes', { ...page, authorization }, 'GET', options)();
  expect([later.status, location(later), later.headers.get('retry-after')]).toEqual([503, null, '1']);
});

test('if the keys cannot be fetched, a server action gets the reason, and a form gets a page', async () => {
  await using unreachable = await startEmulator();
  unreachable.fail('keys');
  const authorization = `Bearer ${await unreachable.token()}`;
  const options = { issuer: unreachable.issuer };
  const action = await ask('/notes', { authorization, 'next-action': 'a' }, 'POST', options)();
  expect([action.status, await action.text()]).toEqual([503, 'torii.keys_unavailable']);
  expect(action.headers.get('retry-after')).toMatch(/^\d+$/);
  const headers = { ...page, authorization, 'content-type': 'multipart/form-data; boundary=a' };
  const form = await ask('/notes', headers, 'POST', options)();
  expect([form.status, form.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
});

test('if the keys cannot be fetched, no request is let through or redirected', async () => {
  await using unreachable = await startEmulator();
  unreachable.fail('keys');
  const authorization = `Bearer ${await unreachable.token()}`;
  const options = { issuer: unreachable.issuer };
  const pageLoad = await ask('/notes', { ...page, authorization }, 'GET', options)();
  expect([pageLoad.status, location(pageLoad)]).toEqual([503, null]);
  expect(pageLoad.headers.get('content-type')).toMatch(/^text\/html/);
  expect(pageLoad.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(pageLoad.headers.get('cache-control')).toBe('private, no-store');
  const apiCall = await ask('/notes', { authorization }, 'GET', options)();
  expect([apiCall.status, (await apiCall.json()).error.reason]).toEqual([503, 'keys_unavailable']);
});

describe("the app's own proxy function", () => {
  test('gets the Auth, and its response is sent', async () => {
    const authorization = `Bearer ${token}`;
    const handler: ProxyHandler = (request, { auth }) => {
      if (request.nextUrl.pathname === '/old') return NextResponse.redirect('https://app.test/new');
      return NextResponse.json({ userId: auth?.userId ?? null });
    };
    const answered = await ask('/notes', { authorization })(handler);
    expect(await answered.json()).toEqual({ userId: 'ada' });
    expect(answered.headers.get('cache-control')).toBe('private, no-store');
    expect(location(await ask('/old', { authorization })(handler))).toBe('https://app.test/new');
    expect(await (await ask('/docs/a')(handler)).json()).toEqual({ userId: null });
  });

  test('lets a request through by returning nothing', async () => {
    for (const nothing of [undefined, null]) {
      expect(passes(await ask('/notes', { authorization: `Bearer ${token}` })(async () => nothing))).toBe(true);
    }
  });

  test.each([[true], ['planted'], [{}], [{ status: 200 }], [[NextResponse.next()]], [() => new Response()]])(
    'fails with an error that names createToriiProxy if it returns %j',
    async (returned) => {
      const handler = (() => returned) as unknown as ProxyHandler;
      for (const path of ['/', '/notes']) {
        const failure: unknown = await ask(path, { authorization: `Bearer ${token}` })(handler).catch(
          (error: unknown) => error,
        );
        expect(failure).toMatchObject({ name: 'ToriiConfigError', option: 'createToriiProxy' });
        expect(String(failure)).not.toContain('planted');
      }
    },
  );

  test('[33] gets a promise that throws if the status is read without await, if it calls the proxy itself', async () => {
    const answering = ask('/notes')();
    for (const field of ['status', 'headers', 'ok', 'redirected']) {
      expect(() => Reflect.get(answering, field)).toThrow(expect.objectContaining({ option: 'await' }));
    }
    expect((await answering).status).toBe(401);
  });

  test('[18] passes its errors to Next', async () => {
    const failing = ask('/notes', { authorization: `Bearer ${token}` })(() => {
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
  });
});

test('[19] sets no request header that a helper could trust', async () => {
  const response = await ask('/notes', { authorization: `Bearer ${token}` })();
  const names = [...response.headers.keys()];
  expect(names.toSorted()).toEqual(['cache-control', 'vary', 'x-middleware-next']);
});
