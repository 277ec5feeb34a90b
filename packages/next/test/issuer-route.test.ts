import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { VerifierEvent } from '@torii/core';
import { splitCookiesString } from 'next/dist/server/web/utils.js';
import { NextRequest } from 'next/server.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createToriiNext } from '../src/index.ts';
import { cookieLinesForBrowser } from '../src/server/issuer/issuer-cookies.ts';

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllGlobals();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const withValue = (value: string) => (name: string) => [name, value] as const;

/** Starts an issuer that responds with `answer` and records requests, and an app that proxies to it. */
async function serve(
  answer: RequestListener = (_req, res) => void res.end('ok'),
  base = '',
  origin = 'https://app.test',
) {
  const seen: Seen[] = [];
  const server = createServer(async (req, res) => {
    let body = '';
    try {
      for await (const chunk of req.setEncoding('utf8')) body += chunk;
    } catch {
      return;
    }
    seen.push({ method: req.method, url: req.url, headers: req.headers, body });
    answer(req, res);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const issuer = `http://127.0.0.1:${port}${base}`;
  const events: VerifierEvent[] = [];
  const onEvent = (event: VerifierEvent) => void events.push(event);
  const { issuerRoutes } = createToriiNext({ issuer, signInPath: '/sign-in', origins: [origin], onEvent });
  const ask = (path: string, init: ConstructorParameters<typeof NextRequest>[1] = {}) => {
    const method = (init.method ?? 'GET') as keyof typeof issuerRoutes;
    return issuerRoutes[method](new NextRequest(`https://app.test${path}`, init));
  };
  return { issuer, seen, ask, events };
}

test('forwards method, path, query and body to the issuer', async () => {
  const { seen, ask, issuer } = await serve((_req, res) => void res.writeHead(201, { 'X-Answer': 'yes' }).end('made'));
  const response = await ask('/_torii/v1/sign-in?a=%2F&b=1', {
    method: 'POST',
    body: 'email=a',
    headers: { host: 'app.test', 'content-type': 'application/x-www-form-urlencoded', origin: 'https://app.test' },
  });
  expect([response.status, response.headers.get('x-answer'), await response.text()]).toEqual([201, 'yes', 'made']);
  expect(seen).toMatchObject([{ method: 'POST', url: '/_torii/v1/sign-in?a=%2F&b=1', body: 'email=a' }]);
  expect(seen[0]?.headers).toMatchObject({ host: new URL(issuer).host, origin: 'https://app.test' });
});

test("keeps no response of the issuer in Next's cache, whatever a route exports as `fetchCache`", async () => {
  const { seen, ask } = await serve((_req, res) => void res.end(`response ${seen.length}`));
  // Like Next with `fetchCache = 'force-cache'`, which leaves only its own requests alone.
  const cache = new Map<string, Response>();
  const platformFetch = globalThis.fetch;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit & { next?: { internal?: boolean } }) => {
    if (init.next?.internal === true) return platformFetch(url, init);
    const response = cache.get(url) ?? (await platformFetch(url, init));
    cache.set(url, response.clone());
    return response;
  });
  expect(await (await ask('/_torii/client')).text()).toBe('response 1');
  expect(await (await ask('/_torii/client')).text()).toBe('response 2');
  expect(cache.size).toBe(0);
});

test('answers 502 if the issuer sends a status that no response can have', async () => {
  const { ask } = await serve((_req, res) => void res.writeHead(999).end('odd'));
  const response = await ask('/_torii/a');
  expect([response.status, (await response.json()).error.code]).toEqual([502, 'bad_gateway']);
});

test('keeps the path of the issuer URL', async () => {
  const { seen, ask } = await serve(undefined, '/env/acme');
  await ask('/_torii/.well-known/jwks.json');
  expect(seen[0]?.url).toBe('/env/acme/_torii/.well-known/jwks.json');
});

