// Repeats over a real Redis, by processes that share nothing else.
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
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type StoreServer, startStore } from '../../packages/authz/test/store-servers.ts';
import { secrets } from '../adapters/webhooks.ts';
import type { Order, Report } from './webhook-process.ts';

const crashes = vi.fn();
beforeAll(() => void process.on('unhandledRejection', crashes).on('uncaughtException', crashes));
afterAll(() => {
  process.off('unhandledRejection', crashes).off('uncaughtException', crashes);
  expect(crashes).not.toHaveBeenCalled();
});

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

function wordOf({ status, body }: WebhookAnswer): string {
  return `${status} ${'error' in body ? body.error.reason : body.status}`;
}

/** As in a process of its own: a connection of its own, and no memory. */
function node({ port }: StoreServer, options: { leaseSeconds?: number } = {}) {
  const keyv = new Keyv(new KeyvRedis(`redis://127.0.0.1:${port}`));
  // Whoever listens keeps a connection that is lost from ending the process.
  keyv.on('error', () => {});
  const store: WebhookStore = keyv;
  const notices: WebhookReceiverEvent[] = [];
  const onEvent = (notice: WebhookReceiverEvent): void => void notices.push(notice);
  const receiver = createWebhookReceiver({ secret: secrets.current, store, onEvent, ...options });
  const handled: string[] = [];
  let work: () => unknown = () => {};
  return {
    handled,
    notices,
    doing: (next: () => unknown) => {
      work = next;
    },
    answer: async (id: string) =>
      wordOf(
        await receiver.receive(sign(id), async (event) => {
          handled.push(event.id);
          await work();
        }),
      ),
    [Symbol.asyncDispose]: () => keyv.disconnect(),
  };
}

test('[29] what one process handled is a repeat for every other, and for the next one', async (context) => {
  await using server = await startStore(context, 'redis');
  await using first = node(server);
  await using second = node(server);
  expect([await first.answer('evt_1'), await second.answer('evt_1')]).toEqual(['200 handled', '200 repeated']);
  await using later = node(server);
  expect(await later.answer('evt_1')).toBe('200 repeated');
  expect([second.handled, later.handled]).toEqual([[], []]);
});

test('[29] what one process is handling comes again later, and is handled where it failed', async (context) => {
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

test('a Redis that is down means 503, nothing is handled, and nothing is lost when it is back', async (context) => {
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

test('a Redis that dies while an event is handled: that counts as handled', async (context) => {
  await using server = await startStore(context, 'redis');
  await using hooks = node(server);
  hooks.doing(() => server.kill());
  expect(await hooks.answer('evt_1')).toBe('200 handled');
  expect(hooks.notices).toMatchObject([{ type: 'not_noted', eventId: 'evt_1' }]);
  // A connection that is still looking for its server would never close.
  await server.start();
  hooks.doing(() => {});
  await expect.poll(() => hooks.answer('evt_2')).toBe('200 handled');
});

test('an event whose process is killed in the middle is handled by another when the lease is over', async (context) => {
  await using server = await startStore(context, 'redis');
  await using survivor = node(server, { leaseSeconds: 6 });
  const child = fork(join(import.meta.dirname, 'webhook-process.ts'), { execArgv: ['--conditions=@torii/source'] });
  const exit = once(child, 'exit');
  const order: Order = { port: server.port, leaseSeconds: 6, delivery: sign('evt_1') };
  child.send(order);
  const [report]: Report[] = await once(child, 'message');
  expect(report).toEqual({ handling: 'evt_1' });
  expect(await survivor.answer('evt_1')).toBe('503 in_progress');
  child.kill('SIGKILL');
  await exit;
  await expect.poll(() => survivor.answer('evt_1'), { interval: 200 }).toBe('200 handled');
  expect(survivor.handled).toEqual(['evt_1']);
});
