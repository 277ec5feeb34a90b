import { describe, expect, test } from 'vitest';
import { type Answer, type AnswerOtherwise, answerFor } from '../src/adapter.ts';
import { createVerifier, denialFor, ToriiAuthError, type VerifierEvent } from '../src/index.ts';

const error = new ToriiAuthError('token_missing', 'No token was sent.');

const answerWith = (headers: object): Promise<Answer> =>
  answerFor(error, null, (denial) => ({ ...denial, headers: headers as Answer['headers'] }));

test('is the denial if there is no onError', async () => {
  const { status, headers } = await answerFor(error, null, undefined);
  expect({ status, headers }).toEqual({
    status: 401,
    headers: {
      'WWW-Authenticate': 'Bearer realm="torii"',
      'Cache-Control': 'private, no-store',
      Vary: 'Authorization, Cookie',
    },
  });
});

test.each<[name: string, headers: object, expected: object]>([
  ['no headers', {}, { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' }],
  ['Vary', { Vary: 'Origin' }, { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie, Origin' }],
  [
    'vary in lower case, and a name that is there already',
    { vary: 'Origin,Cookie', VARY: 'Accept' },
    { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie, Origin, Accept' },
  ],
  [
    'headers that are undefined',
    { Vary: undefined, 'Cache-Control': undefined },
    { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' },
  ],
  ['Cache-Control', { 'Cache-Control': 'no-cache' }, { 'Cache-Control': 'no-cache', Vary: 'Authorization, Cookie' }],
])('[20] a shared cache cannot store the answer, even if onError sets %s', async (_name, headers, expected) => {
  expect((await answerWith(headers)).headers).toEqual(expected);
});

test('throws other errors unchanged, without calling onError', async () => {
  const foreign = new Error('foreign');
  await expect(answerFor(foreign, null, () => ({ status: 403, headers: {}, body: null }))).rejects.toBe(foreign);
});

/** The answer to a refusal if `onError` returns this value, and the events that the verifier reports about it. */
async function answerTo(returned: unknown) {
  const events: VerifierEvent[] = [];
  const verifier = createVerifier({ issuer: 'https://acme.torii.test', onEvent: (event) => events.push(event) });
  const refused: unknown = await verifier.authenticate({}).catch((caught: unknown) => caught);
  const onError = (() => returned) as AnswerOtherwise<null>;
  return { answer: await answerFor(refused, null, onError), events: events.slice(1) };
}

const fallback = denialFor(error);
const body = null;
const headers = {};
const status = 401;
const throwing = () => {
  throw new Error('planted');
};
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe('what onError returns', () => {
  test.each<[string, unknown]>([
    ['a string', 'planted'],
    ['an empty string', ''],
    ['a number', 401],
    ['true', true],
    ['false', false],
    ['a function', () => ({ status, headers, body })],
    ['a symbol', Symbol('planted')],
    ['a bigint', 401n],
    ['a list', [401, {}, null]],
    ['an empty object', {}],
    ['a Response', Response.json({ planted: 1 }, { status: 403 })],
    ['a Map', new Map([['status', 401]])],
    ['a getter of status that throws', Object.defineProperty({ headers, body }, 'status', { get: throwing })],
    [
      'a getter of a header that throws',
      { status, headers: Object.defineProperty({}, 'X', { get: throwing, enumerable: true }), body },
    ],
    [
      'a getter in the body that throws',
      { status, headers, body: Object.defineProperty({}, 'x', { get: throwing, enumerable: true }) },
    ],
    ['no status', { headers, body }],
    ['no headers', { status, body }],
    ['no body', { status, headers }],
    ...['401', '', null, Number.NaN, 401.5, -401, 0, 1, 99, 600, 999, Number.POSITIVE_INFINITY, 401n, {}, [401]].map(
      (value): [string, unknown] => [`the status ${String(value)} (${typeof value})`, { status: value, headers, body }],
    ),
    // Clients, proxies and forward-auth servers take 2xx for success. 304 shows a stored copy of the protected page.
    ...[100, 101, 103, 200, 201, 202, 204, 205, 206, 226, 300, 304, 305, 306, 399].map((value): [string, unknown] => [
      `the status ${value}`,
      { status: value, headers, body: 'planted' },
    ]),
    ['headers that are null', { status, headers: null, body }],
    ['headers that are a string', { status, headers: 'X: y', body }],
    ['headers that are a list', { status, headers: [['X', 'y']], body }],
    ['headers that are a Headers', { status, headers: new Headers({ X: 'y' }), body }],
    ['headers that are a Map', { status, headers: new Map([['X', 'y']]), body }],
    ...['a\r\nSet-Cookie: b=c', 'a\nb', 'a\rb', 'a\0b', 'snow \u2603', '\u{1F600}', '\u007F', '\uD800'].map(
      (value): [string, unknown] => [
        `a header with the value ${JSON.stringify(value)}`,
        { status, headers: { 'X-Planted': value }, body },
      ],
    ),
    ...[1, true, null, ['a', 'b'], {}, Symbol('x'), 1n, () => 'x'].map((value): [string, unknown] => [
      `a header with a value of the type ${typeof value} (${String(value)})`,
      { status, headers: { 'X-Planted': value }, body },
    ]),
    ...['', 'a b', 'a:b', 'a\r\nb', 'é', ':status', '(x)', 'a/b', '"x"', '\u2603'].map((name): [string, unknown] => [
      `a header with the name ${JSON.stringify(name)}`,
      { status, headers: { [name]: 'x' }, body },
    ]),
    ...[
      'Content-Length',
      'transfer-encoding',
      'Connection',
      'Keep-Alive',
      'Upgrade',
      'Trailer',
      'Proxy-Connection',
      'HTTP2-Settings',
      'TE',
    ].map((name): [string, unknown] => [`the header ${name}`, { status, headers: { [name]: '1' }, body: 'planted' }]),
    ...[
      'html',
      'text',
      'text/',
      '/html',
      'text/html; charset',
      'text/html;=x',
      'a b/c',
      '',
      'text/html, text/plain',
    ].map((value): [string, unknown] => [
      `the Content-Type ${value}`,
      { status, headers: { 'content-type': value }, body: 'planted' },
    ]),
    ...['a b', 'a:b', '"a"', 'é'].map((value): [string, unknown] => [
      `the Vary ${value}`,
      { status, headers: { vary: value }, body },
    ]),
    ...[undefined, 1, true, 1n, Symbol('x'), () => 'x', new Date(), Object('x'), Object(1)].map(
      (value): [string, unknown] => [
        `a body of the type ${typeof value} (${Object.prototype.toString.call(value)})`,
        { status, headers, body: value },
      ],
    ),
    ['a body that is cyclic', { status, headers, body: cyclic }],
    ['a body with a bigint', { status, headers, body: { deep: [{ value: 1n }] } }],
    ['a body whose toJSON throws', { status, headers, body: { toJSON: throwing } }],
    ['headers that are a function', { status, headers: () => {}, body }],
    ['a body whose toJSON returns null', { status, headers, body: { toJSON: () => null } }],
    ['a body whose toJSON returns nothing', { status, headers, body: { toJSON: () => undefined } }],
    ['a body whose toJSON returns a string', { status, headers, body: { toJSON: () => 'planted' } }],
    ['a body that is bytes', { status, headers, body: new Uint8Array([1]) }],
    ['a body that is a buffer', { status, headers, body: new ArrayBuffer(1) }],
    ['a body that is a Blob', { status, headers, body: new Blob(['planted']) }],
    ['a body that is a stream', { status, headers, body: new Response('planted').body }],
    ['a body that is a Response', { status, headers, body: new Response('planted') }],
    ['a body that is a promise', { status, headers, body: Promise.resolve('planted') }],
    ['a body that is a Map', { status, headers, body: new Map([['planted', 1]]) }],
    ['a body that is a Set', { status, headers, body: new Set(['planted']) }],
    ['a body that is a revoked Proxy', { status, headers, body: revoked.proxy }],
  ])('is replaced by the default answer, and reported, if it is or has %s', async (_name, returned) => {
    for (const given of [returned, Promise.resolve(returned)]) {
      const { answer, events } = await answerTo(given);
      expect(answer).toEqual(fallback);
      expect(events).toEqual([{ type: 'callback_invalid', callback: 'onError', problem: expect.any(String) }]);
      expect(JSON.stringify(events)).not.toContain('planted');
    }
  });

  test.each([
    ['a revoked Proxy', revoked.proxy],
    ['a Proxy that throws', new Proxy({}, { get: throwing })],
    ['a Proxy that throws if it is awaited', new Proxy({}, { get: (_, name) => (name === 'then' ? throwing() : 1) })],
  ])('is replaced by the default answer, and reported, if it is %s', async (_name, returned) => {
    const { answer, events } = await answerTo(returned);
    expect([answer, events]).toEqual([fallback, [expect.objectContaining({ type: 'callback_invalid' })]]);
  });

  test.each<[string, object]>([
    ['a redirect', { status: 302, headers: { Location: '/sign-in' }, body: null }],
    ['a permanent redirect', { status: 308, headers: { Location: '/sign-in' }, body: '' }],
    ['a page', { status: 404, headers: { 'Content-Type': 'text/html; charset="utf-8"' }, body: '<p>\u2603' }],
    [
      'JSON',
      { status: 599, headers: { 'X-Latin1': '\u00E9\t!', 'Set-Cookie': 'a=b' }, body: { list: [null, { a: 1 }] } },
    ],
    ['a list', { status: 400, headers: { Vary: '*' }, body: [] }],
  ])('is sent if it is %s', async (_name, returned) => {
    const { answer, events } = await answerTo(returned);
    const { headers: wanted, ...rest } = returned as Answer;
    expect(answer).toMatchObject(rest);
    expect(answer.headers).toMatchObject(wanted['Vary'] === undefined ? wanted : {});
    expect(events).toEqual([]);
  });

  test.each([[undefined], [null]])('is the default answer if it is %s, without an event', async (returned) => {
    expect(await answerTo(returned)).toEqual({ answer: fallback, events: [] });
  });

  test('is read once, so that it cannot change between the check and the response', async () => {
    let reads = 0;
    const shifty = {
      get status() {
        reads += 1;
        return reads === 1 ? 403 : 200;
      },
      headers: {},
      body: { toJSON: () => (reads === 1 ? { reads } : throwing()) },
    };
    const { answer } = await answerTo(shifty);
    reads = 2;
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([403, '{"reads":1}']);
  });

  test('cannot be the denial, changed to a success', async () => {
    for (const change of [{ status: 200 }, { headers: { 'X-Bad': '\r\n' } }, { body: undefined }]) {
      for (const returns of [true, false]) {
        const onError = ((denial: object) => {
          Object.assign(denial, change);
          return returns ? denial : undefined;
        }) as AnswerOtherwise<null>;
        expect(await answerFor(error, null, onError)).toEqual(fallback);
      }
    }
  });

  test('names a header once, however it is spelt', async () => {
    const given = { 'cache-control': 'no-cache', 'www-authenticate': 'Basic' };
    const { headers: sent } = await answerWith({ 'WWW-Authenticate': 'Bearer', ...given });
    expect(sent).toEqual({ ...given, Vary: 'Authorization, Cookie' });
  });

  test('may add to Vary, and may have headers whose names contain those of special ones', async () => {
    const given = {
      ...{ 'X-Connection': 'x', 'Connection-Note': 'x', 'X-Content-Type': 'html', 'Content-Type-Note': 'html' },
      ...{ 'X-Vary': 'a b', 'Vary-Note': 'a b' },
    };
    const { headers: sent } = await answerWith({ ...given, vary: ' Accept , , Origin,' });
    expect(sent).toMatchObject({ ...given, Vary: 'Authorization, Cookie, Accept, Origin' });
  });

  test('may reject, which is passed on', async () => {
    const failure = new Error('planted');
    await expect(answerFor(error, null, () => Promise.reject(failure))).rejects.toBe(failure);
    await expect(answerFor(error, null, throwing)).rejects.toThrow('planted');
  });

  test('is reported even if the refusal was reported to no verifier, if a listener is given', async () => {
    const events: VerifierEvent[] = [];
    const onError = (() => 'planted') as unknown as AnswerOtherwise<null>;
    expect(await answerFor(error, null, onError, (event) => events.push(event))).toEqual(fallback);
    expect(events).toMatchObject([{ type: 'callback_invalid' }]);
    expect(await answerFor(error, null, onError)).toEqual(fallback);
  });
});
