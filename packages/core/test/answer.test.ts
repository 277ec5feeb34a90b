import { expect, test } from 'vitest';
import { type Answer, answerFor } from '../src/adapter.ts';
import { ToriiAuthError } from '../src/index.ts';

const error = new ToriiAuthError('token_missing', 'No token was sent.');

const answerWith = (headers: object): Promise<Answer> =>
  answerFor(error, null, (denial) => ({ ...denial, headers: headers as Answer['headers'] }));

test('is the denial where nobody says otherwise', async () => {
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
  ['nothing of headers', {}, { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' }],
  ['Vary', { Vary: 'Origin' }, { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie, Origin' }],
  [
    'vary in other letters, and what is there already',
    { vary: 'Origin,Cookie', VARY: 'Accept' },
    { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie, Origin, Accept' },
  ],
  [
    'headers that are undefined',
    { Vary: undefined, 'Cache-Control': undefined },
    { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' },
  ],
  ['Cache-Control', { 'Cache-Control': 'no-cache' }, { 'Cache-Control': 'no-cache', Vary: 'Authorization, Cookie' }],
])('[20] depends on who asks, also where onError says %s', async (_name, headers, expected) => {
  expect((await answerWith(headers)).headers).toEqual(expected);
});

test('passes on what is no refusal of ours, without asking onError', async () => {
  const foreign = new Error('of somebody else');
  await expect(answerFor(foreign, null, () => ({ status: 200, headers: {}, body: null }))).rejects.toBe(foreign);
});
