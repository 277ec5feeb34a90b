import { createToriiClient } from '@torii/api';
import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { webhookHandler } from '@torii/express/webhooks';
import { createRevocations, pollFeed, type RevocationEvent } from '@torii/revocation';
import express from 'express';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { serveExample } from './served-app.ts';

let emulator: Emulator;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  emulator = await startEmulator({ webhookRetrySeconds: [0.1, 0.1, 0.1] });
});

afterEach(async () => {
  vi.useRealTimers();
  await emulator.stop();
});

function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000);
}

// #region drill
test('while the API is down, calls fail and requests with tokens work', async () => {
  const client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl, maxRetries: 0 });
  const verifier = createVerifier({ issuer: emulator.issuer });

  emulator.fail('api');
  await expect(client.users.list()).rejects.toMatchObject({ name: 'ToriiApiError', status: 503 });
  emulator.cut('api');
  await expect(client.users.list()).rejects.toMatchObject({ name: 'ToriiConnectionError', reason: 'network' });
  await verifier.verify(await emulator.token());
});

test('a clock that is ten minutes wrong refuses every token', async () => {
  const verifier = createVerifier({ issuer: emulator.issuer });
  const token = await emulator.token();
  vi.setSystemTime(Date.now() - 600_000);
  await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'token_not_yet_valid' });
  vi.setSystemTime(Date.now() + 1_200_000);
  await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'token_expired' });
});

test('with the issuer of another environment, every token is refused, and no keys are fetched', async () => {
  await using production = await startEmulator();
  const verifier = createVerifier({ issuer: emulator.issuer });
  await expect(verifier.verify(await production.token())).rejects.toMatchObject({ reason: 'issuer_refused' });
  expect(emulator.requests.keys).toBe(0);
});
// #endregion

test('a deploy without the variable, or with an emulator on another machine, does not start', () => {
  for (const issuer of [undefined, '', 'http://torii.internal:4100']) {
    expect(() => createVerifier({ issuer })).toThrow(expect.objectContaining({ option: 'issuer' }));
  }
});

test('a secret key that was replaced is a mistake of the server, and not a 401 for its users', async () => {
  const client = createToriiClient({ secretKey: 'sk_test_replaced', apiUrl: emulator.apiUrl });
  await expect(client.users.list()).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'secretKey' });
});

test('without the store of revocations, requests get 503 after `maxStaleSeconds`, and work again when it does', async () => {
  let isDown = false;
  const events: RevocationEvent['type'][] = [];
  const read = async () => {
    if (isDown) throw new Error('the store is down');
    return { texts: [] };
  };
  const { issuer, environmentId } = emulator;
  const revocations = createRevocations({
    issuer,
    environmentId,
    feed: pollFeed({ read, everyMs: 250 }),
    maxStaleSeconds: 60,
    waitMs: 0,
    onEvent: ({ type }) => events.push(type),
  });
  await revocations.ready();
  const verifier = createVerifier({ issuer, revocations });
  const request = { authorization: `Bearer ${await emulator.token()}` };
  const reason = async () => (await verifier.check(request)).denial?.body.error.reason;
  expect(await reason()).toBeUndefined();

  isDown = true;
  await expect.poll(() => events).toContain('feed_failed');
  expect(await reason()).toBeUndefined();
  pass(61);
  await expect.poll(reason).toBe('revocations_unavailable');
  await expect.poll(() => events).toContain('feed_stale');

  isDown = false;
  await expect.poll(reason).toBeUndefined();
  expect(events).toContain('feed_recovered');
  await revocations.close();
});

test('while the store of webhooks is down, Torii sends the event again', async () => {
  vi.useRealTimers();
  let isDown = true;
  const handled: string[] = [];
  const entries = new Map<string, object>();
  const store = {
    async get(key: string) {
      if (isDown) {
        isDown = false;
        throw new Error('the store is down');
      }
      return entries.get(key);
    },
    set: async (key: string, value: object) => void entries.set(key, value),
    delete: async (key: string) => entries.delete(key),
  };
  const app = express();
  const receive = webhookHandler({ secret: emulator.webhookSecret, store }, (event) => void handled.push(event.type));
  app.post('/webhooks', receive);
  await using receiver = await serveExample(async () => ({ server: app.listen(0) }));
  await emulator.addWebhook({ url: `${receiver.url}/webhooks` });

  await emulator.createUser({ email: 'ada@example.com' });
  await emulator.webhooksSettled();
  expect(handled).toEqual(['user.created']);
  expect(emulator.webhookDeliveries()[0]?.attempts).toHaveLength(2);
});
