import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator, type User, type WebhookDelivery } from '../src/index.ts';
import { retryDelayMs } from '../src/webhooks/retries.ts';
import { type Answer, patience, type Receiver, serve, startReceiver, verify } from './receiver.ts';
import { callApi } from './rest.ts';

/** Long enough that no retry happens during a test. */
const longRetries = [1000, 2000, 3000];

let receiver: Receiver;
let torii: Emulator;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await torii.stop();
  await receiver.stop();
});

async function start(options: EmulatorOptions = {}): Promise<void> {
  torii = await startEmulator({ webhooks: [{ url: receiver.url }], webhookRetrySeconds: longRetries, ...options });
}

function delivery(): WebhookDelivery {
  const [newest] = torii.webhookDeliveries();
  if (newest === undefined) throw new Error('Nothing has been sent.');
  return newest;
}

/** Waits until the newest delivery has had the given number of attempts. */
async function attempts(count: number): Promise<WebhookDelivery> {
  await expect.poll(() => delivery().attempts.length).toBe(count);
  return delivery();
}

test('retries a refused event with the same id and body and a new timestamp, until it is accepted', async () => {
  await start({ webhookRetrySeconds: [0.02, 0.02, 0.02] });
  receiver.answer = (_one, count) => ({ status: count < 3 ? 500 : 204 });
  await torii.createUser();
  await torii.webhooksSettled();
  expect(receiver.received).toHaveLength(3);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  for (const one of receiver.received) expect(verify(one, torii.webhookSecret)).toEqual(one.event);
  expect(delivery()).toMatchObject({
    event: receiver.first().event,
    url: receiver.url,
    state: 'delivered',
    attempts: [{ status: 500, failure: 'refused' }, { status: 500 }, { status: 204, failure: null, answer: null }],
    nextAttemptAt: null,
  });
});

test('gives up after the last attempt', async () => {
  await start({ webhookRetrySeconds: [0.02] });
  receiver.answer = () => ({ status: 500, body: 'no, thanks' });
  await torii.createUser();
  await torii.webhooksSettled();
  expect(receiver.received).toHaveLength(2);
  expect(delivery()).toMatchObject({ state: 'failed', attempts: [{ answer: 'no, thanks' }, {}], nextAttemptAt: null });
});

test.each<[string, Answer, object]>([
  ['a refusal', { status: 400 }, { status: 400, failure: 'refused' }],
  ['an outage', { status: 503 }, { status: 503, failure: 'refused' }],
  ['a redirect', { status: 302, headers: { location: '/' } }, { status: 302, failure: 'redirected' }],
  ['a permanent redirect', { status: 308, headers: { location: '/' } }, { failure: 'redirected' }],
])('treats %s as a failure, and retries', async (_name, answer, expected) => {
  await start();
  receiver.answer = () => answer;
  await torii.createUser();
  expect(await attempts(1)).toMatchObject({ state: 'waiting', attempts: [expected] });
  expect(receiver.received).toHaveLength(1);
});

test('treats every 2xx as a success, with any body', async () => {
  await start();
  receiver.answer = () => ({ status: 202, body: 'x'.repeat(1_000_000) });
  await torii.createUser();
  await torii.webhooksSettled();
  expect(delivery().attempts).toMatchObject([{ status: 202, failure: null }]);
});

test('treats a missing or incomplete response as a failure after the timeout', async () => {
  await start({ webhookTimeoutMs: 100 });
  receiver.answer = () => null;
  await torii.createUser();
  expect(await attempts(1)).toMatchObject({ attempts: [{ status: null, failure: 'timed_out' }] });
  await using half = await serve((_request, response) => response.writeHead(200).write('half of'));
  await torii.addWebhook({ url: half.url });
  await torii.createUser();
  await expect
    .poll(() => torii.webhookDeliveries().find(({ url }) => url.startsWith(half.url))?.attempts, patience)
    .toMatchObject([{ failure: 'timed_out' }]);
});

test('treats a closed connection as a failure', async () => {
  await start();
  await using cutter = await serve((request) => request.socket.destroy());
  await torii.addWebhook({ url: cutter.url });
  await torii.createUser();
  await expect
    .poll(() => torii.webhookDeliveries().find(({ url }) => url.startsWith(cutter.url))?.attempts, patience)
    .toMatchObject([{ status: null, failure: 'unreachable' }]);
});

