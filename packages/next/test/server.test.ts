import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createToriiNext, type Protect } from '../src/index.ts';

// All that Next knows of a request outside of Next. How it really is, the fixture app shows.
let shown: Headers;
vi.mock('next/headers.js', () => ({ headers: async () => shown }));

let torii: Emulator;
let token: string;
beforeAll(async () => {
  torii = await startEmulator();
  token = await torii.token({ userId: 'ada' });
});
afterAll(() => torii.stop());

function make(headers: Record<string, string>) {
  shown = new Headers({ host: 'app.test', ...headers });
  return createToriiNext({ issuer: torii.issuer, signInPath: '/sign-in', origins: ['https://app.test'] });
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
  ['with two slashes, where a language is empty', '//notes'],
])('a return address %s, as a route parameter makes it, is an error for nobody', async (_name, returnTo) => {
  const signedIn = make({ authorization: `Bearer ${token}` });
  expect((await signedIn.protect({ returnTo })).userId).toBe('ada');
  // [20]
  expect(await redirectOf(make({}).protect({ returnTo }))).toBe('/sign-in');
});

test('leads back to where the page says that it is', async () => {
  expect(await redirectOf(make({}).protect({ returnTo: '/notes/1' }))).toBe('/sign-in?return_to=%2Fnotes%2F1');
});

test.each<[string, readonly unknown[]]>([
  ['a check among the options, where it would never be asked', [{ returnTo: '/notes', check: () => false }]],
  ['checks in a list', [[() => false]]],
  ['options that are inherited', [Object.create({ returnTo: '/notes' })]],
  ['no return address', [{}]],
  ['a return address that is not set', [{ returnTo: undefined }]],
  ['a return address of another site', [{ returnTo: 'https://evil.test/' }]],
  ['a return address that is no path', [{ returnTo: 'notes' }]],
  ['nothing where a check should be', [{ returnTo: '/notes' }, undefined]],
])('[9] [27] refuses %s, also for who is signed in', async (_name, given) => {
  const { protect } = make({ authorization: `Bearer ${token}` });
  const call = Reflect.apply(protect as Protect, undefined, [...given]) as Promise<unknown>;
  await expect(call).rejects.toThrow(expect.objectContaining({ name: 'ToriiConfigError' }));
});

test("[20] a request without a header is nobody's: Next would keep the answer for everybody", async () => {
  const { auth, protect, withAuth } = make({});
  shown = new Headers();
  const wrong = { name: 'ToriiConfigError', option: 'dynamic' };
  for (const call of [auth, () => protect()]) await expect(call()).rejects.toMatchObject(wrong);
  const handler = vi.fn(() => new Response());
  const request = new Request('https://app.test/') as Parameters<ReturnType<typeof withAuth>>[0];
  await expect(withAuth(handler)(request, { params: Promise.resolve({}) })).rejects.toMatchObject(wrong);
  expect(handler).not.toHaveBeenCalled();
});

test("[12] an app's own fetch is asked for keys afresh", async () => {
  const sent: Headers[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    sent.push(new Headers(init?.headers));
    return globalThis.fetch(input, init);
  };
  const options = { issuer: torii.issuer, signInPath: '/sign-in', origins: ['https://app.test'], fetch };
  const { auth } = await createToriiNext(options).fromRequest({ headers: { authorization: `Bearer ${token}` } });
  expect([auth?.userId, sent.map((headers) => headers.has('x-request-id'))]).toEqual(['ada', [true]]);
});

test('[14] the host counts for checks, and says nothing about whose page it was', async () => {
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
  // Of two Authorization headers Node shows one, and the distinct ones both.
  const authorization = [`Bearer ${token}`, `Bearer ${token}`];
  const twice = { method: 'GET', headers: { authorization: `Bearer ${token}` }, headersDistinct: { authorization } };
  expect((await next.fromRequest(twice)).denial?.status).toBe(401);
});
