import { once } from 'node:events';
import { connect } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import type { Listening } from '../../../scripts/http-exchange.ts';
import { type RevocationAnnouncer, type WebhookReceiverOptions, webhookHandler } from '../src/webhooks.ts';
import { serve as serveApp, versions } from './serving.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

failOnCrashes();

/** The headers of a signed delivery. */
function sign(body: string, id = 'evt_1', at = new Date()): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

/** Parsing and serializing this body would change its bytes: a space, `1.0`. */
const body = '{"id": "evt_1", "type": "user.created", "data": {"weight": 1.0, "name": "Åda"}}';

async function readAnswer(response: Response): Promise<string> {
  const answer = (await response.json()) as { status?: string; error?: { reason: string }; app?: string };
  return `${response.status} ${answer.status ?? answer.error?.reason ?? answer.app}`;
}

async function deliver({ origin }: Listening, text = body, signed = body): Promise<string> {
  const headers = { ...sign(signed), 'Content-Type': 'application/json' };
  return readAnswer(await fetch(`${origin}/webhooks`, { method: 'POST', headers, body: text }));
}

/** The body of a ban. */
const ban =
  '{"id":"evt_1","type":"user.banned","created_at":"2026-05-16T10:00:00Z","data":{"id":"ada","environmentId":"e1"}}';

/** Notes announcements. The first fails. */
function failingOnce(announced: string[]): RevocationAnnouncer {
  return {
    issuer: 'https://acme.torii.so',
    environmentId: 'e1',
    async revokeUser(userId, moment) {
      announced.push(`${userId} ${moment?.at}`);
      if (announced.length === 1) throw new Error('The store is down.');
    },
  };
}

const reading =
  (read: (c: Context) => Promise<unknown>): MiddlewareHandler =>
  async (c, next) => {
    await read(c);
    await next();
  };

describe.each(versions)('%s', (_name, Hono) => {
  let handled: string[];
  let failures: unknown[];
  beforeEach(() => {
    handled = [];
    failures = [];
  });

  const handler = (options: Partial<WebhookReceiverOptions> = {}) =>
    webhookHandler({ secret, ...options }, (event) => void handled.push(event.id));
  const appOf = (...middleware: MiddlewareHandler[]) => {
    const app = new Hono().onError((error, c) => {
      failures.push(error);
      return c.json({ app: 'error' }, 500);
    });
    for (const each of middleware) app.use('/webhooks', each);
    return app;
  };
  const serve = (...middleware: MiddlewareHandler[]) => serveApp(appOf(...middleware));

  test('44: announces a ban without a handler, and answers 503 until it is announced', async () => {
    const announced: string[] = [];
    await using server = await serve(webhookHandler({ secret, revocations: failingOnce(announced), store: 'memory' }));
    expect(await deliver(server, ban, ban)).toBe('503 revocations_unavailable');
    expect(await deliver(server, ban, ban)).toBe('200 handled');
    expect(await deliver(server, ban, ban)).toBe('200 repeated');
    expect(announced).toEqual(['ada 2026-05-16T10:00:00.000Z', 'ada 2026-05-16T10:00:00.000Z']);
    expect(failures).toEqual([]);
  });

  test.each<[string, () => MiddlewareHandler[]]>([
    ['nothing', () => [handler()]],
    ['c.req.text()', () => [reading((c) => c.req.text()), handler()]],
    ['c.req.arrayBuffer()', () => [reading((c) => c.req.arrayBuffer()), handler()]],
    ['c.req.text() that is still reading', () => [reading(async (c) => void c.req.text()), handler()]],
  ])('verifies the raw body if %s has read it before', async (_what, middleware) => {
    await using server = await serve(...middleware());
    expect(await deliver(server)).toBe('200 handled');
    expect(await deliver(server, body.replace('Å', 'Ä'))).toBe('400 signature_invalid');
    expect([handled, failures]).toEqual([['evt_1'], []]);
  });

  test.each<[string, (c: Context) => Promise<unknown>]>([
    ['c.req.raw.json()', (c) => c.req.raw.json()],
    ['c.req.blob()', (c) => c.req.blob()],
  ])('explains how to keep the raw body if %s dropped it, to the developer and not to the sender', async (_w, read) => {
    await using server = await serve(reading(read), handler());
    expect(await deliver(server)).toBe('500 error');
    expect(handled).toEqual([]);
    expect(failures).toMatchObject([{ name: 'ToriiConfigError', option: 'webhookHandler' }]);
    expect(String(failures[0])).toContain('c.req.text()');
    // Unsigned deliveries are refused earlier, so strangers cannot fill the log with this error.
    await fetch(`${server.origin}/webhooks`, { method: 'POST', body: '{}' });
    expect(failures).toHaveLength(1);
  });

  test('works in a unit test, and under a base path', async () => {
    const app = appOf().basePath('/api').post('/webhooks', handler());
    const response = await app.request('/api/webhooks', { method: 'POST', headers: sign(body), body });
    expect([response.headers.get('content-type'), await readAnswer(response)]).toEqual([
      'application/json',
      '200 handled',
    ]);
  });

  test('passes errors of the handler to the app', async () => {
    const failure = new Error('the database is down');
    await using server = await serve(webhookHandler({ secret }, () => Promise.reject(failure)));
    expect(await deliver(server)).toBe('500 error');
    expect(failures).toEqual([failure]);
  });

  test.each<[string, unknown]>([
    ['a status', Object.assign(new Error('No such user.'), { status: 404 })],
    ['a response, which Hono would send', new HTTPException(404, { message: 'No such user.' })],
    ['nothing of an Error', 'No such user.'],
  ])('answers 500 if the handler throws an error with %s', async (_what, failure) => {
    const app = new Hono().post(
      '/webhooks',
      webhookHandler({ secret }, () => Promise.reject(failure)),
    );
    const response = await app.request('/webhooks', { method: 'POST', headers: sign(body), body });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('No such user');
  });

  test('passes the context to the handler', async () => {
    const paths: string[] = [];
    await using server = await serve(webhookHandler({ secret }, (_event, c) => void paths.push(c.req.path)));
    await deliver(server);
    expect(paths).toEqual(['/webhooks']);
  });

  test('does not handle a body that breaks off, and keeps serving', async () => {
    const outcomes: string[] = [];
    const onEvent: NonNullable<WebhookReceiverOptions['onEvent']> = (notice) =>
      void outcomes.push(notice.type === 'refused' ? notice.error.reason : notice.type);
    await using server = await serve(handler({ onEvent }));
    const [host, port] = server.host.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    const lines = Object.entries({ ...sign(body), Host: server.host, 'Content-Length': '1000' });
    socket.write(
      `POST /webhooks HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`,
    );
    socket.write(body.slice(0, 20), () => setTimeout(() => socket.destroy(), 50));
    await expect.poll(() => outcomes).toEqual(['payload_incomplete']);
    expect(await deliver(server)).toBe('200 handled');
    expect(handled).toEqual(['evt_1']);
  });
});

test.each<[string, unknown, unknown]>([
  ['secret', { secret: undefined }, () => {}],
  ['secret', { secret: 'whsec_short' }, () => {}],
  ['webhookHandler', { secret }, undefined],
  ['options', undefined, () => {}],
])('throws when it is created with a wrong option: %s', (option, options, handler) => {
  expect(() => webhookHandler(options as WebhookReceiverOptions, handler as () => void)).toThrow(
    expect.objectContaining({ name: 'ToriiConfigError', option }),
  );
});
