import { Keyv } from 'keyv';
import { expectTypeOf, test } from 'vitest';
import {
  createWebhookReceiver,
  type RevocationAnnouncer,
  type ToriiWebhookError,
  verifyWebhook,
  type WebhookEvent,
  type WebhookReason,
  type WebhookSession,
  type WebhookUser,
} from '../src/webhooks/index.ts';

declare const event: WebhookEvent;
declare const extended: WebhookEvent<{ 'invoice.paid': { cents: number }; 'user.created': { id: number } }>;

test('a switch narrows the type of the data', () => {
  switch (event.type) {
    case 'user.created':
    case 'user.updated':
    case 'user.banned':
    case 'user.unbanned':
    case 'user.deleted':
      expectTypeOf(event.data).toEqualTypeOf<WebhookUser>();
      break;
    case 'session.revoked':
      expectTypeOf(event.data).toEqualTypeOf<WebhookSession>();
      break;
    default:
      expectTypeOf(event.data).toEqualTypeOf<unknown>();
      expectTypeOf(event.type).toExtend<string>();
  }
});

test('without a switch, the data is unknown', () => {
  expectTypeOf(event.data).toEqualTypeOf<unknown>();
  expectTypeOf(event.id).toEqualTypeOf<string>();
  expectTypeOf(event.created_at).toEqualTypeOf<string>();
});

test('an app can add event types and override the data of known types', () => {
  if (extended.type === 'invoice.paid') expectTypeOf(extended.data).toEqualTypeOf<{ cents: number }>();
  if (extended.type === 'user.created') expectTypeOf(extended.data).toEqualTypeOf<{ id: number }>();
  if (extended.type === 'user.banned') expectTypeOf(extended.data).toEqualTypeOf<WebhookUser>();
  // @ts-expect-error: an unlisted type, such as a typing error
  if (event.type === 'user.craeted') expectTypeOf(event.data).toEqualTypeOf<unknown>();
});

test('handlers and results include the added types', () => {
  const receiver = createWebhookReceiver<{ 'invoice.paid': { cents: number } }>({ secret: undefined });
  void receiver.receive({ headers: {}, payload: '' }, (each) => {
    if (each.type === 'invoice.paid') expectTypeOf(each.data.cents).toEqualTypeOf<number>();
  });
  expectTypeOf(
    verifyWebhook({ secret: ['a', undefined], headers: {}, payload: '' }),
  ).resolves.toEqualTypeOf<WebhookEvent>();
  // @ts-expect-error: a parsed body cannot be verified
  void verifyWebhook({ secret: 'a', headers: {}, payload: {} });
});

test('a store is a Keyv, or a Map', () => {
  void createWebhookReceiver({ secret: 'a', store: new Keyv() });
  void createWebhookReceiver({ secret: 'a', store: new Map() });
  void createWebhookReceiver({ secret: 'a', store: 'memory' });
  // @ts-expect-error
  void createWebhookReceiver({ secret: 'a', store: 'redis' });
  // @ts-expect-error: a store that is set must not be undefined
  void createWebhookReceiver({ secret: 'a', store: undefined });
  // @ts-expect-error: a store without `set` and `delete`
  void createWebhookReceiver({ secret: 'a', store: { get: () => undefined } });
});

test('reasons are a closed set', () => {
  expectTypeOf<ToriiWebhookError['reason']>().toEqualTypeOf<WebhookReason>();
});

declare const revocations: RevocationAnnouncer;

test('a handler is required, unless there is an announcer', () => {
  const delivery = { headers: {}, payload: '' };
  const receiver = createWebhookReceiver({ secret: 'a' });
  // @ts-expect-error: the handler is required
  receiver.receive(delivery);
  const announcer = createWebhookReceiver<{ 'invoice.paid': { cents: number } }>({ secret: 'a', revocations });
  announcer.receive(delivery);
  announcer.receive(delivery, (received) => {
    if (received.type === 'invoice.paid') expectTypeOf(received.data.cents).toEqualTypeOf<number>();
  });
  // @ts-expect-error: an announcer that may be missing would disable revocation in silence
  createWebhookReceiver({ secret: 'a', revocations: undefined });
});
