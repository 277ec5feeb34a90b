import { once } from 'node:events';
import { connect } from 'node:net';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa3, { type Middleware } from 'koa';
import oldBodyParser from 'koa-bodyparser';
import Koa2 from 'koa2';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';
import { type RevocationAnnouncer, type WebhookReceiverOptions, webhookHandler } from '../src/webhooks.ts';

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

async function deliver(
  { origin }: Listening,
  contentType = 'application/json',
  text = body,
  signed = body,
): Promise<string> {
  const headers = { ...sign(signed), 'Content-Type': contentType };
  const response = await fetch(`${origin}/webhooks`, { method: 'POST', headers, body: text });
  const answer = (await response.json()) as { status?: string; error?: { reason: string }; app?: string };
  return `${response.status} ${answer.status ?? answer.error?.reason ?? answer.app}`;
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

describe.each([
  // Cast, because the types of Koa 2 and 3 are incompatible. These tests use only what is the same in both.
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
])('%s', (_name, Koa) => {
  let handled: string[];
  let failures: unknown[];
  beforeEach(() => {
    handled = [];
    failures = [];
  });

  const noteErrors: Middleware = async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      failures.push(error);
      ctx.status = 500;
      ctx.body = { app: 'error' };
    }
  };
  const handler = (options: Partial<WebhookReceiverOptions> = {}) =>
    webhookHandler({ secret, ...options }, (event) => void handled.push(event.id));
  const serve = (...middleware: Middleware[]) => {
    const app = new Koa();
    app.silent = true;
    for (const each of [noteErrors, ...middleware]) app.use(each);
    return listen(app.callback());
  };

  test('44: announces a ban without a handler, and answers 503 until it is announced', async () => {
    const announced: string[] = [];
    await using server = await serve(webhookHandler({ secret, revocations: failingOnce(announced), store: 'memory' }));
    expect(await deliver(server, 'application/json', ban, ban)).toBe('503 revocations_unavailable');
    expect(await deliver(server, 'application/json', ban, ban)).toBe('200 handled');
    expect(await deliver(server, 'application/json', ban, ban)).toBe('200 repeated');
    expect(announced).toEqual(['ada 2026-05-16T10:00:00.000Z', 'ada 2026-05-16T10:00:00.000Z']);
    expect(failures).toEqual([]);
  });

  test.each<[string, () => Middleware[]]>([
    ['no parser', () => [handler()]],
    ['a router', () => [new Router().post('/webhooks', handler()).routes() as unknown as Middleware]],
    ['@koa/bodyparser before it', () => [bodyParser(), handler()]],
    ['koa-bodyparser before it', () => [oldBodyParser() as unknown as Middleware, handler()]],
    ['a parser for forms only', () => [bodyParser({ enableTypes: ['form'] }), handler()]],
    ['a parser that keeps the raw bytes', () => [keepingBytes, handler()]],
  ])('verifies the raw body with %s', async (_what, middleware) => {
    await using server = await serve(...middleware());
    expect(await deliver(server)).toBe('200 handled');
    expect(await deliver(server, 'application/json', body.replace('Å', 'Ä'))).toBe('400 signature_invalid');
    expect([handled, failures]).toEqual([['evt_1'], []]);
  });

  test('explains how to keep the raw body if a parser dropped it, to the developer and not to the sender', async () => {
    await using server = await serve(parsing, handler());
    expect(await deliver(server)).toBe('500 error');
    expect(handled).toEqual([]);
    expect(failures).toMatchObject([{ name: 'ToriiConfigError', option: 'webhookHandler' }]);
    expect(String(failures[0])).toContain('@koa/bodyparser');
    // Unsigned deliveries are refused earlier, so strangers cannot fill the log with this error.
    await fetch(`${server.origin}/webhooks`, { method: 'POST', body: '{}' });
    expect(failures).toHaveLength(1);
  });

  test('refuses a body that a parser decoded with another charset', async () => {
    await using server = await serve(bodyParser({ encoding: 'latin1' }), handler());
    expect(await deliver(server)).toBe('400 signature_invalid');
  });

  test('passes errors of the handler to the app', async () => {
    const failure = new Error('the database is down');
    await using server = await serve(webhookHandler({ secret }, () => Promise.reject(failure)));
    expect(await deliver(server)).toBe('500 error');
    expect(failures).toEqual([failure]);
  });

  test.each([
    ['a status', { status: 404 }],
    ['the code of a missing file, which Koa answers with 404', { code: 'ENOENT' }],
    ['`expose`, which makes Koa send the message', { status: 400, expose: true }],
  ])('answers 500 and emits the error if the handler throws an error with %s', async (_what, members) => {
    const app = new Koa();
    const told = vi.fn();
    app.on('error', told);
    const failure = Object.assign(new Error('No such user.'), members);
    app.use(webhookHandler({ secret }, () => Promise.reject(failure)));
    await using server = await listen(app.callback());
    const response = await fetch(`${server.origin}/webhooks`, { method: 'POST', headers: sign(body), body });
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error']);
    expect(told.mock.calls[0]?.[0]).toMatchObject({ reason: 'handler_failed', cause: failure });
  });

  test('passes the context to the handler', async () => {
    const paths: string[] = [];
    await using server = await serve(webhookHandler({ secret }, (_event, ctx) => void paths.push(ctx.path)));
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

/** A parser that drops the raw body. */
const parsing: Middleware = async (ctx, next) => {
  let text = '';
  for await (const chunk of ctx.req) text += chunk;
  Object.assign(ctx.request, { body: JSON.parse(text) });
  await next();
};

const keepingBytes: Middleware = async (ctx, next) => {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  Object.assign(ctx.request, { body: Buffer.concat(chunks) });
  await next();
};

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
