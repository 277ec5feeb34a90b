import { createHmac } from 'node:crypto';
import { forbidden, notFound, permanentRedirect, redirect, unauthorized } from 'next/navigation.js';
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  type RevocationAnnouncer,
  type WebhookReceiverOptions,
  type WebhookUser,
  webhookHandler,
} from '../src/server/webhooks.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const request = () => new Request('https://app.test/webhooks', { method: 'POST', body: '{}' });

afterEach(() => void vi.unstubAllEnvs());

function delivery(body = '{"id":"evt_1","type":"user.created","data":{}}'): Request {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`evt_1.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return new Request('https://app.test/webhooks', { method: 'POST', headers, body });
}

// More deliveries are tested in conformance/, with Next's own server.
describe('webhookHandler', () => {
  test.each<[string, WebhookReceiverOptions['secret']]>([
    ['a secret', undefined],
    ['one of two secrets', [secret, undefined]],
  ])('lets `next build` load a route without %s, and throws on the first request', async (_what, unset) => {
    const POST = webhookHandler({ secret: unset }, () => {});
    await expect(POST(request())).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'secret' });
    await expect(POST(request())).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'secret' });
  });

  test.each<[string, unknown, unknown]>([
    ['secret', { secret: 'whsec_short' }, () => {}],
    ['secret', { secret: [] }, () => {}],
    ['sekret', { secret, sekret: secret }, () => {}],
    ['webhookHandler', { secret }, undefined],
  ])('refuses other invalid options at once: %s', (option, options, handler) => {
    expect(() => webhookHandler(options as WebhookReceiverOptions, handler as () => void)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option }),
    );
  });

  test('refuses missing options, at the latest on the first request', async () => {
    const POST = webhookHandler(undefined as never, () => {});
    await expect(POST(request())).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'options' });
  });

  test('refuses a request that is not a delivery', async () => {
    const answer = await webhookHandler({ secret }, () => {})(request());
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { reason: 'header_missing' } }]);
  });

  test.each<[string, () => never]>([
    ['notFound', notFound],
    ['redirect', () => redirect('/elsewhere')],
    ['permanentRedirect', () => permanentRedirect('/elsewhere')],
    ['unauthorized', unauthorized],
    ['forbidden', forbidden],
  ])('[18] a handler that calls %s() fails with an error that Next answers with 500', async (_name, interrupt) => {
    vi.stubEnv('__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS', 'true');
    const error: unknown = await webhookHandler({ secret }, interrupt)(delivery()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      reason: 'handler_failed',
      cause: { digest: expect.stringMatching(/^NEXT_(HTTP_ERROR_FALLBACK|REDIRECT);/) },
    });
    // Next would treat an error with such a digest as a redirect or a status, not as a failure.
    expect(error).not.toHaveProperty('digest');
  });

  test.each<[string, (request: Request) => unknown]>([
    ['locks it with a reader', ({ body }) => body?.getReader()],
    ['pipes it', ({ body }) => body?.pipeThrough(new TransformStream())],
    ['reads it', (given) => given.text()],
  ])('reports a configuration error if other code has the body and %s', async (_what, take) => {
    const given = delivery();
    void take(given);
    const answer = webhookHandler({ secret }, () => {})(given);
    await expect(answer).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'webhookHandler' });
    await expect(answer).rejects.toThrow('request.clone()');
  });

  test('44: announces a ban without a handler, and answers 503 until it is announced', async () => {
    const ban =
      '{"id":"evt_1","type":"user.banned","created_at":"2026-05-16T10:00:00Z","data":{"id":"ada","environmentId":"e1"}}';
    const announced: string[] = [];
    const revocations: RevocationAnnouncer = {
      issuer: 'https://acme.torii.so',
      environmentId: 'e1',
      async revokeUser(userId, moment) {
        announced.push(`${userId} ${moment?.at}`);
        if (announced.length === 1) throw new Error('The store is down.');
      },
    };
    const POST = webhookHandler({ secret, revocations, store: 'memory' });
    expect((await POST(delivery(ban))).status).toBe(503);
    expect(await (await POST(delivery(ban))).json()).toEqual({ status: 'handled' });
    expect(await (await POST(delivery(ban))).json()).toEqual({ status: 'repeated' });
    expect(announced).toEqual(['ada 2026-05-16T10:00:00.000Z', 'ada 2026-05-16T10:00:00.000Z']);
  });

  test('types the events', () => {
    webhookHandler({ secret }, (event, given) => {
      expectTypeOf(given).toEqualTypeOf<Request>();
      if (event.type === 'user.banned') expectTypeOf(event.data).toEqualTypeOf<WebhookUser>();
    });
  });
});
