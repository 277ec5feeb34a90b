import { expect, test } from 'vitest';
import { type Answer, answerFor } from '../src/adapter.ts';
import { ToriiAuthError } from '../src/index.ts';

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
  await expect(answerFor(foreign, null, () => ({ status: 200, headers: {}, body: null }))).rejects.toBe(foreign);
});
