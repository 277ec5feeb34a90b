import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import { patience, type Receiver, startReceiver } from './receiver.ts';
import { callApi } from './rest.ts';

let receiver: Receiver;
let torii: Emulator;
beforeEach(async () => {
  receiver = await startReceiver();
  torii = await startEmulator({ webhooks: [{ url: receiver.url }], webhookRetrySeconds: [0.02, 0.02] });
});
afterEach(async () => {
  await torii.stop();
  await receiver.stop();
});

const outcomes = () => torii.webhookDeliveries()[0]?.attempts.map(({ status, failure }) => status ?? failure);

test('fails without sending the event to the receiver', async () => {
  torii.fail('webhooks', { status: 502, times: 2 });
  await torii.createUser();
  await torii.webhooksSettled();
  expect([outcomes(), receiver.received.length]).toEqual([[502, 502, 204], 1]);
});

test('respects the Retry-After of a fault', async () => {
  await torii.stop();
  torii = await startEmulator({ webhooks: [{ url: receiver.url }], webhookRetrySeconds: [1, 1000] });
  torii.fail('webhooks', { status: 429, headers: { 'Retry-After': '900' } });
  await torii.createUser();
  await expect.poll(outcomes, patience).toEqual([429]);
  const [delivery] = torii.webhookDeliveries();
  expect(Date.parse(delivery?.nextAttemptAt ?? '') - Date.now()).toBeGreaterThan(800_000);
});

test.each([
  ['request', 1],
  ['answer', 2],
  ['body', 2],
] as const)('cuts at the %s, so that an event comes in %i times', async (at, times) => {
  torii.cut('webhooks', { at, times: 1 });
  await torii.createUser();
  await torii.webhooksSettled();
  expect([outcomes(), receiver.received.length]).toEqual([['unreachable', 204], times]);
  expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(1);
});

test('delays one event, so that a later one arrives first, without using up the receiver’s timeout', async () => {
  await torii.stop();
  torii = await startEmulator({ webhooks: [{ url: receiver.url }], webhookTimeoutMs: 2000 });
  torii.delay('webhooks', 2500, { times: 1 });
  const { id } = await torii.createUser();
  await expect.poll(() => torii.requests.webhooks, patience).toBe(1);
  await callApi(torii, 'DELETE', `/users/${id}`);
  await torii.webhooksSettled();
  expect(receiver.types()).toEqual(['user.deleted', 'user.created']);
});

test('counts attempts, including failed ones', async () => {
  torii.fail('all', { times: 1 });
  await torii.createUser();
  await torii.webhooksSettled();
  expect(torii.requests).toMatchObject({ webhooks: 2, api: 0 });
});
