// What `protect` does with a refusal, and how it tells a page from a server action. Real servers: refusals.real.test.ts.
import { startEmulator } from '@torii/emulator';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createToriiNext,
  refuse,
  type ToriiNextOptions,
  ToriiRequestError,
  ToriiUnavailableError,
} from '../src/index.ts';

let isRendering = true;
let requestHeaders: Headers;
/** What Next's `forbidden` does. Next 15.0 has no such function. */
let forbidden: (() => never) | undefined;

// React remembers the result while it renders, and calls the function each time elsewhere.
vi.mock('react', async (original) => ({
  ...(await original<object>()),
  cache: (create: () => object) => {
    const remembered = create();
    return () => (isRendering ? remembered : create());
  },
}));
vi.mock('next/headers.js', () => ({ headers: async () => requestHeaders }));
vi.mock('next/server.js', async (original) => ({ ...(await original<object>()), connection: async () => {} }));
vi.mock('#navigation', () => ({
  get forbidden() {
    return forbidden;
  },
  notFound: () => stop('NEXT_HTTP_ERROR_FALLBACK;404'),
  redirect: (address: string) => stop(`NEXT_REDIRECT;${address}`),
}));

function stop(digest: string): never {
  throw Object.assign(new Error(digest), { digest });
}

const isOn = () => stop('NEXT_HTTP_ERROR_FALLBACK;403');
const isOff = () => {
  throw new Error('`forbidden()` is experimental.');
};

const emulator = await startEmulator();
afterAll(() => emulator.stop());
const token = await emulator.token({ userId: 'ada' });
const signedIn = { host: 'app.test', authorization: `Bearer ${token}` };
const signedOut = { host: 'app.test' };
const toSignIn = { digest: 'NEXT_REDIRECT;/sign-in?return_to=%2Fnotes' };
const notFound = { digest: 'NEXT_HTTP_ERROR_FALLBACK;404' };

beforeEach(() => {
  isRendering = true;
  forbidden = isOff;
});

function make(headers: Record<string, string>, options: Partial<ToriiNextOptions> = {}) {
  requestHeaders = new Headers(headers);
  const places = { signInPath: '/sign-in', origins: ['https://app.test'] };
  return createToriiNext({ issuer: emulator.issuer, ...places, ...options });
}

const returnTo = { returnTo: '/notes' };

describe('a page whose check refuses', () => {
  test.each<[string, Partial<ToriiNextOptions>, (() => never) | undefined, number]>([
    ['with authInterrupts', {}, isOn, 403],
    ['without authInterrupts', {}, isOff, 404],
    ['with Next 15.0', {}, undefined, 404],
    ['with authInterrupts, if the app wants 404', { refusedPage: 'not_found' }, isOn, 404],
    ['with authInterrupts, if the app wants 403', { refusedPage: 'forbidden' }, isOn, 403],
    ['without authInterrupts, if the app wants 403', { refusedPage: 'forbidden' }, isOff, 404],
    ['with Next 15.0, if the app wants 403', { refusedPage: 'forbidden' }, undefined, 404],
  ])('%s', async (_name, options, next, status) => {
    forbidden = next;
    const refusing = make(signedIn, options).protect(returnTo, () => false);
    await expect(refusing).rejects.toMatchObject({ digest: `NEXT_HTTP_ERROR_FALLBACK;${status}` });
  });

  test.each([[refuse('No.')], [false], [undefined], ['yes'], [1], [{}], [null]])('by returning %j', async (verdict) => {
    await expect(make(signedIn).protect(returnTo, (() => verdict) as never)).rejects.toMatchObject(notFound);
  });

  test('by throwing a refusal', async () => {
    const refusing = () => {
      throw new ToriiRequestError('Two tenants.');
    };
    await expect(make(signedIn).protect(returnTo, refusing)).rejects.toMatchObject(notFound);
  });
});

test.each([
  ['an error of the app', new Error('broken'), { message: 'broken' }],
  ['a word', 'broken', 'broken'],
  ['nothing', undefined, undefined],
  [
    'that no decision was possible',
    new ToriiUnavailableError('policy_unavailable', 'No rules.'),
    { digest: 'torii.policy_unavailable' },
  ],
])('a check that throws %s is no refusal', async (_name, thrown, expected) => {
  for (isRendering of [true, false]) {
    const failing = make({ ...signedIn, 'next-action': 'a' }).protect(returnTo, () => {
      throw thrown;
    });
    const failure: unknown = await failing.catch((error: unknown) => error);
    if (typeof expected === 'object') expect(failure).toMatchObject(expected);
    else expect(failure).toBe(expected);
  }
});

describe('while a page renders', () => {
  test.each<[string, Record<string, string>]>([
    ['nothing else', {}],
    ['Content-Type', { 'content-type': 'application/json' }],
    ['the Content-Type of a form', { 'content-type': 'multipart/form-data; boundary=a' }],
    ['Origin', { origin: 'https://evil.test' }],
    ['Next-Action', { 'next-action': 'a' }],
    ['an empty Next-Action', { 'next-action': '' }],
    ['a body', { 'content-length': '2' }],
    ['all of them', { 'next-action': 'a', origin: 'null', 'content-type': 'text/plain', 'content-length': '2' }],
  ])('a signed-out visitor who sends %s is redirected', async (_name, headers) => {
    await expect(make({ ...signedOut, ...headers }).protect(returnTo)).rejects.toMatchObject(toSignIn);
  });

  test('[14] the cookie still does not count for a request that another site may have sent', async () => {
    const cookie = `__Host-torii_token=${token}`;
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'content-type': 'text/plain' },
      { 'next-action': 'a' },
      { 'content-length': '1' },
      { 'transfer-encoding': 'chunked' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const torii = make({ host: 'app.test', cookie, ...headers });
      expect(await torii.auth()).toBeNull();
      await expect(torii.protect(returnTo)).rejects.toMatchObject(toSignIn);
    }
    expect((await make({ host: 'app.test', cookie }).protect(returnTo)).userId).toBe('ada');
  });
});

describe('outside of a render', () => {
  beforeEach(() => {
    isRendering = false;
  });

  test('a server action throws an error with the reason', async () => {
    const call = { 'next-action': 'a', 'content-type': 'text/plain;charset=UTF-8', origin: 'https://app.test' };
    await expect(make({ ...signedOut, ...call }).protect()).rejects.toMatchObject({
      name: 'ToriiAuthError',
      digest: 'torii.token_missing',
    });
    await expect(make({ ...signedIn, ...call }).protect(() => false)).rejects.toMatchObject({
      name: 'ToriiForbiddenError',
      digest: 'torii.not_allowed',
    });
  });

  test.each<[string, Record<string, string>]>([
    ['nothing else', {}],
    ['Next-Action', { 'next-action': 'a' }],
    ['Content-Type', { 'content-type': 'application/json' }],
    ['Origin', { origin: 'https://evil.test' }],
  ])('a route redirects a stranger who sends %s', async (_name, headers) => {
    await expect(make({ ...signedOut, ...headers }).protect(returnTo)).rejects.toMatchObject(toSignIn);
  });

  test('a form without JavaScript is answered with a page', async () => {
    const form = { 'content-type': 'multipart/form-data; boundary=a', origin: 'https://app.test' };
    await expect(make({ ...signedOut, ...form }).protect(returnTo)).rejects.toMatchObject(toSignIn);
    await expect(make({ ...signedIn, ...form }).protect(() => false)).rejects.toMatchObject(notFound);
  });
});
