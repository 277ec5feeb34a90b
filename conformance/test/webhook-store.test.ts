// Repeated deliveries, with a real Redis that several receivers share.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import KeyvRedis from '@keyv/redis';
import {
  createWebhookReceiver,
  type WebhookAnswer,
  type WebhookReceiverEvent,
  type WebhookStore,
} from '@torii/core/webhooks';
import { Keyv } from 'keyv';
import { Webhook } from 'standardwebhooks';
import { expect, test, vi } from 'vitest';
import { type StoreServer, startStore } from '../../packages/authz/test/store-servers.ts';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { secrets } from '../adapters/webhooks.ts';
import type { Order, Report } from './webhook-process.ts';

failOnCrashes();

function sign(id: string) {
  const payload = JSON.stringify({ id, type: 'user.created', data: {} });
  const now = new Date();
  return {
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secrets.current).sign(id, now, payload),
    },
    payload,
  };
}

function summarize({ status, body }: WebhookAnswer): string {
  return `${status} ${'error' in body ? body.error.reason : body.status}`;
}

/** A receiver with its own connection to Redis, like one in another process. */
function node({ port }: StoreServer) {
  const keyv = new Keyv(new KeyvRedis(`redis://127.0.0.1:${port}`));
  const store: WebhookStore = keyv;
  const notices: WebhookReceiverEvent[] = [];
  const onEvent = (notice: WebhookReceiverEvent): void => void notices.push(notice);
  const receiver = createWebhookReceiver({ secret: secrets.current, store, onEvent });
  const handled: string[] = [];
  let work: () => unknown = () => {};
  return {
    handled,
    notices,
    doing: (next: () => unknown) => {
      work = next;
    },
    answer: async (id: string) =>
      summarize(
        await receiver.receive(sign(id), async (event) => {
          handled.push(event.id);
          await work();
        }),
      ),
    [Symbol.asyncDispose]: () => keyv.disconnect(),
  };
}

test('[29] an event that one receiver handled is a repeat for all others, including later ones', async (context) => {
  await using server = await startStore(context, 'redis');
  await using first = node(server);
  await using second = node(server);
  expect([await first.answer('evt_1'), await second.answer('evt_1')]).toEqual(['200 handled', '200 repeated']);
  await using later = node(server);
  expect(await later.answer('evt_1')).toBe('200 repeated');
  expect([second.handled, later.handled]).toEqual([[], []]);
});

test('[29] answers 503 while another receiver handles the event, and handles it if that one fails', async (context) => {
  await using server = await startStore(context, 'redis');
  await using first = node(server);
  await using second = node(server);
  const ends: (() => void)[] = [];
  first.doing(
    () =>
      new Promise((_, reject) => {
        ends.push(() => reject(new Error('down')));
      }),
  );
  const pending = first.answer('evt_1').catch(String);
  await expect.poll(() => first.handled).toEqual(['evt_1']);
  expect(await second.answer('evt_1')).toBe('503 in_progress');
  for (const end of ends) end();
  expect(await pending).toContain('down');
  expect(await second.answer('evt_1')).toBe('200 handled');
});

/** The default of `leaseSeconds`. The simulation's scenario `webhooks` has the exact times. */
const leaseMs = 60_000;

test('an event whose process is killed is handled by another receiver when the lease ends', async (context) => {
  await using server = await startStore(context, 'redis');
  await using survivor = node(server);
  const child = fork(join(import.meta.dirname, 'webhook-process.ts'), { execArgv: ['--conditions=@torii/source'] });
  const exit = once(child, 'exit');
  const order: Order = { port: server.port, delivery: sign('evt_1') };
  child.send(order);
  const [report]: Report[] = await once(child, 'message');
  expect(report).toEqual({ handling: 'evt_1' });
  expect(await survivor.answer('evt_1')).toBe('503 in_progress');
  child.kill('SIGKILL');
  await exit;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + leaseMs });
  try {
    expect(await survivor.answer('evt_1')).toBe('200 handled');
  } finally {
    vi.useRealTimers();
  }
  expect(survivor.handled).toEqual(['evt_1']);
});

test.concurrent('answers 503 while Redis is down, and handles the event when Redis is back', async (context) => {
  const { expect } = context;
  await using server = await startStore(context, 'redis');
  await using hooks = node(server);
  expect(await hooks.answer('evt_1')).toBe('200 handled');
  await server.kill();
  expect(await hooks.answer('evt_2')).toBe('503 store_unavailable');
  expect(hooks.handled).toEqual(['evt_1']);
  await server.start();
  await expect.poll(() => hooks.answer('evt_2')).toBe('200 handled');
  expect(hooks.handled).toEqual(['evt_1', 'evt_2']);
});

test.concurrent('answers 200 if Redis dies while the event is handled', async (context) => {
  const { expect } = context;
  await using server = await startStore(context, 'redis');
  await using hooks = node(server);
  hooks.doing(() => server.kill());
  expect(await hooks.answer('evt_1')).toBe('200 handled');
  expect(hooks.notices).toMatchObject([{ type: 'not_noted', eventId: 'evt_1' }]);
  // Restart Redis before the test ends: closing a Redis client while it reconnects would never finish.
  await server.start();
  hooks.doing(() => {});
  await expect.poll(() => hooks.answer('evt_2')).toBe('200 handled');
});
