import type { Auth } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server.js';
import { createElement, Suspense, use } from 'react';
import { renderToReadableStream } from 'react-dom/server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createToriiNext, type Protect, type ToriiNextOptions } from '../src/index.ts';

// Replaces Next's `headers()`, which fails outside of Next. The fixture app tests the real one.
let requestHeaders: Headers;
vi.mock('next/headers.js', () => ({ headers: async () => requestHeaders }));

let emulator: Emulator;
let token: string;
beforeAll(async () => {
  emulator = await startEmulator();
  token = await emulator.token({ userId: 'ada' });
});
afterAll(() => emulator.stop());

function make(headers: Record<string, string>, options: Partial<ToriiNextOptions> = {}) {
  requestHeaders = new Headers({ host: 'app.test', ...headers });
  const origins = ['https://app.test'];
  return createToriiNext({ issuer: emulator.issuer, signInPath: '/sign-in', origins, ...options });
}

const redirectOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: { digest?: string }) => error.digest?.split(';')[2],
  );

test.each([
  ['too long', `/notes/${'a'.repeat(3000)}`],
  ['with a backslash', '/notes/\\evil.test'],
  ['that leads away', '/notes/..//evil.test'],
  ['with two slashes, where a parameter is empty', '//notes'],
])('a return address %s, as route parameters can make it, causes no error', async (_name, returnTo) => {
  const signedIn = make({ authorization: `Bearer ${token}` });
  expect((await signedIn.protect({ returnTo })).userId).toBe('ada');
  // [20]
  expect(await redirectOf(make({}).protect({ returnTo }))).toBe('/sign-in');
});

test('the sign-in page gets the address that the page passed', async () => {
  expect(await redirectOf(make({}).protect({ returnTo: '/notes/1' }))).toBe('/sign-in?return_to=%2Fnotes%2F1');
});

test.each<[string, readonly unknown[]]>([
  ['a check inside the options, where it would never run', [{ returnTo: '/notes', check: () => false }]],
  ['checks in a list', [[() => false]]],
  ['options that are inherited', [Object.create({ returnTo: '/notes' })]],
  ['no return address', [{}]],
  ['a return address that is not set', [{ returnTo: undefined }]],
  ['a return address of another site', [{ returnTo: 'https://evil.test/' }]],
  ['a return address that is not a path', [{ returnTo: 'notes' }]],
  ['undefined instead of a check', [{ returnTo: '/notes' }, undefined]],
])('[9] [27] refuses %s, even for a signed-in user', async (_name, given) => {
  const { protect } = make({ authorization: `Bearer ${token}` });
  const call = Reflect.apply(protect as Protect, undefined, [...given]) as Promise<unknown>;
  await expect(call).rejects.toThrow(expect.objectContaining({ name: 'ToriiConfigError' }));
});

test('[40] every helper refuses a revoked token, and answers 503 while it is unknown what was revoked', async () => {
  const { issuer, environmentId } = emulator;
  const headers = { authorization: `Bearer ${token}` };
  let verdict: 'accepted' | 'revoked' | 'unavailable' = 'accepted';
  const torii = make(headers, {
    revocations: { issuer, environmentId, maxTokenSeconds: 3600, check: () => verdict },
  });
  const route = torii.withAuth(() => Response.json('called'));
  const call = (method: string) =>
    new NextRequest('https://app.test/', { method, headers: { ...headers, origin: 'https://app.test' } });
  const reasonsOf = async () => {
    const answers = [
      await route(call('GET'), { params: Promise.resolve({}) }),
      await torii.tokenRoutes.POST(call('POST')),
    ];
    return Promise.all(answers.map(async (answer) => [answer.status, (await answer.json()).error?.reason]));
  };

  expect([await torii.auth(), await torii.protect()]).toMatchObject([{ userId: 'ada' }, { userId: 'ada' }]);
  expect(await reasonsOf()).toEqual([[200], [200]].map(([status]) => [status, undefined]));

  verdict = 'revoked';
  expect(await torii.auth()).toBeNull();
  expect(await redirectOf(torii.protect({ returnTo: '/notes' }))).toBe('/sign-in?return_to=%2Fnotes');
  expect((await torii.fromRequest({ method: 'GET', headers })).denial).toMatchObject({ status: 401 });
  const revoked = [401, 'token_revoked'];
  expect(await reasonsOf()).toEqual([revoked, revoked]);

  verdict = 'unavailable';
  for (const refused of [torii.auth(), torii.protect()])
    await expect(refused).rejects.toMatchObject({
      reason: 'revocations_unavailable',
      digest: 'torii.revocations_unavailable',
    });
  const unavailable = [503, 'revocations_unavailable'];
  expect(await reasonsOf()).toEqual([unavailable, unavailable]);
});