test('delivers to a receiver that was down, when it is up again', async () => {
  await start({ webhookRetrySeconds: Array(100).fill(0.1) });
  const port = Number(new URL(receiver.url).port);
  await receiver.stop();
  const user = await torii.createUser();
  await expect.poll(() => delivery().attempts.length, patience).toBeGreaterThan(1);
  expect(delivery().attempts[0]).toMatchObject({ status: null, failure: 'unreachable' });
  receiver = await startReceiver(port);
  await torii.webhooksSettled();
  expect(receiver.received.map(({ event }) => event.data)).toEqual([user]);
});

test('sends nothing to a webhook that responded with 410, until it is added again', async () => {
  await start();
  receiver.answer = (_one, count) => (count === 1 ? { status: 500 } : { status: 410 });
  await torii.createUser({ name: 'waits' });
  await attempts(1);
  await torii.createUser({ name: 'gone' });
  await torii.webhooksSettled();
  expect(torii.webhookDeliveries().map(({ state }) => state)).toEqual(['failed', 'failed']);
  expect(torii.webhooks).toMatchObject([{ disabledAt: expect.any(String) }]);
  await torii.createUser({ name: 'not told' });
  await torii.webhooksSettled();
  receiver.answer = () => undefined;
  await torii.addWebhook({ url: receiver.url });
  expect(torii.webhooks).toMatchObject([{ disabledAt: null }]);
  await torii.createUser({ name: 'told' });
  await torii.webhooksSettled();
  expect(receiver.received.map(({ event }) => (event.data as User).name)).toEqual(['waits', 'gone', 'told']);
});

test('waits by the emulator’s clock, which advance moves', async () => {
  await start();
  receiver.answer = (_one, count) => (count < 3 ? { status: 500 } : undefined);
  await torii.createUser();
  await attempts(1);
  torii.advance(longRetries[0] ?? 0);
  const { nextAttemptAt } = await attempts(2);
  const waitSeconds = (Date.parse(nextAttemptAt ?? '') - torii.now().getTime()) / 1000;
  expect(waitSeconds).toBeGreaterThan(1400);
  expect(waitSeconds).toBeLessThanOrEqual(2000);
  torii.advance(1000);
  expect(receiver.received).toHaveLength(2);
  torii.advance(1000);
  await torii.webhooksSettled();
  expect(receiver.received).toHaveLength(3);
});

