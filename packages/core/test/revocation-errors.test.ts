import { expect, test, vi } from 'vitest';
import {
  denialFor,
  ToriiApiError,
  ToriiAuthError,
  ToriiError,
  ToriiRevocationError,
  ToriiUnavailableError,
} from '../src/index.ts';

const announce = async () => {};
const failed = new ToriiRevocationError({ announce });
const carriedOut = new ToriiRevocationError({ announce, answer: { id: 'user_1', email: 'ada@acme.test' } });

test('says what to do next', () => {
  expect(failed.message).toBe(
    'The revocation could not be announced, so other servers may accept the tokens until they expire. Call `announce()` of this error to try again.',
  );
  expect(carriedOut.message).toBe(
    'Torii has carried out the call, but its revocation could not be announced, so other servers may accept the tokens until they expire. Do not repeat the call. Call `announce()` of this error to try again.',
  );
});

test('has the answer of the API, also if there is none', () => {
  expect(failed.answer).toBeUndefined();
  expect(carriedOut.answer).toMatchObject({ id: 'user_1' });
  const deleted = new ToriiRevocationError({ announce, answer: undefined });
  expect([deleted.answer, deleted.message]).toEqual([undefined, carriedOut.message]);
});

test('repeats the announcement, also if `announce` is taken out of the error', async () => {
  const again = vi.fn(async () => {});
  const { announce } = new ToriiRevocationError({ announce: again });
  await announce();
  expect(again).toHaveBeenCalledOnce();
});

test('[18] is not a refusal, so no caller gets it as a 4xx', () => {
  expect(denialFor(carriedOut)).toBeUndefined();
  expect(carriedOut).toBeInstanceOf(ToriiError);
  for (const other of [ToriiAuthError, ToriiUnavailableError, ToriiApiError])
    expect(carriedOut).not.toBeInstanceOf(other);
  for (const name of ['status', 'statusCode', 'expose', 'headers']) expect(name in carriedOut).toBe(false);
});

test('loggers see neither the answer nor the function', () => {
  expect(Object.keys(carriedOut)).toEqual(['name', 'code']);
  expect(JSON.parse(JSON.stringify(carriedOut))).toEqual({
    name: 'ToriiRevocationError',
    code: 'revocation_not_announced',
    message: carriedOut.message,
  });
});

test('its cause is safe to log', () => {
  const thrown = Object.assign(new Error('redis://user:password@store: READONLY'), { command: { args: ['secret'] } });
  const { cause } = new ToriiRevocationError({ announce }, { cause: thrown });
  expect(cause).toMatchObject({ message: 'redis://store: READONLY' });
  expect(Object.keys(cause as Error)).toEqual(['message']);
  expect('cause' in failed).toBe(false);
});

test('another copy of the package recognizes it', async () => {
  vi.resetModules();
  const copy = await import('../src/index.ts');
  expect(copy.ToriiRevocationError).not.toBe(ToriiRevocationError);
  expect(failed).toBeInstanceOf(copy.ToriiRevocationError);
  expect(new copy.ToriiRevocationError({ announce })).toBeInstanceOf(ToriiRevocationError);
});