test.each([
  '/_torii/../api/server/v1/users',
  '/_torii/%2e%2e/api',
  '/_torii/..%2fapi',
  '/_torii/.%2e/api',
  '/_torii/..%5capi',
  '/_torii/..;/api',
  '/_torii//evil.test',
  '/_torii/%2f%2fevil.test',
  '/_torii/@evil.test',
  '/_torii',
  '/_toriix/a',
  '/_TORII/a',
  '//evil.test/_torii/a',
  '/x/_torii/a',
  '/%5Ftorii/a',
  '/_torii/%00',
  '/_torii/%0d%0aHost:%20evil.test',
])('sends the issuer no request outside of /_torii/: %s', async (path) => {
  const { seen, ask } = await serve();
  const response = await ask(path);
  // One of these paths is below /_torii/ and is forwarded unchanged.
  for (const { url, headers } of seen) {
    expect(url).toBe('/_torii/@evil.test');
    expect(headers.host).toMatch(/^127\.0\.0\.1:/);
  }
  if (seen.length === 0)
    expect([response.status, (await response.json()).error.reason]).toEqual([400, 'request_malformed']);
});

describe('headers', () => {
  const allowed = {
    accept: 'text/html',
    'accept-language': 'da',
    'user-agent': 'Browser/1',
    origin: 'https://app.test',
    'content-type': 'application/json',
    'if-none-match': '"1"',
    'sec-fetch-site': 'same-origin',
    'sec-ch-ua-mobile': '?0',
    'x-csrf-token': 'c',
    authorization: 'Bearer x',
    'x-api-key': 'pk_test_1',
    'x-torii-session-token': 'opaque',
  };

  test('that pages, forms and scripts need are sent to the issuer', async () => {
    const { seen, ask } = await serve();
    await ask('/_torii/a', { headers: allowed });
    expect(seen[0]?.headers).toMatchObject({ ...allowed, 'accept-encoding': 'identity' });
  });

  test.each<readonly [string, string]>([
    ['host', 'evil.test'],
    ['connection', 'keep-alive, Accept-Language'],
    ['proxy-authorization', 'Basic x'],
    ['te', 'trailers'],
    ['upgrade', 'websocket'],
    ['expect', '100-continue'],
    ['referer', 'https://app.test/reset?secret=1'],
    // The app's own password, if it is behind Basic auth.
    ['authorization', 'Basic YTpi'],
    ['authorization', 'Bearer x, Basic YTpi'],
    ['authorization', 'Bearer x Basic YTpi'],
    // Torii's secret key.
    ['x-api-key', 'sk_live_0123456789'],
    // Two of one name.
    ['x-api-key', 'pk_test_1, pk_test_2'],
    ['x-torii-session-token', 'mine, planted'],
    // Not set by the issuer.
    ['cookie', 'a=1; __Host-torii_token=eyJ; __client_session=s'],
    ['next-action', '40aabb_action'],
    ['x-middleware-subrequest', 'middleware'],
    ...['x-forwarded-for', 'x-real-ip', 'true-client-ip', 'x-client-ip', 'cf-connecting-ip', 'fly-client-ip'].map(
      withValue('6.6.6.6'),
    ),
    ...['x-azure-clientip', 'x-arr-clientip', 'x-appengine-user-ip', 'x-envoy-external-address'].map(
      withValue('6.6.6.6'),
    ),
    ...['forwarded', 'x-forwarded-host', 'x-host', 'x-host-override', 'x-http-host-override'].map(
      withValue('evil.test'),
    ),
    ...['x-forwarded-proto', 'x-forwarded-prefix', 'via', 'x-original-url', 'x-rewrite-url'].map(withValue('/api')),
    ...['x-method', 'x-http-method', 'x-http-method-override', 'x-method-override'].map(withValue('DELETE')),
    ['x-unknown-header', 'unknown'],
    ...['x-torii-auth', 'x-torii-user-id', 'x-torii-session', 'x-torii-session-token-2', 'x-api-key-2'].map(
      withValue('forged'),
    ),
  ])('of any other name or kind are not sent to the issuer: %s', async (name, value) => {
    const { seen, ask } = await serve();
    await ask('/_torii/a', { headers: { 'accept-language': 'da', [name]: value } });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers[name]).not.toBe(value);
    expect(JSON.stringify(seen[0]?.headers)).not.toContain(value);
    expect(seen[0]?.headers['accept-language'] === 'da').toBe(name !== 'connection');
  });

  test("the issuer gets its own cookies back, and none of the app's", async () => {
    const lines = ['__client_session=s=1; Path=/_torii; HttpOnly', ' csrf = x ; Path=/'];
    const { ask, seen } = await serve((_req, res) => void res.setHeader('Set-Cookie', lines).end());
    const jar = (await ask('/_torii/a')).headers.getSetCookie().map((line) => line.split(';', 1)[0]);
    const own = ['app=1', 'client_session=app', '__Host-torii_token=eyJ', 'torii_token=eyJ'];
    // Marks that a page or a sibling subdomain planted to have these cookies sent to the issuer.
    const planted = [
      '__Host-torii_issuer.__Host-torii_token=1',
      '__Host-torii_issuer.torii_token=1',
      'torii_issuer.app=1',
    ];
    await ask('/_torii/a', { headers: { cookie: [...own, ...jar, ...planted].join('; ') } });
    expect(seen[1]?.headers.cookie?.replaceAll(' ', '')).toBe('__client_session=s=1;csrf=x');
  });

  test.each([
    [
      'that sibling subdomains cannot set, over https',
      'https://app.test',
      [
        '__Host-torii_issuer.__client_session=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; HttpOnly; Path=/; Secure',
        '__Host-torii_issuer.b=1; Max-Age=0; Path=/; Secure',
      ],
    ],
    [
      'over http',
      'http://app.test',
      [
        'torii_issuer.__client_session=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; HttpOnly',
        'torii_issuer.b=1; Max-Age=0; PATH = /_torii',
      ],
    ],
  ])('each cookie of the issuer gets a mark with the same lifetime: %s', async (_name, origin, marks) => {
    const lines = [
      '__client_session=s; Expires=Wed, 21 Oct 2099 07:28:00 GMT; HttpOnly',
      'b=; Max-Age=0; PATH = /_torii',
    ];
    const { ask, seen } = await serve((_req, res) => void res.setHeader('Set-Cookie', lines).end(), '', origin);
    const headers = { cookie: 'b=2; __Host-torii_issuer.b=1; torii_issuer.b=1' };
    const response = await ask('/_torii/a', { headers });
    expect(response.headers.getSetCookie()).toEqual([lines[0], marks[0], lines[1], marks[1]]);
    await ask('/_torii/a', { headers: { cookie: `app=1; __client_session=s; ${marks[0]?.split(';')[0]}` } });
    expect(seen[1]?.headers.cookie).toBe('__client_session=s');
  });

  test.each([
    '__Host-torii_token=evil; Path=/; Secure',
    'torii_token=evil',
    ' torii_token =evil',
    '__Host-torii_issuer.app=1; Path=/; Secure',
    '=torii_token=evil',
    'torii_token',
    '',
  ])('the issuer cannot set the token cookie or a mark: %j', async (line) => {
    const { ask } = await serve(
      (_req, res) => void res.setHeader('Set-Cookie', [line, 'b=2; Domain=acme.torii.so; Path=/']).end(),
    );
    const response = await ask('/_torii/a');
    // Without `Domain`: for this host only.
    expect(response.headers.getSetCookie()).toEqual(['b=2; Path=/', '__Host-torii_issuer.b=1; Path=/; Secure']);
  });

  test.each([
    'a=1, __Host-torii_token=evil; Path=/; Secure',
    'a=1,__Host-torii_token=evil; Path=/; Secure',
    'a=1,\t__Host-torii_token=evil',
    'a,__Host-torii_token=evil',
    'a="x, torii_token=evil"',
    'a=1; Path=/, torii_token=evil; Path=/',
    'a=1; Path=/_torii,torii_token=evil',
    'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT, torii_token=evil',
    'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT,torii_token=evil; Path=/',
    'a=1, b, __Host-torii_issuer.app=1; Path=/; Secure',
    'a=1,,session=evil',
    'a=1, =torii_token=evil',
    'a=1, session=evil; Path=/',
    'a={"x":1,"torii_token=evil"}',
  ])('a line in which Next finds a second cookie is dropped: %j', async (line) => {
    expect(splitCookiesString(line).length).toBeGreaterThan(1);
    const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', [line, 'b=2']).end());
    const response = await ask('/_torii/a');
    expect(response.headers.getSetCookie()).toEqual(['b=2', '__Host-torii_issuer.b=1; Path=/; Secure']);
  });

  test.each([
    'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT',
    'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; Path=/',
    'a=1; expires = Wednesday, 21-Oct-49 07:28:00 GMT; HttpOnly',
    'a=1,2,3; Path=/',
    'a="1, 2"; Path=/',
    'a={"x":1,"y":[1,2]}; Path=/',
    'a=1,; Path=/',
  ])('a cookie with a comma that Next leaves alone is passed on: %j', async (line) => {
    expect(splitCookiesString(line)).toEqual([line]);
    const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', line).end());
    const lines = (await ask('/_torii/a')).headers.getSetCookie();
    expect(lines[0]).toBe(line);
    expect(lines.flatMap((each) => splitCookiesString(each))).toEqual(lines);
  });

  test('no line that is passed on is split by Next, whatever the issuer sends', async () => {
    const parts = [
      'a',
      'torii_token',
      '__Host-torii_token',
      '=',
      '=',
      ',',
      ',',
      ';',
      ' ',
      '\t',
      '"',
      'Path=/',
      'Domain=x',
      'Expires=Wed, 21',
    ];
    // A linear congruential generator: the same lines in each run.
    let seed = 16;
    const next = (limit: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * limit);
    };
    const lines = Array.from({ length: 3000 }, () =>
      Array.from({ length: 2 + next(9) }, () => parts[next(parts.length)]).join(''),
    );
    for (const secure of [true, false]) {
      const places = {
        upstream: 'http://127.0.0.1:1',
        pathname: '/_torii/a',
        hasBasePath: secure,
        secure,
      };
      for (const line of lines.flatMap((each) => cookieLinesForBrowser(each, places))) {
        expect(splitCookiesString(line)).toEqual([line]);
        expect(line).not.toMatch(/^\s*(?:__Host-)?torii_token\s*(?:=|;|$)/);
      }
    }
  });

  test("the issuer's headers for a whole origin or a server are dropped", async () => {
    const names = [
      ...['Strict-Transport-Security', 'Alt-Svc', 'NEL', 'Report-To', 'Reporting-Endpoints', 'Clear-Site-Data'],
      ...[
        'Service-Worker-Allowed',
        'Accept-CH',
        'Set-Cookie2',
        'X-Middleware-Rewrite',
        'X-Middleware-Next',
        'X-Nextjs-Redirect',
      ],
      ...['X-Accel-Redirect', 'X-Sendfile', 'X-Torii-Auth', 'X-Torii-Session', 'X-Torii-Session-Token-2'],
    ];
    const { ask } = await serve((_req, res) => {
      for (const name of names) res.setHeader(name, 'x');
      res.setHeader('Content-Security-Policy', "default-src 'self'").end();
    });
    const { headers } = await ask('/_torii/a');
    expect(names.filter((name) => headers.has(name))).toEqual([]);
    expect(headers.get('content-security-policy')).toBe("default-src 'self'");
  });

  test('a session for an app without cookies is passed on in both directions', async () => {
    const { ask, seen } = await serve((_req, res) => {
      res.writeHead(200, { 'X-Torii-Session-Token': 'next', 'Access-Control-Expose-Headers': 'X-Torii-Session-Token' });
      res.end();
    });
    const headers = { 'x-torii-session-token': 'first', 'x-api-key': 'pk_test_1' };
    const response = await ask('/_torii/auth/login?_is_native=1', { method: 'POST', headers, body: '{}' });
    expect(response.headers.get('x-torii-session-token')).toBe('next');
    expect(response.headers.get('access-control-expose-headers')).toBe('X-Torii-Session-Token');
    expect(seen).toMatchObject([{ url: '/_torii/auth/login?_is_native=1', headers }]);
  });

  test.each([
    ['request', 'x-api-key'],
    ['request', 'x-torii-session-token'],
    ['response', 'x-torii-session-token'],
  ])('a header of the %s that Connection names is not passed on: %s', async (direction, name) => {
    const headers = { connection: `close, ${name}`, [name]: 'value' };
    const { ask, seen } = await serve((_req, res) => void res.writeHead(200, headers).end());
    const response = await ask('/_torii/a', direction === 'request' ? { headers } : {});
    expect(direction === 'request' ? seen[0]?.headers[name] : response.headers.get(name)).toBeFalsy();
  });

  test('preflights are answered by the issuer', async () => {
    const answer = {
      'Access-Control-Allow-Origin': 'capacitor://localhost',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'X-API-Key, X-Torii-Session-Token',
      'Access-Control-Max-Age': '600',
      Vary: 'Origin',
    };
    const { ask, seen } = await serve((_req, res) => void res.writeHead(204, answer).end());
    const headers = {
      origin: 'capacitor://localhost',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-api-key,x-torii-session-token',
    };
    const response = await ask('/_torii/auth/login', { method: 'OPTIONS', headers });
    expect([response.status, Object.fromEntries(response.headers)]).toMatchObject([
      204,
      Object.fromEntries(Object.entries(answer).map(([name, value]) => [name.toLowerCase(), value])),
    ]);
    expect(seen).toMatchObject([{ method: 'OPTIONS', headers }]);
  });

  const published = [
    '__client_session=s; Path=/_torii; Max-Age=600; HttpOnly; Secure; SameSite=None; Partitioned',
    '__client_session_hint=1; Domain=example.com; Path=/; Max-Age=600; Secure; SameSite=None; Partitioned',
  ];
  const cleared = published.map((line) => line.replace(/=\w+;/, '=;').replace('600', '0'));
  const held = (prefix: string) =>
    ['__client_session', '__client_session_hint']
      .map((name) => `${name}=x; ${prefix}torii_issuer.${name}=1`)
      .join('; ');

  test.each([
    ['set', published, '600'],
    ['cleared', cleared, '0'],
  ])('published cookies are %s with all attributes over https, except Domain', async (_name, lines, age) => {
    const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', lines).end());
    const response = await ask('/_torii/a', { headers: { cookie: held('__Host-') } });
    expect(response.headers.getSetCookie()).toEqual([
      lines[0],
      `__Host-torii_issuer.__client_session=1; Max-Age=${age}; HttpOnly; SameSite=None; Partitioned; Path=/; Secure`,
      lines[1]?.replace(' Domain=example.com;', ''),
      `__Host-torii_issuer.__client_session_hint=1; Max-Age=${age}; SameSite=None; Partitioned; Path=/; Secure`,
    ]);
  });

  test.each([
    ['set', published, ['s', '1'], '600'],
    ['cleared', cleared, ['', ''], '0'],
  ])(
    'published cookies are %s over http with attributes that browsers accept there',
    async (_name, lines, values, age) => {
      const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', lines).end(), '', 'http://app.test');
      const response = await ask('/_torii/a', { headers: { cookie: held('') } });
      expect(response.headers.getSetCookie()).toEqual([
        `__client_session=${values[0]}; Path=/_torii; Max-Age=${age}; HttpOnly; SameSite=Lax`,
        `torii_issuer.__client_session=1; Path=/_torii; Max-Age=${age}; HttpOnly; SameSite=Lax`,
        `__client_session_hint=${values[1]}; Path=/; Max-Age=${age}; SameSite=Lax`,
        `torii_issuer.__client_session_hint=1; Path=/; Max-Age=${age}; SameSite=Lax`,
      ]);
    },
  );

  // Such an answer can arrive after the user has signed in in another tab.
  test.each([
    ['a=; Max-Age=0; Path=/_torii'],
    ['a=; Max-Age=-1; Path=/_torii/auth'],
    ['a=; Max-Age=0'],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/'],
    ['a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; max-age=0; Path=/'],
  ])('a cookie that the browser did not send is not cleared: %s', async (line) => {
    const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', [line, 'b=1']).end());
    const names = async (cookie: string) => {
      const { headers } = await ask('/_torii/auth/logout', { headers: { cookie } });
      return headers.getSetCookie().map((each) => each.split('=', 1)[0]);
    };
    const b = ['b', '__Host-torii_issuer.b'];
    expect(await names('aa=1')).toEqual(b);
    expect(await names('a=1')).toEqual(['a', ...b]);
    expect(await names('a=1; __Host-torii_issuer.a=1')).toEqual(['a', '__Host-torii_issuer.a', ...b]);
  });

  test.each([
    'a=; Max-Age=0; Path=/_torii/other',
    'a=; Max-Age=0; Path=/_torii/auth/log',
    'a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    'a=1; Max-Age=soon',
    'a=1; Expires=soon',
    'a=1',
  ])('a cookie at another path is cleared, and one that is set is set: %s', async (line) => {
    const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', line).end());
    expect((await ask('/_torii/auth/logout')).headers.getSetCookie()[0]).toBe(line);
  });

  test.each([
    ['a=1;secure;samesite = NONE ;PARTITIONED', 'a=1; SameSite=Lax'],
    ['a=1; SameSite=Strict; Secure', 'a=1; SameSite=Strict'],
    // Browsers reject these names without `Secure`.
    ['__Host-a=1; Path=/; Secure; SameSite=None', '__Host-a=1; Path=/; Secure; SameSite=None'],
    ['__secure-a=1; Secure', '__secure-a=1; Secure'],
    ['__Http-a=1; Secure; HttpOnly', '__Http-a=1; Secure; HttpOnly'],
    ['__Host-Http-a=1; Path=/; Secure; HttpOnly', '__Host-Http-a=1; Path=/; Secure; HttpOnly'],
  ])('attributes that need https are removed over http: %s', async (line, expected) => {
    const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', line).end(), '', 'http://app.test');
    expect((await ask('/_torii/a')).headers.getSetCookie()[0]).toBe(expected);
  });

  test.each([
    ['/env/acme', '', '/env/acme/_torii', '/_torii'],
    ['/env/acme', '', '/env/acme', '/'],
    ['/env/acme', '/shop', '/env/acme/_torii', '/'],
    ['/env/acme', '', '/env/acmex/_torii', '/env/acmex/_torii'],
    ['/env/acme', '/shop', '/', '/'],
    ['', '/shop', '/_torii/auth', '/'],
    ['', '/shop', '/_toriix', '/_toriix'],
  ])('an issuer at %j and a basePath %j: the cookie path %s becomes %s', async (base, basePath, path, expected) => {
    const { ask } = await serve((_req, res) => void res.setHeader('Set-Cookie', `a=1; Path=${path}`).end(), base);
    const response = await ask(`${basePath}/_torii/a`, { nextConfig: { basePath } });
    expect(response.headers.getSetCookie()[0]).toBe(`a=1; Path=${expected}`);
  });

  test('a cookie that comes twice is not sent to the issuer, because one of them is not its own', async () => {
    const marks = '__Host-torii_issuer.__client_session=1; __Host-torii_issuer.b=1';
    const { ask, seen } = await serve();
    for (const [first, second] of [
      ['mine', 'planted'],
      ['planted', 'mine'],
    ]) {
      const cookie = `__client_session=${first}; ${marks}; b=2; __client_session =${second}`;
      await ask('/_torii/client', { headers: { cookie } });
    }
    expect(seen.map(({ headers }) => headers.cookie)).toEqual(['b=2', 'b=2']);
  });

  test('a mark whose name has another space than U+0020 around it is no mark: siblings can set it (login CSRF)', async () => {
    const { ask, seen } = await serve();
    for (const name of ['\xA0__Host-torii_issuer.a', '__Host-torii_issuer.a\xA0']) {
      await ask('/_torii/a', { headers: { cookie: `a=planted; ${name}=1` } });
    }
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  });

  test('a response with a session is never cacheable', async () => {
    for (const [name, value] of [
      ['Set-Cookie', 'a=1'],
      ['X-Torii-Session-Token', 'opaque'],
    ] as const) {
      const { ask } = await serve((_req, res) => {
        res.setHeader('Cache-Control', 'public, max-age=300').setHeader(name, value).end();
      });
      expect((await ask('/_torii/a')).headers.get('cache-control')).toBe('private, no-store');
    }
  });

  test.each([
    ['cookie', '__client_session=s; __Host-torii_issuer.__client_session=1'],
    ['authorization', 'Bearer x'],
    ['x-torii-session-token', 'opaque'],
  ])('a response to a request with %s is never cacheable, whatever the issuer says', async (name, value) => {
    const { ask } = await serve((_req, res) => void res.setHeader('Cache-Control', 'public, max-age=300').end('{}'));
    const { headers } = await ask('/_torii/client', { headers: { [name]: value } });
    expect(headers.get('cache-control')).toBe('private, no-store');
  });

  test.each([
    [undefined, 'Authorization, Cookie, X-API-Key, X-Torii-Session-Token'],
    ['Origin, cookie', 'Origin, cookie, Authorization, X-API-Key, X-Torii-Session-Token'],
    ['*', '*'],
  ])('a cacheable response depends on who asks: Vary %s', async (given, expected) => {
    const { ask } = await serve((_req, res) => {
      if (given !== undefined) res.setHeader('Vary', given);
      res.setHeader('Cache-Control', 'public, max-age=300').end('{}');
    });
    expect((await ask('/_torii/client')).headers.get('vary')).toBe(expected);
  });

  test.each([
    ...['CDN-Cache-Control', 'Vercel-CDN-Cache-Control', 'Cloudflare-CDN-Cache-Control', 'Netlify-CDN-Cache-Control'],
    ...['Surrogate-Control', 'Surrogate-Key', 'Edge-Control', 'Cache-Tag', 'X-LiteSpeed-Cache-Control'],
    ...['X-LiteSpeed-Location', 'X-Reproxy-URL', 'X-Lighttpd-Send-File', 'X-Sendfile', 'X-Accel-Redirect'],
    ...['X-Matched-Path', 'X-Vercel-Cache', 'X-Middleware-Rewrite', 'X-Nextjs-Redirect', 'Use-As-Dictionary'],
  ])('a header of the issuer that instructs a cache, a server or a browser is not passed on: %s', async (name) => {
    const { ask } = await serve((_req, res) => void res.setHeader(name, '/elsewhere').end());
    expect((await ask('/_torii/a')).headers.get(name)).toBeNull();
  });

  test("the issuer's Cache-Control is kept; without one, nothing may be cached", async () => {
    const cacheable = await serve((_req, res) => void res.setHeader('Cache-Control', 'public, max-age=300').end());
    expect((await cacheable.ask('/_torii/a')).headers.get('cache-control')).toBe('public, max-age=300');
    const silent = await serve();
    expect((await silent.ask('/_torii/a')).headers.get('cache-control')).toBe('private, no-store');
  });

  test('redirects are not followed, and those to the issuer keep the origin of the app', async () => {
    let issuer = '';
    const places = ['/welcome', '/_torii/v1/next', 'https://elsewhere.test/x'];
    const at = await serve((req, res) => {
      const index = Number(new URL(req.url ?? '', issuer).searchParams.get('i'));
      res.writeHead(303, { Location: index === 3 ? `${issuer}/_torii/v1/done?x=1` : (places[index] ?? '') }).end();
    });
    issuer = at.issuer;
    for (const [index, place] of [...places, '/_torii/v1/done?x=1'].entries()) {
      const response = await at.ask(`/_torii/a?i=${index}`);
      expect([response.status, response.headers.get('location')]).toEqual([303, place]);
    }
    expect(at.seen).toHaveLength(4);
  });
});

