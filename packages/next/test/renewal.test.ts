// [45] The proxy renews an ended token from Torii's session. Here `proxy` is called as Next calls it; renewal.real.test.ts has
// real apps.
import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { RevocationSource, VerifierEvent } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { type NextFetchEvent, NextRequest, NextResponse } from 'next/server.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ToriiNextOptions } from '../src/index.ts';
import type { ProxyHandler } from '../src/server/proxy/proxy.ts';
import { renewInProxy } from '../src/server/renewal/renew-in-proxy.ts';
import { type App, createApp as create } from './create-app.ts';

const origin = 'https://app.test';
const tokenName = '__Host-torii_token';
const sessionName = '__client_session';
const markName = `__Host-torii_issuer.${sessionName}`;
const login = { email: 'ada@example.com', password: 'correct horse battery' };

const navigation = {
  accept: 'text/html,*/*',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};
const ownAction = { origin, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

let emulator: Emulator;
let userId: string;
beforeAll(async () => {
  emulator = await startEmulator({ allowedOrigins: [origin] });
  userId = (await emulator.createUser(login)).id;
});
afterAll(() => emulator.stop());

let events: VerifierEvent[];
const servers: Server[] = [];
beforeEach(() => {
  events = [];
});
afterEach(() => {
  emulator.recover();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function createApp(options: Partial<ToriiNextOptions> = {}) {
  return create({
    issuer: emulator.issuer,
    signInPath: '/sign-in',
    origins: [origin],
    publicPaths: ['/', '/sign-in'],
    renewInProxy,
    onEvent: (event) => void events.push(event),
    ...options,
  });
}

type Jar = Map<string, string>;

/** Signs in through the issuer route. Returns the cookies that a browser sends to all paths of the app. */
async function signIn(app: App): Promise<Jar> {
  const response = await logIn(app);
  expect(response.status).toBe(200);
  return store(new Map(), response);
}

function logIn(app: App, cookie = ''): Promise<Response> {
  const request = new NextRequest(`${origin}/_torii/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, cookie },
    body: JSON.stringify(login),
  });
  return app.issuerRoutes.POST(request);
}

/** Stores the cookies with `Path=/`, and deletes those that the response deletes. */
function store(jar: Jar, response: Response): Jar {
  for (const line of response.headers.getSetCookie()) {
    const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split(/=(.*)/s);
    if (!/; Path=\/(?:;|$)/i.test(line)) continue;
    if (/; Max-Age=0/i.test(line)) jar.delete(name);
    else jar.set(name, value);
  }
  return jar;
}

const cookieOf = (jar: Jar) => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

interface Ask {
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly cookie?: string;
  readonly handler?: ProxyHandler;
  readonly body?: string;
}

function ask(app: App, path: string, { headers = navigation, method = 'GET', cookie, handler, body }: Ask = {}) {
  const request = new NextRequest(`http://127.0.0.1:3000${path}`, {
    method,
    headers: { host: 'app.test', ...headers, ...(cookie && { cookie }) },
    ...(body !== undefined && { body }),
  });
  return app.proxy(handler)(request, {} as NextFetchEvent);
}

const passes = (response: Response) => response.headers.get('x-middleware-next') === '1';
const linesOf = (response: Response, name: string) =>
  response.headers.getSetCookie().filter((line) => line.startsWith(`${name}=`));
/** The Cookie header that the page gets. */
const pageCookies = (response: Response) => response.headers.get('x-middleware-request-cookie') ?? undefined;
const typesOf = (type: VerifierEvent['type']) => events.filter((event) => event.type === type);
const asked = () => emulator.requests.session;

/** What the page's own helper sees. */
async function pageUser(app: App, response: Response, method = 'GET', headers: Record<string, string> = {}) {
  const sent = { ...headers, host: 'app.test', cookie: pageCookies(response) ?? '' };
  return (await app.fromRequest({ method, headers: sent })).auth?.userId ?? null;
}

function refused(response: Response): void {
  expect(linesOf(response, tokenName)).toEqual([]);
  expect(pageCookies(response) ?? '').not.toContain('eyJ');
}

describe('[40] a request whose token was revoked', () => {
  /** Revokes the tokens that are issued up to this second. */
  function revokeUntil(untilSeconds: () => number): RevocationSource {
    const { issuer, environmentId } = emulator;
    return {
      issuer,
      environmentId,
      maxTokenSeconds: 3600,
      check: ({ auth }) => (Number(auth.issuedAt) <= untilSeconds() ? 'revoked' : 'accepted'),
    };
  }

  /** Holds the requests that wait for the next second, until `end` moves the clock by a second. */
  function holdWaits() {
    const held: (() => void)[] = [];
    const { setTimeout: begin } = globalThis;
    vi.stubGlobal('setTimeout', (done: () => void, ms: number, ...given: []) => {
      // Node's fetch has timers of a second too, which have an argument.
      if (ms !== 1_000 || given.length > 0) return begin(done, ms, ...given);
      held.push(done);
      return {};
    });
    return {
      async end(count: number) {
        await expect.poll(() => held.length).toBe(count);
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_000 });
        for (const done of held) done();
      },
      held,
    };
  }

  test('continues with a new token of a later second, and each request is reported once', async () => {
    let untilSeconds = 0;
    const app = createApp({ revocations: revokeUntil(() => untilSeconds) });
    const jar = await signIn(app);
    jar.set(tokenName, await emulator.token({ userId }));
    expect(passes(await ask(app, '/private', { cookie: cookieOf(jar) }))).toBe(true);
    expect(events.map(({ type }) => type).filter((type) => type !== 'keys_fetched')).toEqual(['verified']);
    untilSeconds = Math.floor(Date.now() / 1000);
    const waits = holdWaits();
    const asking = ask(app, '/private', { cookie: cookieOf(jar) });
    await waits.end(1);
    const response = await asking;
    expect(passes(response)).toBe(true);
    expect(linesOf(response, tokenName)).toHaveLength(1);
    expect(await pageUser(app, response)).toBe(userId);
    expect(typesOf('token_renewed')).toHaveLength(1);
    expect(typesOf('refused')).toEqual([]);
  });

  test('is redirected to the sign-in page if the new token was revoked too, and Torii is asked once', async () => {
    const app = createApp({ revocations: revokeUntil(() => Number.POSITIVE_INFINITY) });
    const jar = await signIn(app);
    jar.set(tokenName, await emulator.token({ userId }));
    const before = asked();
    const waits = holdWaits();
    for (let i = 0; i < 2; i++) {
      const asking = ask(app, '/private', { cookie: cookieOf(jar) });
      if (i === 0) await waits.end(1); // The second request knows the refusal.
      const response = await asking;
      expect(response.headers.get('location')).toBe(`${origin}/sign-in?return_to=%2Fprivate`);
      refused(response);
    }
    expect(asked() - before).toBe(1);
    expect(typesOf('renewal_failed')).toMatchObject([{ why: 'token_refused', problem: 'token_revoked' }]);
  });

  test('[36] waits without taking the place of other renewals', async () => {
    const app = createApp({ revocations: revokeUntil(() => Math.floor(Date.now() / 1000)) });
    const jar = await signIn(app);
    const revoked = await emulator.token({ userId });
    const waits = holdWaits();
    const made = Array.from({ length: 60 }, (_, i) => {
      const mark = createHash('sha256').update(`made-up-${i}`).digest('hex');
      return ask(app, '/private', {
        cookie: `${tokenName}=${revoked}; ${sessionName}=made-up-${i}; ${markName}=${mark}`,
      });
    });
    await expect.poll(() => waits.held.length).toBe(60);
    const before = asked();
    await ask(app, '/private', { cookie: cookieOf(jar) });
    expect(asked() - before).toBe(1);
    await waits.end(60);
    await Promise.all(made);
  });

  test('is not renewed for a prefetch, and not while it is unknown what was revoked', async () => {
    const app = createApp({ revocations: revokeUntil(() => Number.POSITIVE_INFINITY) });
    const jar = await signIn(app);
    jar.set(tokenName, await emulator.token({ userId }));
    const before = asked();
    refused(await ask(app, '/private', { cookie: cookieOf(jar), headers: { ...navigation, purpose: 'prefetch' } }));
    const unknown = createApp({ revocations: { ...revokeUntil(() => 0), check: () => 'unavailable' } });
    const response = await ask(unknown, '/private', { cookie: cookieOf(jar) });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(asked()).toBe(before);
  });
});

