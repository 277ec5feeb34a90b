import { describe, expect, expectTypeOf, test } from 'vitest';
import { type WebhookReceiverOptions, type WebhookUser, webhookHandler } from '../src/webhooks.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const request = () => new Request('https://app.test/webhooks', { method: 'POST', body: '{}' });

// Deliveries are in conformance/, over Next's own server.
describe('webhookHandler', () => {
  test.each<[string, WebhookReceiverOptions['secret']]>([
    ['a secret', undefined],
    ['one of two secrets', [secret, undefined]],
  ])('lets `next build` load a route without %s, and says so with the first request', async (_what, unset) => {
    const POST = webhookHandler({ secret: unset }, () => {});
    await expect(POST(request())).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'secret' });
    await expect(POST(request())).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'secret' });
  });

  test.each<[string, unknown, unknown]>([
    ['secret', { secret: 'whsec_short' }, () => {}],
    ['secret', { secret: [] }, () => {}],
    ['sekret', { secret, sekret: secret }, () => {}],
    ['webhookHandler', { secret }, undefined],
  ])('refuses other wrong options at once: %s', (option, options, handler) => {
    expect(() => webhookHandler(options as WebhookReceiverOptions, handler as () => void)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option }),
    );
  });

  test('refuses no options at all with the first request at the latest', async () => {
    const POST = webhookHandler(undefined as never, () => {});
    await expect(POST(request())).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'options' });
  });

  test('answers a request that is no delivery', async () => {
    const answer = await webhookHandler({ secret }, () => {})(request());
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { reason: 'header_missing' } }]);
  });

  test('knows the events', () => {
    webhookHandler({ secret }, (event, given) => {
      expectTypeOf(given).toEqualTypeOf<Request>();
      if (event.type === 'user.banned') expectTypeOf(event.data).toEqualTypeOf<WebhookUser>();
    });
  });
});