test.each([
  ['/env/acme', '', '/env/acme/_torii/next?x=1', '/_torii/next?x=1'],
  ['/env/acme', '/shop', '/env/acme/_torii/next', '../_torii/next'],
  ['', '/shop', '/_torii/next?x=/a', '../_torii/next?x=/a'],
  ['/env/acme', '', '../_torii/next', '../_torii/next'],
  ['/env/acme', '', '/env/acme/welcome', '/env/acme/welcome'],
  ['/env/acme', '', '//evil.test/env/acme/_torii/', '//evil.test/env/acme/_torii/'],
])('an issuer at %j and a basePath %j: the redirect to %s becomes %s', async (base, basePath, location, expected) => {
  const { ask } = await serve((_req, res) => void res.writeHead(303, { Location: location }).end(), base);
  const response = await ask(`${basePath}/_torii/a`, { nextConfig: { basePath } });
  expect(response.headers.get('location')).toBe(expected);
});

test('a redirect below a basePath leads to the route, wherever browsers find it', async () => {
  const { ask } = await serve((_req, res) => void res.writeHead(303, { Location: '/_torii/next' }).end());
  for (const path of ['/_torii/a', '/_torii/a/', '/_torii/a/b', '/_torii/a/b/c/']) {
    for (const prefix of ['/shop', '']) {
      const response = await ask(`/shop${path}`, {
        nextConfig: { basePath: '/shop', trailingSlash: path.endsWith('/') },
      });
      const { pathname } = new URL(response.headers.get('location') ?? '', `https://app.test${prefix}${path}`);
      expect(pathname).toBe(`${prefix}/_torii/next`);
    }
  }
});