test('notices that a test has moved the system clock', async () => {
  await start();
  receiver.answer = (_one, count) => (count < 2 ? { status: 500 } : undefined);
  await torii.createUser();
  await attempts(1);
  vi.setSystemTime(Date.now() + 1_000_000);
  try {
    await torii.webhooksSettled();
    expect(receiver.received).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test.each<[string, string, number, number]>([
  ['seconds', '1500', 1300, 1500],
  ['less than the scheduled wait', '1', 600, 1000],
  ['more than the longest scheduled wait', '999999', 2800, 3000],
  ['nonsense', 'soon', 600, 1000],
  ['a date in the past', 'Thu, 01 Jan 1970 00:00:00 GMT', 600, 1000],
])('handles a Retry-After of %s', async (_name, retryAfter, least, most) => {
  await start();
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': retryAfter } });
  await torii.createUser();
  const { nextAttemptAt } = await attempts(1);
  const waitSeconds = (Date.parse(nextAttemptAt ?? '') - Date.now()) / 1000;
  expect(waitSeconds).toBeGreaterThan(least);
  expect(waitSeconds).toBeLessThanOrEqual(most);
});

test('handles a Retry-After that is a date', () => {
  const date = new Date(Date.now() + 100_000).toUTCString();
  expect(retryDelayMs(1, [1, 3600], date)).toBeGreaterThan(90_000);
  expect(retryDelayMs(1, [1, 3600], date)).toBeLessThanOrEqual(100_000);
});

test.each([
  [
    'RFC 850',
    (iso: string, text: string) =>
      `${fullDay(iso)}, ${text.slice(5, 7)}-${text.slice(8, 11)}-${text.slice(14, 16)} ${text.slice(17)}`,
  ],
  [
    'asctime',
    (_iso: string, text: string) =>
      `${text.slice(0, 3)} ${text.slice(8, 11)} ${text.slice(5, 7).replace(/^0/, ' ')} ${text.slice(17, 25)} ${text.slice(12, 16)}`,
  ],
  ['blanks around', (_iso: string, text: string) => ` ${text}\t`],
])('handles a Retry-After that is a date in an older form: %s', (_name, rewrite) => {
  const date = new Date(Date.now() + 100_000);
  const text = rewrite(date.toISOString(), date.toUTCString());
  expect(retryDelayMs(1, [1, 3600], text)).toBeGreaterThan(90_000);
  expect(retryDelayMs(1, [1, 3600], text)).toBeLessThanOrEqual(100_000);
});

test.each([
  'Sun, 31 Feb 2060 00:00:00 GMT',
  'Sun Nov 29 2060',
  '2060-11-29T12:00:00Z',
  'Sun, 29 Nov 2060 12:00:00',
  '100 s',
  '1e3',
  '-5',
  `${' '.repeat(2_000)}100`,
])('ignores a Retry-After that is neither seconds nor an HTTP date: %j', (text) => {
  expect(retryDelayMs(1, [1, 3600], text)).toBeLessThanOrEqual(1_000);
});

function fullDay(iso: string): string {
  return new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: 'UTC' }).format(new Date(iso));
}

test('adds jitter to the waits, and makes no more attempts than scheduled', () => {
  const delays = Array.from({ length: 100 }, () => retryDelayMs(2, [1, 10], undefined) ?? 0);
  expect(new Set(delays).size).toBeGreaterThan(50);
  for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(8000);
  for (const delay of delays) expect(delay).toBeLessThanOrEqual(10_000);
  expect(retryDelayMs(3, [1, 10], undefined)).toBeUndefined();
  expect(retryDelayMs(1, [], '5')).toBeUndefined();
});

test('a webhook that hangs delays neither the API nor another webhook, and gets at most five requests at once', async () => {
  await using hanging = await startReceiver();
  hanging.answer = () => null;
  await start();
  await torii.addWebhook({ url: hanging.url });
  for (let count = 0; count < 20; count++) {
    expect((await callApi(torii, 'POST', '/users', { name: `user ${count}` })).status).toBe(201);
  }
  await expect.poll(() => receiver.received.length, patience).toBe(20);
  await expect.poll(() => hanging.received.length, patience).toBe(5);
  expect(torii.webhookDeliveries().filter(({ state }) => state === 'waiting')).toHaveLength(20);
});

test('stops immediately while a receiver hangs or attempts are waiting', async () => {
  await start({ webhookTimeoutMs: 600_000 });
  receiver.answer = () => null;
  for (let count = 0; count < 8; count++) await torii.createUser();
  await expect.poll(() => receiver.received.length, patience).toBe(5);
  torii.delay('webhooks', 600_000);
  // Waiting for the receiver or the delay would take ten minutes.
  await torii.stop();
});

test('drops the deliveries of a removed webhook, waiting or in flight', async () => {
  await start();
  receiver.answer = () => null;
  for (let count = 0; count < 7; count++) await torii.createUser();
  await expect.poll(() => receiver.received.length, patience).toBe(5);
  const settled = torii.webhooksSettled();
  const [webhook] = torii.webhooks;
  await torii.removeWebhook(webhook?.id ?? '');
  await settled;
  expect(torii.webhookDeliveries()).toEqual([]);
});

test('webhooksSettled reports the waiting deliveries and the responses after its timeout', async () => {
  await start();
  receiver.answer = () => ({ status: 401, body: '{"reason":"signature_invalid","secret":"whsec_c2VjcmV0"}' });
  await torii.createUser();
  await attempts(1);
  const error: unknown = await torii.webhooksSettled({ timeoutMs: 50 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'webhooks_waiting' });
  for (const text of ['user.created', receiver.url, '401', 'signature_invalid', 'whsec_…']) {
    expect(String(error)).toContain(text);
  }
  expect(String(error)).not.toContain('c2VjcmV0');
});

test('webhooksSettled rejects when the emulator is stopped', async () => {
  await start();
  receiver.answer = () => null;
  await torii.createUser();
  const settled = torii.webhooksSettled({ timeoutMs: 600_000 }).catch((error: unknown) => error);
  await torii.stop();
  expect(await settled).toMatchObject({ code: 'webhooks_waiting' });
});

test('redelivers the same event, even if its delivery had failed, and also to a webhook that was added later', async () => {
  await start({ webhookRetrySeconds: [] });
  receiver.answer = () => ({ status: 500 });
  await torii.createUser();
  await torii.webhooksSettled();
  const { event } = delivery();
  expect(delivery().state).toBe('failed');
  await using later = await startReceiver();
  await torii.addWebhook({ url: later.url });
  receiver.answer = () => undefined;
  await torii.redeliver(event.id);
  await torii.webhooksSettled();
  expect([receiver.received.map((one) => one.event), later.received.map((one) => one.event)]).toEqual([
    [event, event],
    [event],
  ]);
  const state = torii.webhookDeliveries().find(({ url }) => url === receiver.url);
  expect(state).toMatchObject({ state: 'delivered', attempts: [{ status: 500 }, { status: 204 }] });
});

test('makes a redelivery that is requested during an attempt after that attempt', async () => {
  await start();
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using slow = await serve(async (_request, response) => {
    count++;
    await held;
    response.writeHead(204).end();
  });
  let count = 0;
  await torii.addWebhook({ url: slow.url });
  await torii.createUser();
  await expect.poll(() => count, patience).toBe(1);
  await torii.redeliver(delivery().event.id);
  release?.();
  await torii.webhooksSettled();
  expect(count).toBe(2);
});

test('refuses to redeliver an unknown event, or one that no webhook accepts', async () => {
  await start();
  await torii.createUser();
  await torii.webhooksSettled();
  await expect(torii.redeliver('evt_nobody')).rejects.toMatchObject({ code: 'event_unknown' });
  const { event } = delivery();
  await torii.addWebhook({ url: receiver.url, types: ['user.deleted'] });
  await expect(torii.redeliver(event.id)).rejects.toMatchObject({ code: 'option_invalid' });
});

test('keeps the last events and attempts, and all waiting deliveries', async () => {
  await using down = await startReceiver();
  down.answer = () => ({ status: 500 });
  await start();
  await torii.addWebhook({ url: down.url, types: ['user.deleted'] });
  const { id } = await torii.createUser();
  await callApi(torii, 'DELETE', `/users/${id}`);
  for (let count = 0; count < 1200; count++) await torii.createUser();
  await torii.webhooksSettled({ timeoutMs: 200 }).catch(() => {});
  await expect.poll(() => receiver.received.length).toBe(1202);
  const remembered = torii.webhookDeliveries({ limit: 5000 });
  expect(remembered.length).toBeLessThan(1150);
  expect(remembered.length).toBeGreaterThan(1000);
  // The receiver gets a request before the emulator has stored its result.
  const waiting = () =>
    torii
      .webhookDeliveries({ limit: 5000 })
      .filter(({ state }) => state === 'waiting')
      .map(({ event }) => event.type);
  await expect.poll(waiting, patience).toEqual(['user.deleted']);

  const newest = remembered[0]?.event.id ?? '';
  for (let count = 0; count < 25; count++) {
    await torii.redeliver(newest);
    await expect.poll(() => receiver.received.length, patience).toBe(1203 + count);
  }
  await expect.poll(() => torii.webhookDeliveries({ limit: 1 })[0]?.state, patience).toBe('delivered');
  expect(torii.webhookDeliveries({ limit: 1 })[0]?.attempts).toHaveLength(20);
});

test('sends waiting events at once when the clock is reset, instead of waiting for a time far in the future', async () => {
  await start();
  receiver.answer = (_one, count) => ({ status: count === 1 ? 500 : 204 });
  torii.advance(86_400);
  await torii.createUser();
  await attempts(1);
  torii.resetClock();
  await torii.webhooksSettled();
  expect(receiver.received).toHaveLength(2);
});
