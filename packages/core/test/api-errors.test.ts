import { expect, test } from 'vitest';
import { denialFor, ToriiApiError, ToriiAuthError, ToriiConnectionError, ToriiError } from '../src/index.ts';

const call = { method: 'GET', path: '/api/server/v1/users/ada', attempts: 2 };
const refused = new ToriiApiError('No.', { ...call, status: 404, code: 'user_not_found' });
const unreachable = new ToriiConnectionError('timeout', 'No answer.', call);

test.each([
  ['a refusal of the API', refused, ToriiApiError],
  ['an unreachable API', unreachable, ToriiConnectionError],
])('knows %s by its class, and by no other', (_name, error, own) => {
  expect(error).toBeInstanceOf(own);
  expect(error).toBeInstanceOf(ToriiError);
  expect(error).not.toBeInstanceOf(ToriiAuthError);
});

test.each([
  ['a refusal of the API', refused],
  ['an unreachable API', unreachable],
])('leaves %s to the app to answer', (_name, error) => {
  expect(denialFor(error)).toBeUndefined();
});

test('says what an API error does not know with null', () => {
  expect(refused).toMatchObject({ ...call, status: 404, supportId: null, problem: null, retryAfterSeconds: null });
});

test('takes an error of a subclass for its parent, and not the other way round', () => {
  class Quota extends ToriiApiError {}
  expect(new Quota('No.', { ...call, status: 429, code: 'quota' })).toBeInstanceOf(ToriiApiError);
  expect(refused).not.toBeInstanceOf(Quota);
});