test.each([
  ['../_torii/next?x=1', '/_torii/next?x=1'],
  ['next', '/_torii/next'],
  ['?step=2', '/_torii/a?step=2'],
  ['../welcome', '/welcome'],
  ['..//evil.test', '//evil.test'],
])('a relative redirect leads to the same place if Next adds a trailing slash: %s', async (location, path) => {
  const { ask } = await serve((_req, res) => void res.writeHead(303, { Location: location }).end(), '/env/acme');
  for (const asked of ['/_torii/a', '/_torii/a/']) {
    for (const basePath of ['', '/shop']) {
      const nextConfig = { basePath, trailingSlash: asked.endsWith('/') };
      const response = await ask(basePath + asked, { nextConfig });
      const target = new URL(response.headers.get('location') ?? '', `https://app.test${basePath}${asked}`);
      expect([target.host, target.pathname + target.search]).toEqual(['app.test', basePath + path]);
    }
  }
});

test("a trailing slash, as Next's option `trailingSlash` adds it, is not sent to the issuer", async () => {
  const { ask, seen } = await serve();
  for (const path of ['/_torii/auth/login/?a=1/', '/_torii/auth/login', '/_torii/']) {
    await ask(path, { nextConfig: { trailingSlash: path.includes('/?') } });
  }
  expect(seen.map(({ url }) => url)).toEqual(['/_torii/auth/login?a=1/', '/_torii/auth/login', '/_torii/']);
});

