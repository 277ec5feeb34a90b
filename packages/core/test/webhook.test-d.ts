import { Keyv } from 'keyv';
import { expectTypeOf, test } from 'vitest';
import {
  createWebhookReceiver,
  type ToriiWebhookError,
  verifyWebhook,
  type WebhookEvent,
  type WebhookReason,
  type WebhookSession,
  type WebhookUser,
} from '../src/webhooks/index.ts';

declare const event: WebhookEvent;
declare const extended: WebhookEvent<{ 'invoice.paid': { cents: number }; 'user.created': { id: number } }>;

test('a switch tells what the data is', () => {
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

test('without a switch, the data may be anything', () => {
  expectTypeOf(event.data).toEqualTypeOf<unknown>();
  expectTypeOf(event.id).toEqualTypeOf<string>();
  expectTypeOf(event.created_at).toEqualTypeOf<string>();
});

test('an app lists further types, or says better what one is', () => {
  if (extended.type === 'invoice.paid') expectTypeOf(extended.data).toEqualTypeOf<{ cents: number }>();
  if (extended.type === 'user.created') expectTypeOf(extended.data).toEqualTypeOf<{ id: number }>();
  if (extended.type === 'user.banned') expectTypeOf(extended.data).toEqualTypeOf<WebhookUser>();
  // @ts-expect-error: nobody listed it, which a slip of the hand looks like
  if (event.type === 'user.craeted') expectTypeOf(event.data).toEqualTypeOf<unknown>();
});

test('handlers and results know the further types', () => {
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
  // @ts-expect-error: nothing would be remembered
  void createWebhookReceiver({ secret: 'a', store: undefined });
  // @ts-expect-error: it cannot be written
  void createWebhookReceiver({ secret: 'a', store: { get: () => undefined } });
});

test('reasons are a closed set', () => {
  expectTypeOf<ToriiWebhookError['reason']>().toEqualTypeOf<WebhookReason>();
});
