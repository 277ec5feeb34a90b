import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { requireAuth, type Verifier } from '@torii/express';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';
import { createApi, type Session } from '../src/browser/api.ts';

let emulator: Emulator;
let api: Listening;
/** The refusals of the API, in order. */
let refused: string[];
let visits: string[];
let onRefusal: () => void;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

beforeEach(async () => {
  [refused, visits, onRefusal] = [[], [], () => undefined];
  // With its own `fetch`, a verifier does not share the keys of other tests.
  const verifier: Verifier = createVerifier({
    issuer: emulator.issuer,
    fetch: (...request) => fetch(...request),
    onEvent(event) {
      if (event.type !== 'refused') return;
      refused.push(String(Reflect.get(event.error, 'reason')));
      onRefusal();
    },
  });
  api = await listen(
    express()
      .use(requireAuth(verifier))
      .use((req, res) => {
        visits.push(`${req.method} ${req.auth?.userId}`);
        res.json({ userId: req.auth?.userId });
      }),
  );
});
afterEach(() => api[Symbol.asyncDispose]());

/** A session whose first token is `first`. Each renewal takes the next token. */
function sessionOf(first: string | null, ...next: (string | null)[]): Session & { renewals: number; signIns: number } {
  let held = first;
  return {
    renewals: 0,
    signIns: 0,
    async getToken({ skipCache = false } = {}) {
      if (!skipCache) return held;
      this.renewals++;
      held = next.shift() ?? null;
      return held;
    },
  };
}

function apiOf(session: Session & { signIns: number }) {
  return createApi(api.origin, session, () => {
    session.signIns++;
  });
}

const expired = () => emulator.token({ expiresInSeconds: -60 });

test('sends the token, and other headers of the call', async () => {
  const session = sessionOf(await emulator.token({ userId: 'ada' }));
  const response = await apiOf(session)('/orders', { method: 'POST', headers: { 'X-Request-Id': '1' } });
  expect([response.status, await response.json(), visits]).toEqual([200, { userId: 'ada' }, ['POST ada']]);
  expect(session).toMatchObject({ renewals: 0, signIns: 0 });
});

test('renews an expired token once, and repeats the request', async () => {
  const session = sessionOf(await expired(), await emulator.token({ userId: 'ada' }));
  const response = await apiOf(session)('/orders', { method: 'POST' });
  expect([response.status, refused, visits]).toEqual([200, ['token_expired'], ['POST ada']]);
  expect(session).toMatchObject({ renewals: 1, signIns: 0 });
});

test('calls that are refused at the same time share one renewal', async () => {
  const session = sessionOf(await expired(), await emulator.token({ userId: 'ada' }));
  // Each of the five calls asks twice: before its request, and after the refusal. The renewal ends after that.
  const { getToken } = session;
  let asked = 0;
  session.getToken = async (options) => {
    if (options?.skipCache) await expect.poll(() => asked).toBe(10);
    else asked++;
    return getToken.call(session, options);
  };
  const call = apiOf(session);
  const responses = await Promise.all([1, 2, 3, 4, 5].map((number) => call(`/orders/${number}`)));
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(session.renewals).toBe(1);
});

test('asks the user to sign in if the new token is refused too, and repeats the request only once', async () => {
  const session = sessionOf(await expired(), await expired(), await expired());
  const response = await apiOf(session)('/me');
  expect([response.status, refused]).toEqual([401, ['token_expired', 'token_expired']]);
  expect(session).toMatchObject({ renewals: 1, signIns: 1 });
});

test('asks the user to sign in if there is no session', async () => {
  const signedOut = sessionOf(null);
  expect([(await apiOf(signedOut)('/me')).status, signedOut]).toMatchObject([401, { renewals: 0, signIns: 1 }]);
  const ended = sessionOf(await expired(), null);
  expect([(await apiOf(ended)('/me')).status, ended]).toMatchObject([401, { renewals: 1, signIns: 1 }]);
});

test('does not ask the user to sign in if the API refuses every token of this issuer', async () => {
  const foreign = () => emulator.token({ issuer: 'https://other.torii.so' });
  const session = sessionOf(await foreign(), await foreign());
  const response = await apiOf(session)('/me');
  expect([response.status, refused]).toEqual([401, ['issuer_refused', 'issuer_refused']]);
  expect(session.signIns).toBe(0);
});

test('waits as long as a 503 says, and repeats the request', async () => {
  emulator.fail('keys');
  onRefusal = () => emulator.recover();
  const session = sessionOf(await emulator.token({ userId: 'ada' }));
  const response = await apiOf(session)('/orders', { method: 'POST' });
  expect([response.status, refused, visits]).toEqual([200, ['keys_unavailable'], ['POST ada']]);
  expect(session).toMatchObject({ renewals: 0, signIns: 0 });
});

test('leaves the body of a refusal to the caller', async () => {
  const response = await apiOf(sessionOf(null))('/me');
  expect(await response.json()).toMatchObject({ error: { reason: 'token_missing' } });
});

test.each(['https://evil.example/me', '//evil.example/me', '/\\evil.example/me'])(
  'sends no token to %s',
  async (path) => {
    await expect(apiOf(sessionOf(await emulator.token()))(path)).rejects.toThrow('not for');
  },
);