describe('bodies', () => {
  const stream = (chunks: number) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (chunks-- > 0) controller.enqueue(new Uint8Array(64 * 1024));
        else controller.close();
      },
    });

  test('are streamed', async () => {
    let release = () => {};
    const { ask } = await serve((_req, res) => {
      res.write('first');
      release = () => res.end('second');
    });
    const reader = (await ask('/_torii/a')).body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
    release();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('second');
  });

  test('are refused at once if Content-Length is too large', async () => {
    const { ask, seen } = await serve();
    const headers = { 'content-length': String(2 * 1024 * 1024) };
    const response = await ask('/_torii/a', { method: 'POST', headers, body: stream(1), duplex: 'half' });
    expect([response.status, (await response.json()).error.code, seen]).toEqual([413, 'body_too_large', []]);
  });

  test('are refused at the limit if there is no Content-Length', async () => {
    const { ask, seen } = await serve();
    const response = await ask('/_torii/a', { method: 'POST', body: stream(40), duplex: 'half' });
    expect([response.status, seen]).toEqual([413, []]);
  });

  test('of endless responses are cut off', async () => {
    const { ask } = await serve((_req, res) => {
      const chunk = Buffer.alloc(256 * 1024);
      const more = () => {
        while (!res.destroyed && res.write(chunk));
        if (!res.destroyed) res.once('drain', more);
      };
      more();
    });
    await expect((await ask('/_torii/a')).arrayBuffer()).rejects.toThrow();
  });
});

test('responds with 502 if the issuer cannot be reached, without its address', async () => {
  const { ask, issuer, events } = await serve();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  const response = await ask('/_torii/a?code=secret');
  const text = await response.text();
  expect([response.status, JSON.parse(text).error.code]).toEqual([502, 'bad_gateway']);
  expect(text).not.toContain(new URL(issuer).port);
  // [16] The log gets the cause that the browser does not get, but not the query.
  expect(events).toMatchObject([
    { type: 'issuer_unreachable', url: `${issuer}/_torii/a`, problem: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect(JSON.stringify(events)).not.toContain('secret');
  expect(response.headers.get('cache-control')).toBe('private, no-store');
});

test('reports nothing if the browser itself ended the request', async () => {
  const { ask, events } = await serve(() => {});
  const ending = new AbortController();
  const answering = ask('/_torii/a', { signal: ending.signal });
  ending.abort();
  await answering.catch(() => {});
  expect(events).toEqual([]);
});
