import { type FastifyRequest, fastify } from 'fastify';
import { expectTypeOf, test } from 'vitest';
import { type RevocationAnnouncer, type WebhookUser, webhookHandler } from '../src/webhooks.ts';

declare const revocations: RevocationAnnouncer;

test('a handler gets typed events and the request', () => {
  const plugin = webhookHandler<{ 'invoice.paid': { cents: number } }>({ secret: 'a' }, async (event, request) => {
    expectTypeOf(request).toEqualTypeOf<FastifyRequest>();
    if (event.type === 'user.created') expectTypeOf(event.data).toEqualTypeOf<WebhookUser>();
    if (event.type === 'invoice.paid') expectTypeOf(event.data.cents).toEqualTypeOf<number>();
  });
  fastify().register(plugin, { prefix: '/webhooks' });
  fastify({ http2: true }).register(plugin, { prefix: '/webhooks' });
  // @ts-expect-error: it is a plugin, not a handler
  fastify().post('/webhooks', plugin);
  // @ts-expect-error: the handler is required
  webhookHandler({ secret: 'a' });
  expectTypeOf(webhookHandler({ secret: 'a', revocations })).toEqualTypeOf<typeof plugin>();
  // @ts-expect-error: the handler is required, because the announcer may be missing
  webhookHandler({ secret: 'a', revocations: Math.random() > 2 ? revocations : undefined });
});
