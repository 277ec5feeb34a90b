import { type Context, Hono } from 'hono';
import { expectTypeOf, test } from 'vitest';
import { type RevocationAnnouncer, type WebhookUser, webhookHandler } from '../src/webhooks.ts';

declare const revocations: RevocationAnnouncer;

test('a handler gets typed events and the context', () => {
  const handler = webhookHandler<{ 'invoice.paid': { cents: number } }>({ secret: 'a' }, async (event, c) => {
    expectTypeOf(c).toEqualTypeOf<Context>();
    if (event.type === 'user.created') expectTypeOf(event.data).toEqualTypeOf<WebhookUser>();
    if (event.type === 'invoice.paid') expectTypeOf(event.data.cents).toEqualTypeOf<number>();
  });
  new Hono<{ Bindings: { KEY: string } }>().post('/webhooks/:tenant', handler).use('/other', handler);
  // @ts-expect-error: the handler is required
  webhookHandler({ secret: 'a' });
  expectTypeOf(webhookHandler({ secret: 'a', revocations })).toEqualTypeOf<typeof handler>();
  // @ts-expect-error: the handler is required, because the announcer may be missing
  webhookHandler({ secret: 'a', revocations: Math.random() > 2 ? revocations : undefined });
});
