import { describe, expect, test } from 'vitest';
import { Patch, ToriiConfigError } from '../src/index.ts';
import { failureOf, ok, page, scriptApi } from './scripted-api.ts';

class Point {
  readonly x = 1;
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

const cyclicList: unknown[] = [];
cyclicList.push(cyclicList);

const gap = Object.assign(new Array(2), { 1: 'b' });
const gapAndProperty = Object.assign(new Array(2), { 1: 'b', note: 'x' });

/** Values that JSON.stringify changes, leaves out, or cannot write. */
const unsendable: readonly (readonly [string, unknown])[] = [
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['a BigInt', 10n],
  ['a symbol', Symbol('x')],
  ['a function', () => 'x'],
  ['a class', Point],
  ['an instance of a class', new Point()],
  ['an invalid date', new Date(Number.NaN)],
  ['a Map', new Map([['a', 1]])],
  ['a Set', new Set([1])],
  ['bytes', new Uint8Array([1, 2])],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['a regular expression', /x/],
  ['an error', new Error('x')],
  ['a promise', Promise.resolve('x')],
  ['a boxed number', Object(1)],
  ['a boxed text', Object('x')],
  ['a URL', new URL('https://example.com')],
  ['a list with a gap', gap],
  ['a list with a gap and a property', gapAndProperty],
  ['a list with undefined', [undefined]],
  ['a list with NaN', [Number.NaN]],
  ['a nested list with undefined', [[undefined]]],
  ['an object with NaN', { a: { b: Number.NaN } }],
  ['an object with a function', { a: () => 1 }],
  ['an object with toJSON', { a: 1, toJSON: () => ({ b: 2 }) }],
  ['an object with a symbol as a key', { [Symbol('a')]: 1 }],
  ['an object that contains itself', cyclic],
  ['a list that contains itself', cyclicList],
  ['a patch inside an object', { a: Patch.set(1) }],
  ['an object that inherits', Object.create({ a: 1 })],
];

describe.each(unsendable)('refuses %s, and sends nothing', (_name, value) => {
  test.each([
    ['in an update', 'lastName', (input: never) => scripted.client.users.update('ada', { lastName: input })],
    ['in a patch', 'lastName', (input: never) => scripted.client.users.update('ada', { lastName: Patch.set(input) })],
    ['in a create', 'firstName', (input: never) => scripted.client.users.create({ firstName: input })],
    ['in a search', 'name', (input: never) => scripted.client.users.list({ name: input })],
    ['in a list of a search', 'statuses', (input: never) => scripted.client.users.list({ statuses: [input] })],
    ['as a cursor', 'cursor', (input: never) => scripted.client.users.list({ cursor: input })],
    ['as a raw body', 'body', (body: never) => scripted.client.request({ method: 'POST', path: '/x', body })],
    ['in a raw body', 'body', (a: never) => scripted.client.request({ method: 'POST', path: '/x', body: { a: [a] } })],
    ['in a raw query', 'q', (q: never) => scripted.client.request({ method: 'GET', path: '/x', query: { q } })],
    [
      'in a list of a query',
      'q',
      (q: never) => scripted.client.request({ method: 'GET', path: '/x', query: { q: [q] } }),
    ],
  ] as const)('%s', async (_place, option, call) => {
    scripted = scriptApi([ok(), ok()]);
    const error = await failureOf(call(value as never));
    expect(error).toBeInstanceOf(ToriiConfigError);
    expect(error).toMatchObject({ option });
    expect(scripted.sent).toEqual([]);
    expect(scripted.events).toEqual([]);
  });
});

let scripted = scriptApi([]);

test.each([
  ['null', null],
  ['a text', 'x'],
  ['an empty text', ''],
  ['zero', 0],
  ['a fraction', -1.5],
  ['false', false],
  ['a list', [1, 'a', null, [true]]],
  ['a nested object', { a: { b: [{ c: null }] } }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['a key that is called __proto__', JSON.parse('{"__proto__":{"a":1}}')],
  ['keys that decide how an object becomes text', { toString: 1, valueOf: [{ toString: null }] }],
])('sends %s unchanged', async (_name, value) => {
  const { client, sent } = scriptApi([ok(), ok()]);
  await client.request({ method: 'POST', path: '/x', body: value });
  await client.users.update('ada', { lastName: value as never });
  expect(JSON.stringify(sent.map(({ body }) => body))).toBe(JSON.stringify([value, { lastName: value }]));
});

test('sends a date as ISO 8601, and leaves out members that are undefined', async () => {
  const { client, sent } = scriptApi([ok(), page([], null)]);
  const at = new Date('2026-05-16T09:30:00Z');
  await client.request({ method: 'POST', path: '/x', body: { at, later: undefined } });
  expect(sent[0]?.body).toEqual({ at: '2026-05-16T09:30:00.000Z' });
  await client.users.list({ createdAfter: at as never });
  expect(sent[1]?.body).toEqual({ createdAfter: '2026-05-16T09:30:00.000Z' });
});

test('reads each member once, so that a getter cannot change it after the check', async () => {
  const { client, sent } = scriptApi([ok()]);
  let reads = 0;
  const body = {
    get a() {
      return ++reads === 1 ? 1 : Number.NaN;
    },
  };
  await client.request({ method: 'POST', path: '/x', body });
  expect(sent[0]?.body).toEqual({ a: 1 });
});

test.each([
  ['a list', []],
  ['a Map', new Map([['email', 'ada@example.com']])],
  ['a text', 'ada@example.com'],
  ['null', null],
  ['an instance of a class', new Point()],
])('refuses %s as the fields of a call', async (_name, params) => {
  const { client, sent } = scriptApi([ok(), ok(), ok()]);
  for (const call of [
    () => client.users.create(params as never),
    () => client.users.update('ada', params as never),
    () => client.users.list(params as never),
  ])
    expect(await failureOf(call())).toMatchObject({ name: 'ToriiConfigError', option: 'params' });
  expect(sent).toEqual([]);
});

test.each([
  ['an empty list', []],
  ['a list with null', ['a', null]],
  ['a list in a list', [['a']]],
  ['an object', { a: 1 }],
  ['a date', new Date(0)],
  ['half a character', '\uD83D'],
])('refuses %s in a query', async (_name, q) => {
  const { client, sent } = scriptApi([ok()]);
  const error = await failureOf(client.request({ method: 'GET', path: '/x', query: { q } }));
  expect(error).toMatchObject({ name: 'ToriiConfigError', option: 'q' });
  expect(Reflect.get(Object(error), 'docsUrl')).toMatch(/#query$/);
  expect(sent).toEqual([]);
});

test.each([
  ['method', { method: 'get' }],
  ['method', { method: 'TRACE' }],
  ['method', { method: 'GET /x HTTP/1.1\r\n' }],
  ['method', { method: undefined }],
  ['method', { method: ['GET'] }],
  ['path', { path: undefined }],
  ['path', { path: ['/x'] }],
  ['path', { path: new String('/x') }],
  ['body', { body: {} }],
  ['body', { body: null }],
  ['query', { query: [['a', 1]] }],
  ['query', { query: new URLSearchParams('a=1') }],
  ['query', { query: new Map([['a', 1]]) }],
  ['query', { query: null }],
  ['isRepeatable', { isRepeatable: 'yes' }],
  ['querry', { querry: { a: 1 } }],
])('refuses a request whose %s is wrong: %j', async (option, wrong) => {
  const { client, sent } = scriptApi([ok()]);
  const error = await failureOf(client.request({ method: 'GET', path: '/x', ...wrong } as never));
  expect(error).toMatchObject({ name: 'ToriiConfigError', option });
  expect(sent).toEqual([]);
});

test.each([[undefined], [null], ['/x'], [[]]])('refuses %j as a request', async (request) => {
  const { client } = scriptApi([]);
  expect(await failureOf(client.request(request as never))).toMatchObject({ name: 'ToriiConfigError' });
});

test.each<[string, unknown]>([
  ['a line break in a value', { 'x-a': 'a\r\nx-b: c' }],
  ['a line break at the end of a value', { 'x-a': 'a\n' }],
  ['NUL in a value', { 'x-a': 'a\0' }],
  ['a value outside Latin-1', { 'x-a': '…' }],
  ['a value that is undefined', { 'x-a': undefined }],
  ['a value that is a number', { 'x-a': 7 }],
  ['a value that is a list', { 'x-a': ['a'] }],
  ['an empty name', { '': 'a' }],
  ['a space in a name', { 'x a': 'a' }],
  ['a colon in a name', { 'x:a': 'a' }],
  ['a line break in a name', { 'x\n': 'a' }],
  ['a length', { 'Content-Length': '7' }],
  ['a transfer encoding', { 'transfer-encoding': 'chunked' }],
  ['a connection option', { connection: 'close' }],
  ['another host', { Host: 'evil.example' }],
  ['an upgrade', { upgrade: 'h2c' }],
  ['an expectation', { expect: '100-continue' }],
  ['a text', 'x-a: a'],
  ['a list of texts', ['x-a: a']],
  ['null', null],
  ['a number', 7],
  ['an instance of a class', new Point()],
])('refuses headers with %s, and sends nothing', async (_name, headers) => {
  const { client, sent } = scriptApi([ok()]);
  const error = await failureOf(client.users.get('ada', { headers } as never));
  expect(error).toMatchObject({ name: 'ToriiConfigError', option: 'headers' });
  expect(sent).toEqual([]);
});

test.each<[string, object]>([
  ['an object', { 'X-Trace': 'caf\xe9 7' }],
  ['Headers', new Headers({ 'X-Trace': 'caf\xe9 7' })],
  ['entries', [['X-Trace', 'caf\xe9 7']]],
])('sends headers that are %s', async (_name, headers) => {
  const { client, sent } = scriptApi([ok()]);
  await client.users.get('ada', { headers } as never);
  expect(sent[0]?.headers.get('x-trace')).toBe('caf\xe9 7');
});

test('throws none of these errors synchronously', () => {
  const { client } = scriptApi([]);
  const calls = [
    () => client.users.update('ada', { lastName: Number.NaN as never }),
    () => client.users.list(new Map() as never),
    () => client.request(undefined as never),
    () => client.users.get('ada', { headers: { 'x\n': 'a' } }),
    () => client.users.get('ada', { signal: {} as never }),
  ];
  for (const call of calls) expect(() => void call().catch(() => {})).not.toThrow();
});