describe('[45] a request with a session and without a valid token', () => {
  test('continues with a new token if it is a top-level navigation', async () => {
    const app = createApp();
    const jar = await signIn(app);
    for (const site of ['none', 'same-origin', 'same-site', 'cross-site']) {
      const headers = { ...navigation, 'sec-fetch-site': site };
      const response = await ask(app, '/notes', { headers, cookie: `app=1; ${cookieOf(jar)}` });
      expect([passes(response), await pageUser(app, response)]).toEqual([true, userId]);
      const [line = '', ...more] = linesOf(response, tokenName);
      expect(more).toEqual([]);
      expect(line).toMatch(/^[^=]+=eyJ[\w.-]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
      expect(pageCookies(response)).toContain('app=1');
    }
    expect(typesOf('token_renewed')).toHaveLength(4);
    expect(typesOf('token_renewed')[0]).toEqual({
      type: 'token_renewed',
      userId,
      environmentId: expect.any(String),
    });
  });

  test('continues with a new token in place of one that has expired', async () => {
    const app = createApp();
    const jar = await signIn(app);
    jar.set(tokenName, await emulator.token({ userId, expiresInSeconds: -600 }));
    const response = await ask(app, '/notes', { cookie: cookieOf(jar) });
    expect([passes(response), await pageUser(app, response)]).toEqual([true, userId]);
  });

  test('continues with a new token if the browser sent an empty token cookie', async () => {
    const app = createApp();
    const response = await ask(app, '/notes', { cookie: `${tokenName}=; ${cookieOf(await signIn(app))}` });
    expect([passes(response), await pageUser(app, response)]).toEqual([true, userId]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('continues with a new token for %s of an own page', async (method) => {
    const app = createApp();
    const cookie = cookieOf(await signIn(app));
    const form = { ...ownAction, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    // Browsers without Sec-Fetch headers send `Origin`.
    for (const headers of [ownAction, form, { origin }]) {
      const response = await ask(app, '/notes', { method, headers, cookie });
      expect([passes(response), await pageUser(app, response, method, headers)]).toEqual([true, userId]);
    }
  });

  test('on a public path continues with a new token, so that `auth` sees the user', async () => {
    const app = createApp();
    const response = await ask(app, '/', { cookie: cookieOf(await signIn(app)) });
    expect([passes(response), await pageUser(app, response)]).toEqual([true, userId]);
    expect(linesOf(response, tokenName)).toHaveLength(1);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  });

  test('without the option is redirected to the sign-in page, and pages keep the cookies they were sent', async () => {
    const cookie = cookieOf(await signIn(createApp()));
    const app = createApp({ renewInProxy: false });
    const before = asked();
    const response = await ask(app, '/notes', { cookie });
    expect([response.status, response.headers.getSetCookie(), asked()]).toEqual([307, [], before]);
    expect([...(await ask(app, '/', { cookie })).headers.keys()]).toEqual(['x-middleware-next']);
  });

  const { 'sec-fetch-dest': _dest, ...withoutDest } = navigation;
  const { 'sec-fetch-mode': _mode, ...withoutMode } = navigation;
  test.each<[string, Record<string, string>, string?]>([
    ['an iframe', { ...navigation, 'sec-fetch-dest': 'iframe' }],
    ['a frame', { ...navigation, 'sec-fetch-dest': 'frame' }],
    ['an embed', { ...navigation, 'sec-fetch-dest': 'embed' }],
    ['an object', { ...navigation, 'sec-fetch-dest': 'object' }],
    ['a fenced frame', { ...navigation, 'sec-fetch-dest': 'fencedframe' }],
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' }],
    [
      'an image of the app',
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-origin' },
    ],
    ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script', 'sec-fetch-site': 'cross-site' }],
    ['a style sheet', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'style', 'sec-fetch-site': 'same-site' }],
    ['a font', { origin, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'font', 'sec-fetch-site': 'same-origin' }],
    ['a fetch by GET', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }],
    [
      'a fetch of another site',
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'cross-site' },
    ],
    ['a web socket', { ...navigation, upgrade: 'websocket', 'sec-fetch-mode': 'websocket' }],
    ['an upgrade', { ...navigation, upgrade: 'websocket' }],
    ['no Sec-Fetch headers', { accept: 'text/html' }],
    ['no Sec-Fetch-Dest', withoutDest],
    ['no Sec-Fetch-Mode', withoutMode],
    ['two modes', { ...navigation, 'sec-fetch-mode': 'navigate, navigate' }],
    ['a mode in capitals', { ...navigation, 'sec-fetch-mode': 'NAVIGATE' }],
    ['a navigation with a foreign Origin', { ...navigation, origin: 'https://evil.test' }],
    ['a navigation with the Origin null', { ...navigation, origin: 'null' }],
    ['a prefetch of the browser', { ...navigation, 'sec-purpose': 'prefetch' }],
    ['a prerender of the browser', { ...navigation, 'sec-purpose': 'prefetch;prerender' }],
    ['an old prefetch', { ...navigation, purpose: 'prefetch' }],
    ['a prefetch of an old Firefox', { ...navigation, 'x-moz': 'prefetch' }],
    ['a preview of an old Safari', { ...navigation, 'x-purpose': 'preview' }],
    ['a prefetch of Next', { ...navigation, 'next-router-prefetch': '1' }],
    ['a prefetch of a segment', { ...navigation, 'next-router-segment-prefetch': '/_tree' }],
    ['a prefetch of the pages router', { ...navigation, 'x-middleware-prefetch': '1' }],
    ['a fetch of the router', { ...navigation, rsc: '1' }],
    ['a prefetch of an own page by POST', { ...ownAction, purpose: 'prefetch' }, 'POST'],
    ['another site by POST', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'POST'],
    ['a form of another site', { ...navigation, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'POST'],
    ['a form with the Origin null', { ...navigation, origin: 'null', 'sec-fetch-site': 'cross-site' }, 'POST'],
    ['a form without Origin', { ...navigation, 'sec-fetch-site': 'same-origin' }, 'POST'],
    ['a POST without any header', {}, 'POST'],
    ['a sibling subdomain', { origin: 'https://evil.app.test', 'sec-fetch-site': 'same-site' }, 'POST'],
    ['a forged Origin of a sibling', { origin, 'sec-fetch-site': 'same-site' }, 'POST'],
    ['an Origin with another scheme', { origin: 'http://app.test', 'sec-fetch-site': 'cross-site' }, 'POST'],
    ['an Origin with another port', { origin: 'https://app.test:444' }, 'POST'],
    ['an Origin that is the Host', { origin: 'https://internal.test', host: 'internal.test' }, 'POST'],
    ['two Origins', { origin: `${origin}, ${origin}`, 'sec-fetch-site': 'same-origin' }, 'POST'],
    ['a form in a frame', { ...ownAction, 'sec-fetch-dest': 'iframe' }, 'POST'],
    ['another site with an unknown method', { origin: 'https://evil.test' }, 'PURGE'],
    ['a navigation with an unknown method', navigation, 'PURGE'],
    ['a navigation with HEAD', navigation, 'HEAD'],
    ['a CORS preflight', { ...ownAction, 'access-control-request-method': 'POST' }, 'OPTIONS'],
    ['a bad Authorization header', { ...navigation, authorization: 'Bearer a.b.c' }],
    ['another Authorization header', { ...navigation, authorization: 'Basic YTpi' }],
    ['an empty Authorization header', { ...navigation, authorization: '' }],
  ])('is not renewed for %s', async (_name, headers, method = 'GET') => {
    const app = createApp();
    const cookie = cookieOf(await signIn(app));
    const before = asked();
    for (const path of ['/notes', '/']) refused(await ask(app, path, { headers, method, cookie }));
    expect(asked()).toBe(before);
  });

  test('is not renewed if it is sent by a page of another of the origins', async () => {
    const app = createApp({ origins: [origin, 'https://admin.test'] });
    const cookie = cookieOf(await signIn(app));
    const before = asked();
    for (const headers of [
      { origin: 'https://admin.test', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://admin.test' },
    ]) {
      refused(await ask(app, '/notes', { method: 'POST', headers, cookie }));
    }
    expect(asked()).toBe(before);
  });

  test.each([
    '/sign-in',
    '/sign-in/',
    '/api/torii/token',
    '/api/torii/token/',
    '/_torii/client',
    '/_torii',
    '/_next/static/a.js',
    '/_next/image?url=%2Fa.png',
  ])('is not renewed at %s', async (path) => {
    const app = createApp();
    const cookie = cookieOf(await signIn(app));
    const before = asked();
    refused(await ask(app, path, { cookie }));
    expect(asked()).toBe(before);
  });

  test('is not renewed if the token cookie is bad rather than expired, or comes twice', async () => {
    const app = createApp();
    const jar = await signIn(app);
    const good = await emulator.token({ userId });
    const stranger = await emulator.token({ userId, signedBy: 'stranger' });
    const before = asked();
    const payload = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.e30`;
    for (const token of [
      ...['a', 'a.b', 'a.b.c', 'a.b.c.d', stranger, `${good}x`, 'null', '%20'],
      ...[payload({}), payload({ exp: 1 }), payload({ exp: '1', iat: 1 }), payload({ exp: null, iat: 0 })],
      ...['e30.bnVsbA.e30', 'e30.W10.e30', `e30.${'A'.repeat(20_000)}.e30`],
    ]) {
      refused(await ask(app, '/notes', { cookie: `${tokenName}=${token}; ${cookieOf(jar)}` }));
    }
    const expired = await emulator.token({ userId, expiresInSeconds: -600 });
    for (const pair of [
      [expired, expired],
      ['', ''],
      [expired, ''],
      [stranger, expired],
    ]) {
      const twice = pair.map((value) => `${tokenName}=${value}`).join('; ');
      refused(await ask(app, '/notes', { cookie: `${twice}; ${cookieOf(jar)}` }));
    }
    expect(asked()).toBe(before);
  });

  test('is not renewed shortly before the end of a token that a stranger signed', async () => {
    const app = createApp();
    const jar = await signIn(app);
    const bad = await emulator.token({ userId, signedBy: 'stranger', expiresInSeconds: 300 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 290_000 });
    const before = asked();
    refused(await ask(app, '/notes', { cookie: cookieOf(new Map([...jar, [tokenName, bad]])) }));
    expect(asked()).toBe(before);
  });

  test('[45] is not renewed by a session that the issuer route did not set (login CSRF)', async () => {
    const app = createApp();
    const jar = await signIn(app);
    const session = jar.get(sessionName) ?? '';
    const mark = jar.get(markName) ?? '';
    const attacker = (await signIn(app)).get(sessionName) ?? '';
    const before = asked();
    for (const cookie of [
      `${sessionName}=${session}`,
      `${markName}=${mark}`,
      // A sibling subdomain cannot write the mark, which begins with `__Host-`. It plants another session.
      `${sessionName}=${attacker}; ${markName}=${mark}`,
      `${sessionName}=${session}; ${sessionName}=${attacker}; ${markName}=${mark}`,
      `${sessionName}=${attacker}; ${sessionName}=${session}; ${markName}=${mark}`,
      `${sessionName}=${session}; ${markName}=${mark}; ${markName}=${mark}`,
      `${sessionName}=${session}; ${markName}=1`,
      `${sessionName}=${session}; ${markName}=`,
      `${sessionName}=${session}; torii_issuer.${sessionName}=${mark}`,
      `${sessionName}=; ${markName}=${mark}`,
      `${sessionName}=${session}x; ${markName}=${mark}`,
      `${sessionName}=${'a'.repeat(5000)}; ${markName}=${mark}`,
      // Browsers check the prefix of a name that begins with another space than U+0020, but do not find it.
      `${sessionName}=${session}; \xA0${markName}=${mark}`,
      `${sessionName}=${session}; ${markName}\xA0=${mark}`,
      `\xA0${sessionName}=${session}; ${markName}=${mark}`,
    ]) {
      refused(await ask(app, '/notes', { cookie }));
    }
    expect(asked()).toBe(before);
  });
});

describe("Torii's session cookie", () => {
  test('that another site set after the browser dropped the own one is not sent to the issuer (login CSRF)', async () => {
    const app = createApp();
    const jar = await signIn(app);
    const attacker = (await signIn(app)).get(sessionName) ?? '';
    const isSignedIn = async (cookie: string) => {
      const request = new NextRequest(`${origin}/_torii/client`, { headers: { cookie } });
      const client: unknown = await (await app.issuerRoutes.GET(request)).json();
      return Reflect.get(Object(client), 'authenticated');
    };
    expect(await isSignedIn(cookieOf(jar))).toBe(true);
    expect(await isSignedIn(cookieOf(new Map([...jar, [sessionName, attacker]])))).toBe(false);
    // Sessions from before the option was turned on.
    expect(await isSignedIn(cookieOf(new Map([...jar, [markName, '1']])))).toBe(true);
  });

  test('is not shown to pages or to the app’s proxy function, but to the issuer route', async () => {
    const app = createApp();
    const jar = await signIn(app);
    const session = jar.get(sessionName) ?? '';
    const token = await emulator.token({ userId });
    const seen: string[] = [];
    const handler: ProxyHandler = (request) => {
      seen.push(JSON.stringify([[...request.headers], request.cookies.getAll()]));
      return undefined;
    };
    for (const headers of [navigation, {}, { 'sec-fetch-dest': 'image' }]) {
      const response = await ask(app, '/notes', {
        headers,
        cookie: `a=%22; ${tokenName}=${token}; ${cookieOf(jar)}`,
        handler,
      });
      expect(passes(response)).toBe(true);
      expect(pageCookies(response)).toMatch(/^a=%22; /);
      expect(pageCookies(response)).not.toContain(session);
      expect(response.headers.get('x-middleware-override-headers')?.split(',')).toContain('host');
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    const renewed = await ask(app, '/notes', { cookie: cookieOf(jar), handler });
    expect(JSON.stringify([...renewed.headers])).not.toContain(session);
    expect(seen.join()).not.toContain(session);
    expect(seen.at(-1)).toContain(tokenName);
    // A public page that needs no token, and the issuer route.
    const open = await ask(app, '/', { headers: {}, cookie: `${sessionName}=${session}` });
    expect([pageCookies(open), open.headers.get('x-middleware-override-headers')]).toEqual([undefined, 'host']);
    expect([...(await ask(app, '/_torii/client', { cookie: cookieOf(jar) })).headers.keys()]).toEqual([
      'x-middleware-next',
    ]);
  });

  test('gets `Path=/` and a mark with its hash, and an older one at another path is dropped', async () => {
    const answer = await logIn(createApp());
    const lines = answer.headers.getSetCookie();
    expect(lines.filter((line) => line.startsWith(`${sessionName}=`))).toEqual([
      `${sessionName}=; Path=/_torii; Max-Age=0; HttpOnly; SameSite=Lax`,
      expect.stringMatching(/^__client_session=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/),
    ]);
    expect(lines.filter((line) => line.startsWith(`${markName}=`))).toEqual([
      expect.stringMatching(/=[0-9a-f]{64}; Path=\/; /),
    ]);
  });

  test('is cleared at every path by a sign-out', async () => {
    const app = createApp();
    const jar = await signIn(app);
    const request = new NextRequest(`${origin}/_torii/auth/logout`, {
      method: 'POST',
      headers: { origin, cookie: cookieOf(jar) },
    });
    const response = await app.issuerRoutes.POST(request);
    expect(linesOf(response, sessionName).map((line) => /Path=[^;]+; Max-Age=0/.exec(line)?.[0])).toEqual([
      'Path=/_torii; Max-Age=0',
      'Path=/; Max-Age=0',
    ]);
    expect([...store(jar, response).keys()]).toEqual([]);
  });

  test('moves back to its own path after the option was turned off', async () => {
    const sealed = await signIn(createApp());
    const app = createApp({ renewInProxy: false });
    const again = (cookie: string) => logIn(app, cookie);
    const moved = linesOf(await again(cookieOf(sealed)), sessionName);
    expect(moved.map((line) => /Path=[^;]+/.exec(line)?.[0])).toEqual(['Path=/', 'Path=/_torii']);
    expect(moved[0]).toContain('Max-Age=0');
    // Otherwise the cookie at `/` may be another's.
    expect(linesOf(await again(`${sessionName}=a; ${markName}=1`), sessionName)).toHaveLength(1);
    expect(linesOf(await again(''), sessionName)).toHaveLength(1);
  });
});

const endSession = (jar: Jar) =>
  fetch(`${emulator.issuer}/_torii/auth/logout`, {
    method: 'POST',
    headers: { cookie: `${sessionName}=${jar.get(sessionName)}` },
  });

test('a session that has ended leads to the sign-in page, and no cookie is set or cleared', async () => {
  const app = createApp();
  const jar = await signIn(app);
  await endSession(jar);
  const before = asked();
  const response = await ask(app, '/notes', { cookie: cookieOf(jar) });
  expect([response.status, response.headers.get('location'), response.headers.getSetCookie()]).toEqual([
    307,
    `${origin}/sign-in?return_to=%2Fnotes`,
    [],
  ]);
  expect(typesOf('renewal_failed')).toMatchObject([{ why: 'session_ended', problem: 'HTTP status 401' }]);
  const action = await ask(app, '/notes', { method: 'POST', headers: ownAction, cookie: cookieOf(jar) });
  expect([action.status, action.headers.getSetCookie()]).toEqual([401, []]);
  expect(passes(await ask(app, '/', { cookie: cookieOf(jar) }))).toBe(true);
  // The result is kept for a moment.
  expect(asked()).toBe(before + 1);
  // It belongs to this session alone.
  expect(passes(await ask(app, '/notes', { cookie: cookieOf(await signIn(app)) }))).toBe(true);
});

test('a token that is still good is renewed shortly before its end, for its own user only', async () => {
  const app = createApp();
  const jar = await signIn(app);
  const withToken = (token: string) => cookieOf(new Map([...jar, [tokenName, token]]));
  const ending = await emulator.token({ userId, expiresInSeconds: 300 });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 280_000 });
  const response = await ask(app, '/notes', { cookie: withToken(ending) });
  expect(linesOf(response, tokenName)).toHaveLength(1);
  expect(pageCookies(response)).not.toContain(ending);
  vi.useRealTimers();

  const before = asked();
  for (const token of [ending, await emulator.token({ userId, expiresInSeconds: 10 })]) {
    const kept = await ask(app, '/notes', { cookie: withToken(token) });
    expect([passes(kept), pageCookies(kept)?.includes(token), asked()]).toEqual([true, true, before]);
    expect(linesOf(kept, tokenName)).toEqual([]);
  }
});

test.each<[string, object]>([
  ['another user', { userId: 'bob' }],
  ['another organization', { organization: { id: 'acme', role: 'org:member' } }],
  ['an impersonated user', { actor: { sub: 'support' } }],
])('a token of %s is not replaced: the page belongs to that user', async (_name, options) => {
  const app = createApp();
  const jar = await signIn(app);
  const expired = await emulator.token({ userId, ...options, expiresInSeconds: -600 });
  const cookie = cookieOf(new Map([...jar, [tokenName, expired]]));
  const response = await ask(app, '/notes', { cookie });
  refused(response);
  expect(response.status).toBe(307);
  const action = await ask(app, '/notes', { method: 'POST', headers: ownAction, cookie });
  refused(action);
  expect(action.status).toBe(401);
});

describe('[20] the response with a new token', () => {
  test('may not be stored by any cache, whatever the app’s own proxy function says', async () => {
    const app = createApp();
    const cookie = cookieOf(await signIn(app));
    const handler: ProxyHandler = () =>
      NextResponse.next({
        headers: {
          'cache-control': 'public, max-age=600',
          'cdn-cache-control': 'max-age=600',
          'vercel-cdn-cache-control': 'max-age=600',
          'surrogate-control': 'max-age=600',
        },
      });
    for (const path of ['/notes', '/']) {
      const { headers } = await ask(app, path, { cookie, handler });
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(headers.get('vary')).toMatch(/Authorization, Cookie/);
      expect([...headers.keys()].filter((name) => /cdn|surrogate/.test(name))).toEqual([]);
    }
  });

  test('can be one of the app’s own proxy function, which sees the user', async () => {
    const app = createApp();
    const cookie = cookieOf(await signIn(app));
    const json: ProxyHandler = (request, { auth }) =>
      Response.json({ userId: auth?.userId, cookie: request.cookies.get(tokenName)?.value.slice(0, 3) });
    const own = await ask(app, '/notes', { cookie, handler: json });
    expect(await own.json()).toEqual({ userId, cookie: 'eyJ' });
    expect(linesOf(own, tokenName)).toHaveLength(1);

    const redirected = await ask(app, '/notes', { cookie, handler: () => Response.redirect(`${origin}/new`) });
    expect([redirected.status, linesOf(redirected, tokenName).length]).toEqual([302, 1]);

    const rewritten = await ask(app, '/notes', {
      cookie,
      handler: (request) => NextResponse.rewrite(new URL('/x', request.url)),
    });
    expect(await pageUser(app, rewritten)).toBe(userId);

    const withHeaders: ProxyHandler = (request) => {
      const headers = new Headers(request.headers);
      headers.set('x-nonce', 'n');
      return NextResponse.next({ request: { headers } });
    };
    const extended = await ask(app, '/notes', { cookie, handler: withHeaders });
    expect([extended.headers.get('x-middleware-request-x-nonce'), await pageUser(app, extended)]).toEqual([
      'n',
      userId,
    ]);

    const ownCookies: ProxyHandler = () => NextResponse.next({ request: { headers: new Headers({ cookie }) } });
    const replaced = await ask(app, '/notes', { cookie, handler: ownCookies });
    expect(await pageUser(app, replaced)).toBe(userId);
    expect(pageCookies(replaced)).not.toContain(`; ${sessionName}=`);

    const none: ProxyHandler = () => NextResponse.next({ request: { headers: new Headers({ host: 'a' }) } });
    expect(pageCookies(await ask(app, '/notes', { cookie, handler: none }))).toBeUndefined();
  });

  test('[45] leaves the cookie of the browser alone if the new token has ended while the app’s own proxy function ran', async () => {
    const app = createApp();
    const cookie = cookieOf(await signIn(app));
    const handler: ProxyHandler = () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
      return undefined;
    };
    const response = await ask(app, '/notes', { cookie, handler });
    expect([passes(response), linesOf(response, tokenName)]).toEqual([true, []]);
  });

  test('does not undo a sign-out by the app’s own proxy function', async () => {
    const app = createApp();
    const cookie = cookieOf(await signIn(app));
    const handler: ProxyHandler = () =>
      NextResponse.next({ headers: { 'set-cookie': `${tokenName}=; Max-Age=0; Path=/; Secure` } });
    expect(linesOf(await ask(app, '/notes', { cookie, handler }), tokenName)).toEqual([
      `${tokenName}=; Max-Age=0; Path=/; Secure`,
    ]);
  });
});

/** An issuer with scripted responses. Its tokens and keys are the emulator's. */
async function scripted(answer: RequestListener) {
  const seen: { readonly url: string | undefined; readonly cookie: string | undefined; readonly names: string[] }[] =
    [];
  const server = createServer((req, res) => {
    seen.push({ url: req.url, cookie: req.headers.cookie, names: Object.keys(req.headers) });
    answer(req, res);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = createApp({ issuer: [url, emulator.issuer] });
  const jar = await signInAs('secret');
  seen.splice(0);
  return { app, seen, jar, cookie: cookieOf(jar) };
}

/** Gives the browser a session as the issuer route does. */
async function signInAs(session: string): Promise<Jar> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(session));
  return new Map([
    [sessionName, session],
    [markName, Buffer.from(hash).toString('hex')],
  ]);
}

const tokenAnswer = async (res: Parameters<RequestListener>[1], options: object = {}) =>
  void res.end(JSON.stringify({ accessToken: await emulator.token({ userId, ...options }) }));

describe('the issuer', () => {
  test('gets the session cookie and nothing else of the request', async () => {
    const { app, seen, cookie } = await scripted((_req, res) => void tokenAnswer(res));
    const headers = {
      ...navigation,
      'user-agent': 'Browser/1',
      'x-forwarded-for': '1.2.3.4',
      'x-api-key': 'k',
      referer: origin,
    };
    const response = await ask(app, '/notes?secret=1', { headers, cookie: `app=private; ${cookie}` });
    expect(passes(response)).toBe(true);
    expect(seen).toMatchObject([{ url: '/_torii/emulator/access-token', cookie: `${sessionName}=secret` }]);
    expect(seen[0]?.names).not.toEqual(expect.arrayContaining(['x-forwarded-for']));
    expect(JSON.stringify(seen)).not.toMatch(/private|x-api-key|referer|origin/);
    expect(seen[0]?.names).toContain('user-agent');
  });

  test('is asked once by concurrent requests of a session, and each gets the new token and the new session', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { app, seen, cookie } = await scripted(async (_req, res) => {
      await held;
      res.setHeader(
        'Set-Cookie',
        `${sessionName}=rotated; Path=/_torii; HttpOnly; Secure; Max-Age=60; Domain=torii.test`,
      );
      await tokenAnswer(res);
    });
    const asking = Array.from({ length: 20 }, () => ask(app, '/notes', { cookie }));
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    release();
    const responses = await Promise.all(asking);
    // A request that the browser sent before it got the new session, and that arrives late.
    responses.push(await ask(app, '/notes', { cookie }));
    for (const response of responses) {
      expect(passes(response)).toBe(true);
      const jar = store(new Map(), response);
      expect([jar.get(sessionName), jar.get(tokenName)?.slice(0, 3)]).toEqual(['rotated', 'eyJ']);
      expect(response.headers.getSetCookie().join()).not.toContain('Domain');
      expect(await signInAs('rotated')).toEqual(new Map([...jar].filter(([name]) => name !== tokenName)));
    }
    expect(seen).toHaveLength(1);
  });

  test('may clear an old session cookie when it sets a new one', async () => {
    const { app, cookie } = await scripted((_req, res) => {
      const lines = [
        '; Path=/; Max-Age=0',
        '"new"; Path=/env/_torii; Max-Age=60; HttpOnly',
        'last; Max-Age=60; HttpOnly',
      ];
      res.setHeader(
        'Set-Cookie',
        lines.map((line) => `${sessionName}=${line}`),
      );
      void tokenAnswer(res);
    });
    const jar = store(new Map(), await ask(app, '/notes', { cookie }));
    jar.delete(tokenName);
    expect(jar).toEqual(await signInAs('last'));
    const quoted = await signInAs('"new"');
    expect(passes(await ask(app, '/notes', { cookie: cookieOf(quoted) }))).toBe(true);
  });

  test('may give a token that just fits into a cookie, or just does not', async () => {
    const bagOf = (length: number) => ({ claims: { bag: 'x'.repeat(length) } });
    const room = 4096 - `${tokenName}=; Max-Age=299; Path=/; HttpOnly; SameSite=Lax; Secure`.length;
    const base = Math.floor(((room - (await emulator.token({ userId, ...bagOf(0) })).length) * 3) / 4);
    const outcomes = new Set<boolean>();
    for (let length = base - 4; length <= base + 4; length++) {
      const { app, cookie } = await scripted((_req, res) => void tokenAnswer(res, bagOf(length)));
      const response = await ask(app, '/notes', { cookie });
      expect(linesOf(response, tokenName).length).toBe(passes(response) ? 1 : 0);
      outcomes.add(passes(response));
    }
    expect(outcomes).toEqual(new Set([true, false]));
  });

  test('does not set the token cookie or a mark itself', async () => {
    const { app, cookie } = await scripted((_req, res) => {
      res.setHeader('Set-Cookie', [`${tokenName}=planted; Path=/; Secure`, `${markName}=planted; Path=/; Secure`]);
      void tokenAnswer(res);
    });
    expect(JSON.stringify([...(await ask(app, '/notes', { cookie })).headers])).not.toContain('planted');
  });

  const other = () => startEmulator();
  test.each<[string, RequestListener, string]>([
    [
      'a page',
      (_req, res) => void res.setHeader('Content-Type', 'text/html').end('<p>eyJ.eyJ.eyJ'),
      'issuer_unavailable',
    ],
    ['nothing', (_req, res) => void res.writeHead(204).end(), 'issuer_unavailable'],
    ['another answer', (_req, res) => void res.end('{"access_token":"eyJ"}'), 'issuer_unavailable'],
    ['null', (_req, res) => void res.end('null'), 'issuer_unavailable'],
    [
      'a token with a line break',
      (_req, res) => void res.end('{"accessToken":"a.b.c\\r\\nSet-Cookie: a=1"}'),
      'issuer_unavailable',
    ],
    [
      'a token with attributes',
      (_req, res) => void res.end('{"accessToken":"a.b.c; Domain=evil.test"}'),
      'issuer_unavailable',
    ],
    ['a redirect', (_req, res) => void res.writeHead(302, { location: emulator.issuer }).end(), 'issuer_unavailable'],
    [
      'a redirect that keeps the method',
      (_req, res) => void res.writeHead(307, { location: '/elsewhere' }).end(),
      'issuer_unavailable',
    ],
    ['404', (_req, res) => void res.writeHead(404).end(), 'issuer_unavailable'],
    ['429', (_req, res) => void res.writeHead(429, { 'retry-after': '1' }).end(), 'issuer_unavailable'],
    ['500', (_req, res) => void res.writeHead(500).end(), 'issuer_unavailable'],
    ['503', (_req, res) => void res.writeHead(503).end(), 'issuer_unavailable'],
    ['a huge body', (_req, res) => void res.end(`{"accessToken":"${'a'.repeat(200_000)}.b.c"}`), 'issuer_unavailable'],
    [
      'a huge body of unknown length',
      (_req, res) => {
        res.write(' '.repeat(100_000));
        res.end();
      },
      'issuer_unavailable',
    ],
    [
      'half a body',
      (_req, res) => {
        res.write('{"accessToken":"');
        setImmediate(() => res.destroy());
      },
      'issuer_unavailable',
    ],
    ['no response', (req) => void req.socket.destroy(), 'issuer_unavailable'],
    ['400', (_req, res) => void res.writeHead(400).end(), 'token_refused'],
    ['403', (_req, res) => void res.writeHead(403).end(), 'token_refused'],
    ['an expired token', (_req, res) => void tokenAnswer(res, { expiresInSeconds: -600 }), 'token_refused'],
    ['a token of a stranger', (_req, res) => void tokenAnswer(res, { signedBy: 'stranger' }), 'token_refused'],
    ['a token for a third party', (_req, res) => void tokenAnswer(res, { claims: { aud: 'other' } }), 'token_refused'],
    [
      'a token that fits into no cookie',
      (_req, res) => void tokenAnswer(res, { claims: { bag: 'x'.repeat(4000) } }),
      'token_refused',
    ],
    [
      'a token of another issuer',
      async (_req, res) => {
        await using issuer = await other();
        res.end(JSON.stringify({ accessToken: await issuer.token({ userId }) }));
      },
      'token_refused',
    ],
  ])('that answers with %s renews nothing, and nobody is signed out', async (_name, answer, why) => {
    const { app, jar, cookie, seen } = await scripted((req, res) => {
      res.setHeader('Set-Cookie', `${sessionName}=; Path=/_torii; Max-Age=0`);
      answer(req, res);
    });
    const response = await ask(app, '/notes', { cookie });
    expect(response.status).toBe(307);
    refused(response);
    expect(typesOf('renewal_failed')).toMatchObject([{ why }]);
    // One that is still good is kept, near its end too.
    const good = await emulator.token({ userId, expiresInSeconds: 300 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 290_000 });
    const kept = await ask(app, '/notes', { cookie: cookieOf(new Map([...jar, [tokenName, good]])) });
    expect([passes(kept), pageCookies(kept)?.includes(good), linesOf(kept, tokenName)]).toEqual([true, true, []]);
    if (why === 'issuer_unavailable') expect(response.headers.getSetCookie()).toEqual([]);
    expect(seen.every(({ url }) => url === '/_torii/emulator/access-token')).toBe(true);
    // [16] [35]
    expect(inspect(events, { depth: 9, showHidden: true })).not.toMatch(/eyJ|secret/);
  });

  test('that does not respond delays a page load by three seconds at most', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    const { app, cookie, seen } = await scripted(() => {});
    const asking = Promise.all([ask(app, '/notes', { cookie }), ask(app, '/notes', { cookie })]);
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await asking).map(({ status }) => status)).toEqual([307, 307]);
    expect(typesOf('renewal_failed')).toMatchObject([
      { why: 'issuer_unavailable', problem: 'no response within 3000 ms' },
    ]);
  });

  test('that is down is asked once, then rarely, and again when time has passed', async () => {
    let isDown = true;
    const { app, cookie, seen } = await scripted((_req, res) => {
      if (isDown) res.writeHead(503).end();
      else void tokenAnswer(res);
    });
    const sessions = await Promise.all(Array.from({ length: 30 }, (_, index) => signInAs(`s${index}`)));
    await ask(app, '/notes', { cookie });
    for (const jar of sessions) expect((await ask(app, '/notes', { cookie: cookieOf(jar) })).status).toBe(307);
    expect(seen).toHaveLength(1);
    isDown = false;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_500 });
    const all = await Promise.all(sessions.map((jar) => ask(app, '/notes', { cookie: cookieOf(jar) })));
    // One request tries whether the issuer is back.
    expect([all.filter(passes).length, seen.length]).toEqual([1, 2]);
    for (const jar of sessions) expect(passes(await ask(app, '/notes', { cookie: cookieOf(jar) }))).toBe(true);
  });

  test('[36] is asked by a bounded number of requests at a time, whatever the session cookies', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { app, seen } = await scripted(async (_req, res) => {
      await held;
      res.writeHead(401).end();
    });
    const jars = await Promise.all(Array.from({ length: 200 }, (_, index) => signInAs(`made-up-${index}`)));
    const asking = jars.map((jar) => ask(app, '/notes', { cookie: cookieOf(jar) }));
    await vi.waitFor(() => expect(seen).toHaveLength(50));
    release();
    for (const response of await Promise.all(asking)) expect(response.status).toBe(307);
    expect(seen).toHaveLength(50);
  });

  test('[12] [34] whose keys cannot be fetched signs nobody out', async () => {
    await using issuer = await startEmulator({ allowedOrigins: [origin] });
    await issuer.createUser(login);
    const app = createApp({ issuer: issuer.issuer });
    const jar = await signIn(app);
    issuer.fail('keys');
    const response = await ask(app, '/notes', { cookie: cookieOf(jar) });
    refused(response);
    expect(typesOf('renewal_failed')).toMatchObject([{ why: 'issuer_unavailable' }]);
  });
});

describe('with other addresses', () => {
  const askAt = (app: App, path: string, cookie: string, nextConfig: object) => {
    const headers = { host: 'app.test', ...navigation, cookie };
    return app.proxy()(new NextRequest(`${origin}${path}`, { headers, nextConfig }), {} as NextFetchEvent);
  };

  test('a `basePath` and a language do not change which paths are renewed', async () => {
    const app = createApp({ signInPath: '/sign-in' });
    const cookie = cookieOf(await signIn(app));
    const nextConfig = {
      basePath: '/shop',
      trailingSlash: true,
      i18n: { locales: ['en', 'da'], defaultLocale: 'en' },
    };
    for (const path of ['/shop/notes/', '/shop/da/notes/', '/shop/']) {
      const response = await askAt(app, path, cookie, nextConfig);
      expect([path, passes(response), linesOf(response, tokenName).length]).toEqual([path, true, 1]);
    }
    for (const path of ['/shop/sign-in/', '/shop/da/sign-in/', '/shop/api/torii/token/', '/shop/_torii/client/']) {
      refused(await askAt(app, path, cookie, nextConfig));
    }
  });

  test('an environment below a path of the issuer is asked at its own path', async () => {
    await using issuer = await startEmulator({ allowedOrigins: [origin], environments: [{ name: 'acme' }] });
    const acme = issuer.environment('acme');
    const { id } = await acme.createUser(login);
    const app = createApp({ issuer: acme.issuer });
    const jar = await signIn(app);
    const response = await ask(app, '/notes', { cookie: cookieOf(jar) });
    expect([passes(response), await pageUser(app, response)]).toEqual([true, id]);
    // Another environment of the same issuer knows no such session.
    const other = createApp({ issuer: issuer.issuer });
    refused(await ask(other, '/notes', { cookie: cookieOf(jar) }));
  });
});

test('a plain Request, as in a unit test, is renewed too', async () => {
  const app = createApp();
  const headers = { host: 'app.test', ...navigation, cookie: cookieOf(await signIn(app)) };
  const request = new Request(`${origin}/notes`, { headers }) as unknown as NextRequest;
  const response = await app.proxy()(request, {} as NextFetchEvent);
  expect(await pageUser(app, response)).toBe(userId);
});

test('[7] a token from the future is not stored, and Torii is not asked for another at once', async () => {
  await using issuer = await startEmulator({ allowedOrigins: [origin] });
  await issuer.createUser(login);
  issuer.advance(3_600);
  const app = createApp({ issuer: issuer.issuer });
  const cookie = cookieOf(await signIn(app));
  const before = issuer.requests.session;
  for (let count = 0; count < 5; count++) {
    const response = await ask(app, '/notes', { cookie });
    refused(response);
    expect(response.status).toBe(307);
  }
  expect(issuer.requests.session).toBe(before + 1);
  expect(typesOf('renewal_failed')).toMatchObject([{ why: 'token_refused' }]);
});

test('over http in development the cookies have no prefix, and renewal works', async () => {
  const app = createApp({ origins: ['http://127.0.0.1:3000'] });
  const jar = await signIn(app);
  expect([...jar.keys()]).toContain(`torii_issuer.${sessionName}`);
  const response = await ask(app, '/notes', { cookie: cookieOf(jar) });
  expect([passes(response), linesOf(response, 'torii_token').length]).toEqual([true, 1]);
});

test('the option is `renewInProxy` of @torii/next/renewal, or false, and the error says so', () => {
  for (const wrong of [undefined, null, 'yes', true, 1, () => {}, Object.create({ startRenewal() {} })]) {
    expect(() => createApp({ renewInProxy: wrong as false })).toThrow(
      expect.objectContaining({
        name: 'ToriiConfigError',
        option: 'renewInProxy',
        message: expect.stringContaining("Write import { renewInProxy } from '@torii/next/renewal'"),
      }),
    );
  }
});