test('[20] a request without headers fails, because Next would store the response for everyone', async () => {
  const { auth, protect, withAuth } = make({});
  requestHeaders = new Headers();
  const wrong = { name: 'ToriiConfigError', option: 'dynamic' };
  for (const call of [auth, () => protect()]) await expect(call()).rejects.toMatchObject(wrong);
  const handler = vi.fn(() => new Response());
  const request = new Request('https://app.test/') as Parameters<ReturnType<typeof withAuth>>[0];
  await expect(withAuth(handler)(request, { params: Promise.resolve({}) })).rejects.toMatchObject(wrong);
  expect(handler).not.toHaveBeenCalled();
});

test('[33] a promise of auth, protect or fromRequest throws if a field is read without await', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const saysAwait = expect.objectContaining({ name: 'ToriiConfigError', option: 'await' });
  for (const headers of [{ authorization: `Bearer ${token}` }, {}]) {
    const torii = make(headers);
    for (const field of ['userId', 'organization', 'impersonating', 'raw']) {
      expect(() => Reflect.get(torii.auth(), field)).toThrow(saysAwait);
      expect(() => Reflect.get(torii.protect(), field)).toThrow(saysAwait);
    }
    for (const field of ['auth', 'denial']) {
      expect(() => Reflect.get(torii.fromRequest({ headers }), field)).toThrow(saysAwait);
    }
  }
  expect((await make({ authorization: `Bearer ${token}` }).auth())?.userId).toBe('ada');
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

function UserId({ signedIn }: { readonly signedIn: Promise<Auth | null> }) {
  return createElement('p', null, use(signedIn)?.userId);
}

test("[33] React's use takes the promise of auth", async () => {
  const signedIn = make({ authorization: `Bearer ${token}` }).auth();
  const stream = await renderToReadableStream(createElement(Suspense, null, createElement(UserId, { signedIn })));
  expect(await new Response(stream).text()).toContain('<p>ada</p>');
});

test.each([[undefined], [null], [true], ['planted'], [{}], [{ status: 200 }], [[new Response()]]])(
  'a handler of withAuth that returns %j fails with an error that names withAuth',
  async (returned) => {
    const { withAuth } = make({});
    const handler = withAuth((() => returned) as never);
    const headers = { authorization: `Bearer ${token}`, host: 'app.test' };
    const request = new Request('https://app.test/', { headers }) as Parameters<typeof handler>[0];
    const failure: unknown = await handler(request, { params: Promise.resolve({}) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ToriiConfigError', option: 'withAuth' });
    expect(String(failure)).not.toContain('planted');
  },
);

test('[33] the promise of a route handler throws if its status is read without await', async () => {
  const handler = make({}).withAuth(() => new Response());
  const request = new Request('https://app.test/', { headers: { host: 'app.test' } }) as Parameters<typeof handler>[0];
  const answering = handler(request, { params: Promise.resolve({}) });
  for (const field of ['status', 'ok', 'headers', 'body']) {
    expect(() => Reflect.get(answering, field)).toThrow(expect.objectContaining({ option: 'await' }));
  }
  expect((await answering).status).toBe(401);
});

test("[12] Next's cache is bypassed for an app's own fetch too", async () => {
  const sent: Headers[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    sent.push(new Headers(init?.headers));
    return globalThis.fetch(input, init);
  };
  const options = { issuer: emulator.issuer, signInPath: '/sign-in', origins: ['https://app.test'], fetch };
  const { auth } = await createToriiNext(options).fromRequest({ headers: { authorization: `Bearer ${token}` } });
  expect([auth?.userId, sent.map((headers) => headers.has('x-request-id'))]).toEqual(['ada', [true]]);
});

test("[14] checks see the Host header, and it does not make a page the app's own", async () => {
  const cookie = `__Host-torii_token=${token}`;
  const next = make({ cookie, origin: 'https://inner.test', host: 'inner.test', 'sec-fetch-site': 'same-origin' });
  expect(await next.auth()).toBeNull();
  const seen: unknown[] = [];
  const listed = make({ cookie, origin: 'https://app.test', host: 'acme.app.test' });
  await listed.protect((_auth, request) => seen.push(request.host) > 0);
  expect(seen).toEqual(['acme.app.test']);
  const headers = { cookie, origin: 'https://inner.test', host: 'inner.test' };
  expect((await next.fromRequest({ method: 'POST', headers })).denial?.status).toBe(401);
  const own = { cookie, origin: 'https://app.test', host: 'inner.test' };
  expect((await next.fromRequest({ method: 'POST', headers: own })).auth?.userId).toBe('ada');
  // With two Authorization headers, `headers` has one of them and `headersDistinct` has both.
  const authorization = [`Bearer ${token}`, `Bearer ${token}`];
  const twice = { method: 'GET', headers: { authorization: `Bearer ${token}` }, headersDistinct: { authorization } };
  expect((await next.fromRequest(twice)).denial?.status).toBe(401);
});
