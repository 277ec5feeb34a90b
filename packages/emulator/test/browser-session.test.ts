import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSession } from '../src/browser/session.ts';
import type { Emulator } from '../src/index.ts';
import { appOrigin, send, signInWithForm, startWithUser } from './browser.ts';

const issuer = 'http://issuer.example';
let answers: (() => Response | Promise<Response>)[];
let asked: string[];

// The network is mocked here. The browser tests use a real one.
beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  asked = [];
  vi.stubGlobal('fetch', async (url: string, { method, credentials }: RequestInit) => {
    asked.push(`${method} ${url} ${credentials}`);
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

test('renews a token with a short lifetime after half of it', async () => {
  answers = [token('first', 10), token('second', 10)];
  const session = createSession({ issuer });
  await session.getToken();
  vi.advanceTimersByTime(4_999);
  expect(await session.getToken()).toBe('first');
  vi.advanceTimersByTime(1);
  expect(await session.getToken()).toBe('second');
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
  let arrive: (response: Response) => void = () => {};
  const late = new Promise<Response>((resolve) => {
    arrive = resolve;
  });
  answers = [() => late, status(204), status(401)];
  const session = createSession({ issuer });
  const token = session.getToken();
  await session.signOut();
  arrive(Response.json({ accessToken: 'first', expiresInSeconds: 300 }));
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
