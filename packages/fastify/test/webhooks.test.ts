import { startEmulator } from '@torii/emulator';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { requireAuth, requireGuard } from '../src/index.ts';
import { type RevocationAnnouncer, type WebhookReceiverOptions, webhookHandler } from '../src/webhooks.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

let handled: string[] = [];
let failures: unknown[] = [];
beforeEach(() => {
  handled = [];
  failures = [];
});

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

/** The body of a ban. */
const ban =
  '{"id":"evt_1","type":"user.banned","created_at":"2026-05-16T10:00:00Z","data":{"id":"ada","environmentId":"e1"}}';

const plugin = (options: Partial<WebhookReceiverOptions> = {}) =>
  webhookHandler({ secret, ...options }, (event) => void handled.push(event.id));

/** An app that answers its errors, and has the plugin at /webhooks. */
function appOf(hook: ReturnType<typeof plugin>, prepare: (app: FastifyInstance) => unknown = () => {}) {
  const app = fastify();
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    failures.push(error);
    const { statusCode = 500 } = error;
    return reply.code(reply.statusCode === 200 ? statusCode : reply.statusCode).send({ app: 'error' });
  });
  prepare(app);
  app.register(hook, { prefix: '/webhooks' });
  return app;
}

async function deliver(app: FastifyInstance, text = body, signed = body, type = 'application/json'): Promise<string> {
  const headers = { ...sign(signed), 'content-type': type };
  const answer = await app.inject({ method: 'POST', url: '/webhooks', headers, payload: text });
  const told = answer.json() as { status?: string; error?: { reason: string }; app?: string };
  return `${answer.statusCode} ${told.status ?? told.error?.reason ?? told.app}`;
}

test.each(['application/json', 'text/plain', 'application/x-unknown', 'application/json; charset=latin1'])(
  'verifies the raw body of the type %s',
  async (type) => {
    const app = appOf(plugin());
    expect(await deliver(app, body, body, type)).toBe('200 handled');
    expect(await deliver(app, body.replace('Å', 'Ä'), body, type)).toBe('400 signature_invalid');
    expect([handled, failures]).toEqual([['evt_1'], []]);
  },
);

test('leaves the parsers of other routes as they are', async () => {
  const app = appOf(plugin());
  app.post('/json', async (request) => request.body);
  expect((await app.inject({ method: 'POST', url: '/json', payload: { a: 1 } })).json()).toEqual({ a: 1 });
  const strange = { 'content-type': 'application/x-unknown' };
  expect((await app.inject({ method: 'POST', url: '/json', headers: strange, payload: 'a' })).statusCode).toBe(415);
});

test('44: announces a ban without a handler, and answers 503 until it is announced', async () => {
  const announced: string[] = [];
  const revocations: RevocationAnnouncer = {
    issuer: 'https://acme.torii.so',
    environmentId: 'e1',
    async revokeUser(userId, moment) {
      announced.push(`${userId} ${moment?.at}`);
      if (announced.length === 1) throw new Error('The store is down.');
    },
  };
  const app = appOf(webhookHandler({ secret, revocations, store: 'memory' }));
  const answers = [await deliver(app, ban, ban), await deliver(app, ban, ban), await deliver(app, ban, ban)];
  expect(answers).toEqual(['503 revocations_unavailable', '200 handled', '200 repeated']);
  expect(announced).toEqual(['ada 2026-05-16T10:00:00.000Z', 'ada 2026-05-16T10:00:00.000Z']);
  expect(failures).toEqual([]);
});

test('needs no guard, but is refused by one around it unless its path is public', async () => {
  const { issuer } = torii;
  const guarded = appOf(plugin(), (app) => app.addHook('onRequest', requireAuth({ issuer })));
  expect(await deliver(guarded)).toBe('401 token_missing');
  const open = requireAuth({ issuer, publicPaths: ['/webhooks'] });
  expect(await deliver(appOf(plugin(), (app) => app.addHook('onRequest', open)))).toBe('200 handled');
  expect(await deliver(appOf(plugin(), (app) => app.addHook('onRoute', requireGuard)))).toBe('200 handled');
});

test('uses the bytes that a hook has kept in request.rawBody', async () => {
  const app = appOf(plugin(), (it) =>
    it.addHook('preParsing', async (request, _reply, payload) => {
      const chunks: Buffer[] = [];
      for await (const chunk of payload) chunks.push(chunk);
      Object.assign(request, { rawBody: Buffer.concat(chunks) });
    }),
  );
  expect(await deliver(app)).toBe('200 handled');
});

test('explains how to keep the raw body if a hook read it, to the developer and not to the sender', async () => {
  const app = appOf(plugin(), (it) =>
    it.addHook('onRequest', async (request) => {
      for await (const _chunk of request.raw);
    }),
  );
  expect(await deliver(app)).toBe('500 error');
  expect(failures).toMatchObject([{ name: 'ToriiConfigError', option: 'webhookHandler' }]);
  expect(String(failures[0])).toContain('request.rawBody');
  // Unsigned deliveries are refused earlier, so strangers cannot fill the log with this error.
  await app.inject({ method: 'POST', url: '/webhooks', payload: '{}' });
  expect([failures.length, handled]).toEqual([1, []]);
});

test('says how to register it, if it is used as a handler', async () => {
  const app = appOf(plugin(), (it) => it.post('/wrong', plugin() as never));
  expect((await app.inject({ method: 'POST', url: '/wrong', payload: {} })).statusCode).toBe(500);
  expect(failures).toMatchObject([{ option: 'webhookHandler', message: expect.stringContaining('app.register(') }]);
});

test.each([
  ['a plain error', {}],
  ['an error with a status', { status: 404 }],
  ['an error with the status of Fastify', { statusCode: 404 }],
])('answers 500 if the handler throws %s, although a hook has set another status', async (_what, members) => {
  const failure = Object.assign(new Error('No such user.'), members);
  const app = appOf(
    webhookHandler({ secret }, () => Promise.reject(failure)),
    (it) => it.addHook('onRequest', async (_request, reply) => void reply.code(202)),
  );
  expect(await deliver(app)).toBe('500 error');
  const [found] = failures as [{ cause?: unknown }];
  expect(found.cause ?? found).toBe(failure);
});

test('passes the request to the handler', async () => {
  const urls: string[] = [];
  await deliver(appOf(webhookHandler({ secret }, (_event, request) => void urls.push(request.url))));
  expect(urls).toEqual(['/webhooks']);
});

test('does not answer a second time if other code has answered while the handler ran', async () => {
  const app = fastify();
  let reply: FastifyReply | undefined;
  app.addHook('onRequest', async (_request, given) => {
    reply = given;
  });
  app.register(
    webhookHandler({ secret }, () => void reply?.code(503).send('late')),
    { prefix: '/webhooks' },
  );
  const answer = await app.inject({ method: 'POST', url: '/webhooks', headers: sign(body), payload: body });
  expect([answer.statusCode, answer.body]).toEqual([503, 'late']);
});

test('is at / without a prefix, and at the prefix alone with one', async () => {
  const app = fastify().register(plugin());
  const ask = async (it: FastifyInstance, url: string) =>
    (await it.inject({ method: 'POST', url, headers: sign(body), payload: body })).statusCode;
  expect([await ask(app, '/'), await ask(appOf(plugin()), '/webhooks/')]).toEqual([200, 404]);
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
