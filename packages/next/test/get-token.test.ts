import { type Emulator, startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server.js';
import { createElement, Suspense, use } from 'react';
import { renderToReadableStream } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createToriiNext, type GetTokenOptions, type ToriiNextOptions } from '../src/index.ts';

// Replaces Next's `headers()`, which fails outside of Next. The fixture app tests the real one.
let requestHeaders: Headers;
vi.mock('next/headers.js', () => ({ headers: async () => requestHeaders }));

let emulator: Emulator;
let ada: string;
let bob: string;
beforeAll(async () => {
  emulator = await startEmulator();
  ada = await emulator.token({ userId: 'ada' });
  bob = await emulator.token({ userId: 'bob' });
});
afterAll(() => emulator.stop());

function make(headers: Record<string, string>, options: Partial<ToriiNextOptions> = {}) {
  requestHeaders = new Headers({ host: 'app.test', ...headers });
  return createToriiNext({
    issuer: emulator.issuer,
    signInPath: '/sign-in',
    origins: ['https://app.test'],
    ...options,
  });
}

const cookieOf = (token: string) => ({ cookie: `__Host-torii_token=${token}` });
const wrong = (option: string) => expect.objectContaining({ name: 'ToriiConfigError', option });

test('gives the verified token of the Authorization header, and of the cookie', async () => {
  expect(await make({ authorization: `Bearer ${ada}` }).getToken()).toBe(ada);
  expect(await make({ authorization: `bEARER \t${bob} ` }).getToken()).toBe(bob);
  expect(await make(cookieOf(ada)).getToken()).toBe(ada);
  expect(await make({ ...cookieOf(ada), authorization: `Bearer ${bob}` }).getToken()).toBe(bob);
});

test('gives the token of the user whom auth and protect give', async () => {
  const torii = make(cookieOf(ada));
  const [auth, protectedAuth] = [await torii.auth(), await torii.protect()];
  expect([auth?.userId, protectedAuth.userId, await torii.getToken()]).toEqual(['ada', 'ada', ada]);
  expect(Reflect.has(auth ?? {}, 'token')).toBe(false);
});

test.each<[string, () => Promise<Record<string, string>>]>([
  ['there is no token', async () => ({})],
  ['[13] the token is not a Bearer token', async () => ({ authorization: `Basic ${ada}` })],
  ['[13] there are two', async () => ({ authorization: `Bearer ${ada}, Bearer ${bob}` })],
  ['[10] its signature is wrong', async () => ({ authorization: `Bearer ${ada.slice(0, -4)}AAAA` })],
  ['[7] it has expired', async () => ({ authorization: `Bearer ${await emulator.token({ expiresInSeconds: -600 })}` })],
  [
    '[39] it is for a third party',
    async () => cookieOf(await emulator.token({ claims: { aud: 'https://chat.test' } })),
  ],
  ['[6] it is of another issuer', async () => cookieOf(await emulator.token({ issuer: 'https://evil.test' }))],
  ['[14] a bad header comes with the cookie', async () => ({ ...cookieOf(ada), authorization: 'Bearer a.b.c' })],
  ['[14] the cookie comes twice', async () => ({ cookie: `${cookieOf(ada).cookie}; ${cookieOf(bob).cookie}` })],
  ["[14] another site's page sent the cookie", async () => ({ ...cookieOf(ada), origin: 'https://evil.test' })],
  ['[14] the origin is null', async () => ({ ...cookieOf(ada), origin: 'null' })],
  [
    "[14] another site's script sent the cookie",
    async () => ({ ...cookieOf(ada), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }),
  ],
  ['[14] the cookie has the name of development', async () => ({ cookie: `torii_token=${ada}` })],
])('gives null if %s', async (_name, headers) => {
  const sent = await headers();
  expect(await make(sent).getToken()).toBeNull();
  expect(await make({}).getToken({ request: { method: 'POST', headers: sent } })).toBeNull();
  const template = make(sent, { publishableKey: 'pk_test_1' }).getToken({ template: 'chat' });
  expect(await template).toBeNull();
});

