import { expect, test } from 'vitest';
import { denialFor, ToriiApiError, ToriiAuthError, ToriiConnectionError, ToriiError } from '../src/index.ts';

const call = { method: 'GET', path: '/api/server/v1/users/ada', attempts: 2 };
const refused = new ToriiApiError('No.', { ...call, status: 404, code: 'user_not_found' });
const unreachable = new ToriiConnectionError('timeout', 'No answer.', call);

test.each([
  ['a refusal of the API', refused, ToriiApiError],
  ['an unreachable API', unreachable, ToriiConnectionError],
])('recognizes %s by its class only', (_name, error, own) => {
  expect(error).toBeInstanceOf(own);
  expect(error).toBeInstanceOf(ToriiError);
  expect(error).not.toBeInstanceOf(ToriiAuthError);
});

test.each([
  ['a refusal of the API', refused],
  ['an unreachable API', unreachable],
])('has no denial for %s', (_name, error) => {
  expect(denialFor(error)).toBeUndefined();
});

test('unknown fields of an API error are null', () => {
  expect(refused).toMatchObject({ ...call, status: 404, supportId: null, problem: null, retryAfterSeconds: null });
});

test('recognizes an error of a subclass as its parent class, but not the reverse', () => {
  class Quota extends ToriiApiError {}
  expect(new Quota('No.', { ...call, status: 429, code: 'quota' })).toBeInstanceOf(ToriiApiError);
  expect(refused).not.toBeInstanceOf(Quota);
});
