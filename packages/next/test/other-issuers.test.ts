import { anyVerifier, createVerifier, type Verifier, type VerifierEvent } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';
import { type Emulator, startEmulator } from '@torii/emulator';
import { type NextFetchEvent, NextRequest } from 'next/server.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createToriiNext, type ToriiNextOptions } from '../src/index.ts';
import { createToriiProxy } from '../src/server/proxy/proxy.ts';
import { type App, createApp } from './create-app.ts';

// Replaces Next's `headers()`, which fails outside of Next.
let requestHeaders: Headers;
vi.mock('next/headers.js', () => ({ headers: async () => requestHeaders }));

let emulator: Emulator;
let provider: Emulator;
let stranger: Emulator;
let ada: string;
let bob: string;
let options: ToriiNextOptions;
beforeAll(async () => {
  [emulator, provider, stranger] = await Promise.all([startEmulator(), startEmulator(), startEmulator()]);
  ada = await emulator.token({ userId: 'ada' });
  bob = await provider.token({ userId: 'bob' });
  options = {
    issuer: emulator.issuer,
    signInPath: '/sign-in',
    origins: ['https://app.test'],
    publicPaths: ['/docs'],
    publishableKey: 'pk_test_1',
    verifier: (torii) => anyVerifier([torii, providerVerifier()]),
  };
});
afterAll(() => Promise.all([emulator, provider, stranger].map((each) => each.stop())));

function providerVerifier(changes: object = {}): Verifier {
  return createJwtVerifier({
    issuer: provider.issuer,
    jwks: `${provider.issuer}/_torii/.well-known/jwks.json`,
    algorithms: ['ES256'],
    cookie: '__session',
    origins: ['https://app.test'],
    ...changes,
  });
}

const own = (token: string) => `__Host-torii_token=${token}`;
const theirs = (token: string) => `__session=${token}`;
const context = { params: Promise.resolve({}) };

interface Asked {
  readonly headers: Record<string, string>;
  readonly method?: string;
}

/** What each helper says about a request: the user, or `null`. */
async function askAll(app: App, { headers, method = 'GET' }: Asked) {
  const sent = { host: 'app.test', ...headers };
  const request = () => new NextRequest('http://127.0.0.1:3000/notes', { method, headers: sent });
  requestHeaders = new Headers(sent);
  const route = app.withAuth((_request, { auth }) => Response.json(auth.userId));
  const answer = await route(request(), context);
  const passed = (await app.proxy()(request(), {} as NextFetchEvent)).headers.has('x-middleware-next');
  return {
    route: answer.status === 200 ? await answer.json() : null,
    checked: (await app.fromRequest({ method, headers: sent })).auth?.userId ?? null,
    token: await app.getToken({ request: { method, headers: sent } }),
    // A page is only rendered for GET, and `auth()` cannot see the method.
    ...(method === 'GET' && { page: (await app.auth())?.userId ?? null }),
    passed,
  };
}

const everywhere = (userId: string, token: string) => ({
  route: userId,
  checked: userId,
  token,
  page: userId,
  passed: true,
});
const nowhere = { route: null, checked: null, token: null, page: null, passed: false };