test('[12] throws if the keys cannot be fetched, with the reason for error.tsx', async () => {
  await using down = await startEmulator();
  down.fail('keys');
  const torii = make({ authorization: `Bearer ${await down.token()}` }, { issuer: down.issuer });
  await expect(torii.getToken()).rejects.toMatchObject({
    name: 'ToriiUnavailableError',
    reason: 'keys_unavailable',
    digest: 'torii.keys_unavailable',
  });
});

test('[20] throws if the request has no headers, because Next would store the response for everyone', async () => {
  const torii = make({});
  requestHeaders = new Headers();
  await expect(torii.getToken()).rejects.toMatchObject(wrong('dynamic'));
  const request = new NextRequest('https://app.test/');
  await expect(torii.getToken({ request })).rejects.toMatchObject(wrong('dynamic'));
});

describe('with a request', () => {
  test('[14] knows the method, so that a cookie counts as withAuth counts it', async () => {
    const torii = make({});
    const request = (method: string, headers: Record<string, string>) =>
      new NextRequest('https://app.test/', { method, headers: { host: 'app.test', ...cookieOf(ada), ...headers } });
    const asked: [string, Record<string, string>, string | null][] = [
      ['GET', {}, ada],
      ['GET', { origin: 'https://evil.test' }, ada],
      ['POST', { origin: 'https://app.test' }, ada],
      ['POST', { origin: 'https://evil.test' }, null],
      ['POST', {}, null],
      ['DELETE', { origin: 'https://evil.test' }, null],
      ['PROPFIND', { 'sec-fetch-site': 'cross-site' }, null],
    ];
    for (const [method, headers, token] of asked) {
      expect(await torii.getToken({ request: request(method, headers) })).toBe(token);
      const handler = torii.withAuth(async (given) => Response.json(await torii.getToken({ request: given })));
      const response = await handler(request(method, headers), { params: Promise.resolve({}) });
      expect([response.status, await response.json()]).toEqual(
        token === null ? [401, expect.anything()] : [200, token],
      );
    }
  });

  test('takes the requests of the pages router, and ignores the one that Next knows', async () => {
    const torii = make({ authorization: `Bearer ${bob}` });
    const headers = { authorization: `Bearer ${ada}` };
    expect(await torii.getToken({ request: { method: 'GET', headers } })).toBe(ada);
    expect(await torii.getToken({ request: { method: 'GET', headers: {} } })).toBeNull();
    const twice = { method: 'GET', headers, headersDistinct: { authorization: [`Bearer ${ada}`, `Bearer ${bob}`] } };
    expect(await torii.getToken({ request: twice })).toBeNull();
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'request'],
    ['a promise', Promise.resolve({})],
    ['the context of getServerSideProps', { req: { method: 'GET', headers: {} } }],
    ['headers alone', new Headers({ a: 'b' })],
  ])('throws for %s in its place, instead of asking for the request that Next knows', async (_name, request) => {
    const torii = make({ authorization: `Bearer ${ada}` });
    await expect(torii.getToken({ request } as GetTokenOptions)).rejects.toMatchObject({ name: 'ToriiConfigError' });
  });
});

