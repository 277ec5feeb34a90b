import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSession } from '../src/browser/session.ts';
import type { Emulator } from '../src/index.ts';
import { appOrigin, send, signInWithForm, startWithUser } from './browser.ts';

const issuer = 'http://issuer.example';
let answers: (() => Response | Promise<Response>)[];
let asked: string[];
let sentKeys: unknown[];

// The network is mocked here. The browser tests use a real one.
beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  asked = [];
  sentKeys = [];
  vi.stubGlobal('fetch', async (url: string, { method, credentials, headers }: RequestInit) => {
    asked.push(`${method} ${url} ${credentials}`);
    sentKeys.push(headers);
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('fetch failed');
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const token =
  (accessToken: string, expiresInSeconds = 300) =>
  () =>
    Response.json({ accessToken, expiresInSeconds });
const status = (code: number) => () => new Response(null, { status: code });
const askForToken = `POST ${issuer}/_torii/emulator/access-token include`;

test('requests a token with the cookie, and caches it until shortly before it expires', async () => {
  answers = [token('first'), token('second')];
  const session = createSession({ issuer: `${issuer}/` });
  expect(await session.getToken()).toBe('first');
  vi.advanceTimersByTime(269_999);
  expect(await session.getToken()).toBe('first');
  vi.advanceTimersByTime(1);
  expect(await session.getToken()).toBe('second');
  expect(asked).toEqual([askForToken, askForToken]);
});

test('renews a token at once if it must not come from the cache, and never falls back to the cached one', async () => {
  answers = [token('first'), token('second'), status(503), status(401)];
  const session = createSession({ issuer });
  expect(await session.getToken()).toBe('first');
  expect(await session.getToken({ skipCache: true })).toBe('second');
  expect(await session.getToken({ skipCache: false })).toBe('second');
  await expect(session.getToken({ skipCache: true })).rejects.toThrow();
  expect(await session.getToken({ skipCache: true })).toBeNull();
});

test('renews a token with a short lifetime after half of it', async () => {
  answers = [token('first', 10), token('second', 10)];
  const session = createSession({ issuer });
  await session.getToken();
  vi.advanceTimersByTime(4_999);
  expect(await session.getToken()).toBe('first');
  vi.advanceTimersByTime(1);
  expect(await session.getToken()).toBe('second');
});

// An unread body keeps the request running in the browser, until its time limit.
test.each([
  ['no token', 401, 'getToken'],
  ['an error', 503, 'getState'],
  ['a refused sign-out', 503, 'signOut'],
  ['a sign-out', 200, 'signOut'],
] as const)('leaves no body unread: %s', async (_name, code, method) => {
  const response = Response.json({ error: {} }, { status: code });
  answers = [() => response];
  await createSession({ issuer })
    [method]()
    .catch(() => {});
  expect(response.bodyUsed).toBe(true);
});

test('concurrent calls share one request', async () => {
  answers = [token('first')];
  const session = createSession({ issuer });
  expect(await Promise.all(Array.from({ length: 50 }, () => session.getToken()))).toEqual(Array(50).fill('first'));
  expect(asked).toHaveLength(1);
});

test('returns null if the user is signed out, and tries again on the next call', async () => {
  answers = [status(401), token('first')];
  const session = createSession({ issuer });
  expect(await session.getToken()).toBeNull();
  expect(await session.getToken()).toBe('first');
});

test('returns null after the session has ended', async () => {
  answers = [token('first'), status(401)];
  const session = createSession({ issuer });
  await session.getToken();
  vi.advanceTimersByTime(270_000);
  expect(await session.getToken()).toBeNull();
});

test.each([
  ['an unreachable issuer', () => Promise.reject(new TypeError('fetch failed'))],
  ['an issuer that responds with 503', status(503)],
  ['a response that is not from an issuer', () => Response.json({ hello: 'world' })],
])('keeps returning the cached token during %s, and throws after the token has expired', async (_name, failure) => {
  answers = [token('first'), failure, failure, token('second')];
  const session = createSession({ issuer });
  await session.getToken();
  vi.advanceTimersByTime(299_999);
  expect(await session.getToken()).toBe('first');
  vi.advanceTimersByTime(1);
  await expect(session.getToken()).rejects.toBeInstanceOf(Error);
  expect(await session.getToken()).toBe('second');
});

test('drops the token on sign-out', async () => {
  answers = [token('first'), status(204), status(401)];
  const session = createSession({ issuer });
  await session.getToken();
  await session.signOut();
  expect(await session.getToken()).toBeNull();
  expect(asked[1]).toBe(`POST ${issuer}/_torii/auth/logout include`);
});

test('a renewal in flight does not store its token after a sign-out', async () => {
  const { answer, arrive } = late();
  answers = [answer, status(204), status(401)];
  const session = createSession({ issuer });
  const token = session.getToken();
  await session.signOut();
  arrive(tokenAnswer('first'));
  expect(await token).toBeNull();
  expect(await session.getToken()).toBeNull();
});

test('throws if the sign-out failed, and keeps the session', async () => {
  answers = [token('first'), status(503)];
  const session = createSession({ issuer });
  await session.getToken();
  await expect(session.signOut()).rejects.toThrow('503');
  expect(await session.getToken()).toBe('first');
});

/** An answer that arrives when the test says so. */
function late(): { readonly answer: () => Promise<Response>; arrive(response: Response): void } {
  let arrive: (response: Response) => void = () => {};
  const response = new Promise<Response>((resolve) => {
    arrive = resolve;
  });
  return { answer: () => response, arrive: (given) => arrive(given) };
}

const tokenAnswer = (accessToken: string) => Response.json({ accessToken, expiresInSeconds: 300 });

test('a switch replaces the token that is held', async () => {
  answers = [token('first'), token('of acme')];
  const session = createSession({ issuer });
  await session.getToken();
  expect(await session.switchOrganization('a/b?c')).toBe('of acme');
  expect(await session.getToken()).toBe('of acme');
  expect(asked[1]).toBe(`POST ${issuer}/_torii/organizations/a%2Fb%3Fc/switch include`);
});

test('a switch that is refused keeps the token that is held', async () => {
  answers = [token('first'), status(404)];
  const session = createSession({ issuer });
  await session.getToken();
  await expect(session.switchOrganization('acme')).rejects.toThrow('404');
  expect(await session.getToken()).toBe('first');
});

test('a renewal in flight does not bring back the token from before a switch', async () => {
  const renewal = late();
  answers = [renewal.answer, token('of acme')];
  const session = createSession({ issuer });
  const waiting = session.getToken();
  await session.switchOrganization('acme');
  renewal.arrive(tokenAnswer('first'));
  expect([await waiting, await session.getToken()]).toEqual(['of acme', 'of acme']);
});

test('a switch in flight does not store its token after a sign-out', async () => {
  const change = late();
  answers = [change.answer, status(204), status(401)];
  const session = createSession({ issuer });
  const switching = session.switchOrganization('acme');
  const signingOut = session.signOut();
  change.arrive(tokenAnswer('of acme'));
  await switching;
  await signingOut;
  expect(await session.getToken()).toBeNull();
});

test('of two switches, the later one counts', async () => {
  const first = late();
  answers = [first.answer, token('of globex')];
  const session = createSession({ issuer });
  const switches = [session.switchOrganization('acme'), session.switchOrganization('globex')];
  first.arrive(tokenAnswer('of acme'));
  expect(await Promise.all(switches)).toEqual(['of acme', 'of globex']);
  expect(await session.getToken()).toBe('of globex');
});

test('tells who is signed in', async () => {
  const state = { authenticated: false, user: null, session: null, organizations: [] };
  answers = [
    () => Response.json(state),
    () => Response.json({ hello: 'world' }),
    status(503),
    () => Response.json(null),
  ];
  const session = createSession({ issuer });
  expect(await session.getState()).toEqual(state);
  expect(asked).toEqual([`GET ${issuer}/_torii/client include`]);
  for (let count = 0; count < 4; count++) await expect(session.getState()).rejects.toBeInstanceOf(Error);
});

test('sends the publishable key with every request, or no such header if there is no key', async () => {
  answers = [token('first'), token('second'), status(204), token('third')];
  const session = createSession({ issuer, publishableKey: 'pk_test_acme' });
  await session.getToken();
  await session.switchOrganization('acme');
  await session.signOut();
  await createSession({ issuer }).getToken();
  const key = { 'X-API-Key': 'pk_test_acme' };
  expect(sentKeys).toEqual([key, key, key, {}]);
  expect(() => createSession({ issuer, publishableKey: null as never })).toThrow(TypeError);
});

test('navigates to the sign-in page with this page as return URL', () => {
  const assign = vi.fn();
  vi.stubGlobal('location', { href: `${appOrigin}/notes?page=2#top`, assign });
  createSession({ issuer }).signIn();
  expect(assign).toHaveBeenCalledWith(
    `${issuer}/_torii/emulator/sign-in?return_to=http%3A%2F%2F127.0.0.1%3A4000%2Fnotes%3Fpage%3D2%23top`,
  );
});

test('uses the page’s own origin if the issuer is empty', async () => {
  answers = [token('first')];
  await createSession({ issuer: '' }).getToken();
  expect(asked).toEqual(['POST /_torii/emulator/access-token include']);
});

test('refuses a missing issuer', () => {
  expect(() => createSession({ issuer: undefined as never })).toThrow(TypeError);
});

test('the emulator serves the module, and the served module works', async () => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  const { torii } = await startWithUser();
  try {
    const [session, ...names] = await Promise.all([
      readScript(torii, '/_torii/browser/session.js'),
      readScript(torii, '/_torii/provisional-paths.js'),
      readScript(torii, '/_torii/published-paths.js'),
    ]);
    expect(session).toContain("from '../provisional-paths.js';");
    expect(session).toContain("from '../published-paths.js';");
    const whole = names.join('') + session.replace(/^import .*$/gm, '');
    const { createSession } = await import(`data:text/javascript,${encodeURIComponent(whole)}`);
    const cookie = await signInWithForm(torii);
    const real = fetch;
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => real(url, { ...init, headers: { cookie } }));
    expect(await createSession({ issuer: torii.issuer }).getToken()).toMatch(/^eyJ/);
  } finally {
    vi.unstubAllGlobals();
    await torii.stop();
  }
});

async function readScript(torii: Emulator, path: string): Promise<string> {
  const response = await send(torii, path, { headers: { origin: appOrigin } });
  expect([response.headers.get('content-type'), response.headers.get('access-control-allow-origin')]).toEqual([
    'text/javascript; charset=utf-8',
    appOrigin,
  ]);
  return response.text();
}