describe('with the option `verifier`', () => {
  test('every helper and the proxy accept the tokens of both issuers', async () => {
    const app = createApp(options);
    expect(await askAll(app, { headers: { authorization: `Bearer ${ada}` } })).toEqual(everywhere('ada', ada));
    expect(await askAll(app, { headers: { authorization: `Bearer ${bob}` } })).toEqual(everywhere('bob', bob));
    expect(await askAll(app, { headers: { cookie: own(ada) } })).toEqual(everywhere('ada', ada));
    expect(await askAll(app, { headers: { cookie: theirs(bob) } })).toEqual(everywhere('bob', bob));
    expect(await askAll(app, { headers: { cookie: `${theirs(bob)}; ${own(ada)}` } })).toEqual(everywhere('ada', ada));
  });

  test.each<[string, () => Asked | Promise<Asked>]>([
    ['of a third issuer', async () => ({ headers: { authorization: `Bearer ${await stranger.token()}` } })],
    ['of Torii in the cookie of the other issuer', () => ({ headers: { cookie: theirs(ada) } })],
    ['of the other issuer in the cookie of Torii', () => ({ headers: { cookie: own(bob) } })],
    [
      '[14] in a good cookie, beside a bad header',
      () => ({ headers: { cookie: theirs(bob), authorization: 'Bearer a.b.c' } }),
    ],
    [
      '[14] in a good cookie, beside a bad cookie of Torii',
      () => ({ headers: { cookie: `${theirs(bob)}; ${own('a.b.c')}` } }),
    ],
    [
      'that the other issuer signed as Torii',
      async () => ({
        headers: { authorization: `Bearer ${await provider.token({ issuer: emulator.issuer })}` },
      }),
    ],
  ])('[6] every helper and the proxy refuse a token %s', async (_name, asked) => {
    expect(await askAll(createApp(options), await asked())).toEqual(nowhere);
  });

  test.each(['https://evil.test', 'null', undefined])(
    '[14] a cookie of either is refused for a POST from %s',
    async (origin) => {
      const { page: _, ...none } = nowhere;
      for (const cookie of [own(ada), theirs(bob)]) {
        const headers = { cookie, ...(origin !== undefined && { origin }) };
        expect(await askAll(createApp(options), { method: 'POST', headers })).toEqual(none);
      }
    },
  );

  test('a cookie of the other issuer counts only from the origins that its verifier names', async () => {
    const app = createApp({
      ...options,
      verifier: (torii) => anyVerifier([torii, providerVerifier({ origins: ['https://b.test'] })]),
    });
    const post = (cookie: string, origin: string) => askAll(app, { method: 'POST', headers: { cookie, origin } });
    expect(await post(own(ada), 'https://app.test')).toMatchObject({ route: 'ada', passed: true });
    expect(await post(theirs(bob), 'https://b.test')).toMatchObject({ route: 'bob', passed: true });
    expect(await post(theirs(bob), 'https://app.test')).toMatchObject({ route: null, passed: false });
    expect(await post(own(ada), 'https://b.test')).toMatchObject({ route: null, passed: false });
  });

  test('the checks of the other verifier run in the proxy too', async () => {
    const app = createApp({
      ...options,
      verifier: (torii) => anyVerifier([torii, providerVerifier({ checks: [() => false] })]),
    });
    const { proxy } = app;
    const request = (token: string) =>
      new NextRequest('http://127.0.0.1:3000/notes', {
        headers: { host: 'app.test', authorization: `Bearer ${token}` },
      });
    expect((await proxy()(request(bob), {} as NextFetchEvent)).status).toBe(403);
    expect((await proxy()(request(ada), {} as NextFetchEvent)).status).toBe(200);
  });

  test('public paths stay those of the proxy', async () => {
    const request = (path: string) =>
      new NextRequest(`http://127.0.0.1:3000${path}`, { headers: { host: 'app.test' } });
    const proxy = createToriiProxy(options);
    expect((await proxy(request('/docs'), {} as NextFetchEvent)).headers.has('x-middleware-next')).toBe(true);
    expect((await proxy(request('/notes'), {} as NextFetchEvent)).status).toBe(401);
  });

  test('the token route stores no token of the other issuer', async () => {
    const { tokenRoutes } = createToriiNext(options);
    const post = (token: string) =>
      tokenRoutes.POST(
        new NextRequest('http://127.0.0.1:3000/api/torii/token', {
          method: 'POST',
          headers: { host: 'app.test', origin: 'https://app.test', authorization: `Bearer ${token}` },
        }),
      );
    const refused = await post(bob);
    expect([refused.status, refused.headers.has('set-cookie')]).toEqual([401, false]);
    expect((await post(ada)).headers.get('set-cookie')).toContain('__Host-torii_token=');
  });

  test('a token of the other issuer is not sent to Torii for a template', async () => {
    requestHeaders = new Headers({ host: 'app.test', authorization: `Bearer ${bob}` });
    const fetching = vi.spyOn(globalThis, 'fetch');
    const { getToken } = createToriiNext(options);
    await getToken();
    fetching.mockClear();
    await expect(getToken({ template: 'chat' })).rejects.toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option: 'template' }),
    );
    expect(fetching).not.toHaveBeenCalled();
    fetching.mockRestore();
  });

  test('`observe` of the list reports about the helpers', async () => {
    const events: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent): void => {
      if (event.type === 'disagreed') events.push(event);
    };
    const torii = createToriiNext({
      ...options,
      verifier: (own) => anyVerifier([own], { observe: providerVerifier(), onEvent }),
    });
    requestHeaders = new Headers({ host: 'app.test', authorization: `Bearer ${bob}` });
    expect(await torii.auth()).toBeNull();
    await vi.waitFor(() =>
      expect(events).toMatchObject([
        { decided: { outcome: 'refused', reason: 'issuer_refused' }, observed: { outcome: 'accepted', userId: 'bob' } },
      ]),
    );
  });

  test.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['a list itself', () => anyVerifier([providerVerifier()])],
    ['a function that returns nothing', () => () => {}],
    ['a function that returns a single verifier', () => () => providerVerifier()],
    ['a function that returns its argument', () => (torii: Verifier) => torii],
    ['a function that returns a promise', () => async (torii: Verifier) => anyVerifier([torii])],
    ['a list without its argument', () => () => anyVerifier([providerVerifier()])],
    ['a list with another verifier of Torii', () => () => anyVerifier([createVerifier({ issuer: emulator.issuer })])],
    ['public paths', () => (torii: Verifier) => anyVerifier([torii], { publicPaths: ['/'] })],
    ['preflights', () => (torii: Verifier) => anyVerifier([torii], { allowPreflight: true })],
  ])('%s is a config error', (_name, make) => {
    const given = { ...options, verifier: make() } as ToriiNextOptions;
    for (const create of [createToriiNext, createToriiProxy]) {
      expect(() => create(given)).toThrow(
        expect.objectContaining({
          name: 'ToriiConfigError',
          option: 'verifier',
          message: expect.stringContaining('anyVerifier'),
        }),
      );
    }
  });

  test('an error of the function is thrown as it is', () => {
    const verifier = (torii: Verifier) => anyVerifier([torii, createVerifier({ issuer: emulator.issuer })]);
    expect(() => createToriiNext({ ...options, verifier: verifier as never })).toThrow(/two verifiers/);
  });
});