describe('wrong options', () => {
  test.each<[string, unknown, string]>([
    ['a template that is not set', { template: undefined }, 'template'],
    ['an empty template', { template: '' }, 'template'],
    ['a template that is not a text', { template: 7 }, 'template'],
    ['a template of an unset variable', { template: 'undefined' }, 'template'],
    ['a template with a line break', { template: 'a\nb' }, 'template'],
    ['half of a surrogate pair', { template: 'a\uD800' }, 'template'],
    ['a template that is too long', { template: 'a'.repeat(129) }, 'template'],
    ['a key in place of a template', { template: 'sk_test_planted' }, 'template'],
    ['a token in place of a template', { template: 'eyJplanted' }, 'template'],
    ['a misspelled option', { templat: 'chat' }, 'templat'],
    ['a text', 'chat', 'options'],
    ['null', null, 'options'],
  ])('[9] throws for %s, and does not give the own token of the user', async (_name, options, option) => {
    const torii = make({ authorization: `Bearer ${ada}` }, { publishableKey: 'pk_test_1' });
    const failure: unknown = await torii.getToken(options as GetTokenOptions).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ToriiConfigError', option });
    expect(String(failure)).not.toContain('planted');
  });

  test('throws for a template without a publishable key', async () => {
    const torii = make({ authorization: `Bearer ${ada}` });
    await expect(torii.getToken({ template: 'chat' })).rejects.toMatchObject(wrong('publishableKey'));
    await expect(make({}).getToken({ template: 'chat' })).rejects.toMatchObject(wrong('publishableKey'));
  });

  test.each<[string, unknown]>([
    ['an unset variable', undefined],
    ['an empty text', ''],
    ['a secret key', 'sk_live_planted'],
    ['a secret key in other case', 'SK_test_planted'],
    ['two keys', 'pk_test_1,sk_live_planted'],
    ['two publishable keys', 'pk_test_1,pk_test_planted'],
    ['a webhook secret', 'whsec_planted'],
    ['a token', 'eyJplanted'],
    ['a key with a line break', 'pk_test\r\nx-evil: planted'],
    ['a key with quotes', '"pk_test_planted"'],
    ['a key with a letter that no header can have', 'pk_test_plantedä'],
    ['a number', 7],
    ['a list', ['pk_test_planted']],
  ])('[30] the app does not start with %s as publishable key', (_name, publishableKey) => {
    const start = () => make({}, { publishableKey } as Partial<ToriiNextOptions>);
    expect(start).toThrow(wrong('publishableKey'));
    try {
      start();
    } catch (error) {
      expect(String(error)).not.toContain('planted');
    }
  });

  test('the app does not start with the option of other frameworks, and the message names getToken', () => {
    const start = () => make({}, { exposeToken: true } as Partial<ToriiNextOptions>);
    expect(start).toThrow(wrong('exposeToken'));
    expect(start).toThrow(/getToken\(\)/);
  });
});

function Length({ asked }: { readonly asked: Promise<string | null> }) {
  return createElement('p', null, use(asked)?.length);
}

describe('[33] a promise that is not awaited', () => {
  const saysAwait = expect.objectContaining({ name: 'ToriiConfigError', option: 'await' });

  test.each<[string, (token: never) => unknown]>([
    ['in a template literal', (token) => `Bearer ${token}`],
    ['in a text', (token) => `Bearer ${String(token)}`],
    ['added to a text', (token) => ['Bearer ', token].join('')],
    ['in Headers', (token) => new Headers({ authorization: token })],
    ['in a Request', (token) => new Request('https://orders.test/', { headers: { authorization: token } })],
    ['in a URL', (token) => new URLSearchParams({ token })],
    ['as a text', (token) => Reflect.get(token, 'length')],
    ['by a method of texts', (token) => Reflect.get(token, 'split')],
  ])('throws %s', async (_name, useIt) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    for (const headers of [{ authorization: `Bearer ${ada}` }, {}]) {
      expect(() => useIt(make(headers).getToken() as never)).toThrow(saysAwait);
    }
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test("works in React's use, with then, and with Promise.all", async () => {
    const { getToken } = make({ authorization: `Bearer ${ada}` });
    const asked = getToken();
    const stream = await renderToReadableStream(createElement(Suspense, null, createElement(Length, { asked })));
    expect(await new Response(stream).text()).toContain(`<p>${ada.length}</p>`);
    expect(await getToken().then((token) => `Bearer ${token}`)).toBe(`Bearer ${ada}`);
    expect(await Promise.all([getToken(), getToken()])).toEqual([ada, ada]);
  });
});
