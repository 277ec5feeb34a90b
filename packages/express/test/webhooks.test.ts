import { once } from 'node:events';
import { connect } from 'node:net';
import express5, { type ErrorRequestHandler, type Express } from 'express';
import express4 from 'express4';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, test } from 'vitest';
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
  // Cast, because the types of Express 4 and 5 are incompatible. These tests use only what is the same in both.
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
])('%s', (_name, express) => {
  let handled: string[];
  let failures: unknown[];
  beforeEach(() => {
    handled = [];
    failures = [];
  });

  const noteErrors: ErrorRequestHandler = (error, _req, res, _next) => {
    failures.push(error);
    res.status(500).json({ app: 'error' });
  };
  const handler = (options: Partial<WebhookReceiverOptions> = {}) =>
    webhookHandler({ secret, ...options }, (event) => void handled.push(event.id));
  const serve = (prepare: (app: Express) => void) => {
    const app = express();
    prepare(app);
    return listen(app.use(noteErrors));
  };

  test.each<[string, (app: Express) => void]>([
    ['no parser', (app) => app.post('/webhooks', handler())],
    ['express.json() after it', (app) => app.post('/webhooks', handler()).use(express.json())],
    ['express.raw() in the route', (app) => app.post('/webhooks', express.raw({ type: () => true }), handler())],
    ['express.text() in the route', (app) => app.post('/webhooks', express.text({ type: () => true }), handler())],
    [
      'express.json() for another content type',
      (app) => app.use(express.json({ type: 'text/csv' })).post('/webhooks', handler()),
    ],
    [
      'express.urlencoded() before it',
      (app) => app.use(express.urlencoded({ extended: true })).post('/webhooks', handler()),
    ],
    [
      'earlier middleware that is still collecting the body',
      (app) =>
        app
          .use((req, _res, next) => {
            const gathered = Object.assign(req, { rawBody: '' });
            req.on('data', (chunk) => {
              gathered.rawBody += chunk;
            });
            next();
          })
          .post('/webhooks', handler()),
    ],
    ['app.use(), for every method', (app) => app.use('/webhooks', handler())],
    [
      'express.json() that keeps the raw bytes',
      (app) =>
        app
          .use(express.json({ verify: (req, _res, bytes) => void Object.assign(req, { rawBody: bytes }) }))
          .post('/webhooks', handler()),
    ],
  ])('verifies the raw body with %s', async (_what, prepare) => {
    await using server = await serve(prepare);
    expect(await deliver(server)).toBe('200 handled');
    expect(await deliver(server, 'application/json', body.replace('Å', 'Ä'))).toBe('400 signature_invalid');
    expect([handled, failures]).toEqual([['evt_1'], []]);
  });

  test('explains how to keep the raw body if express.json() parsed it, to the developer and not to the sender', async () => {
    await using server = await serve((app) => app.use(express.json()).post('/webhooks', handler()));
    expect(await deliver(server)).toBe('500 error');
    expect(handled).toEqual([]);
    expect(failures).toMatchObject([{ name: 'ToriiConfigError', option: 'webhookHandler' }]);
    for (const name of ['express.json', 'express.raw', 'rawBody']) expect(String(failures[0])).toContain(name);
    // Unsigned deliveries are refused earlier, so strangers cannot fill the log with this error.
    await fetch(`${server.origin}/webhooks`, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(failures).toHaveLength(1);
  });

  test('explains the same if other middleware read the stream', async () => {
    await using server = await serve((app) =>
      app.use((req, _res, next) => void req.on('data', () => {}).on('end', () => next())).post('/webhooks', handler()),
    );
    expect(await deliver(server)).toBe('500 error');
    expect(failures).toMatchObject([{ name: 'ToriiConfigError' }]);
  });

  test('does not accept a parsed JSON string as the raw body', async () => {
    const text = '"a text"';
    await using server = await serve((app) => app.use(express.json({ strict: false })).post('/webhooks', handler()));
    const headers = { ...sign(text), 'Content-Type': 'application/json' };
    const { status } = await fetch(`${server.origin}/webhooks`, { method: 'POST', headers, body: text });
    expect([status, handled]).toEqual([400, []]);
  });

  test('limits the size of a body that express.raw() kept', async () => {
    const raw = express.raw({ type: () => true, limit: '2mb' });
    await using server = await serve((app) => app.post('/webhooks', raw, handler({ maxBytes: 10 })));
    expect(await deliver(server)).toBe('413 payload_too_large');
  });

  test('passes errors of the handler to the app, which answers 500', async () => {
    const failure = new Error('the database is down');
    await using server = await serve((app) =>
      app.post(
        '/webhooks',
        webhookHandler({ secret }, () => Promise.reject(failure)),
      ),
    );
    expect(await deliver(server)).toBe('500 error');
    expect(failures).toEqual([failure]);
  });

  test('answers 500 even if the handler throws an error with another status', async () => {
    const app = express().set('env', 'test');
    const missing = Object.assign(new Error('No such user.'), { status: 404 });
    app.post(
      '/webhooks',
      webhookHandler({ secret }, () => Promise.reject(missing)),
    );
    await using server = await listen(app);
    const response = await fetch(`${server.origin}/webhooks`, { method: 'POST', headers: sign(body), body });
    expect(response.status).toBe(500);
    await response.text();
  });

  test('[18] answers 500 if the handler fails, even if earlier middleware set another status', async () => {
    const app = express().set('env', 'test');
    app.use((_req, res, next) => void next(void res.status(404)));
    app.post(
      '/webhooks',
      webhookHandler({ secret }, () => Promise.reject(new Error('x'))),
    );
    await using server = await listen(app);
    const response = await fetch(`${server.origin}/webhooks`, { method: 'POST', headers: sign(body), body });
    expect(response.status).toBe(500);
    await response.text();
  });

  const throwing = {
    get() {
      throw undefined;
    },
  };
  test.each<[string, (app: Express) => void]>([
    [
      'an error with a property that throws when read',
      (app) =>
        app.post(
          '/webhooks',
          webhookHandler({ secret }, () => Promise.reject(Object.defineProperty(new Error('x'), 'code', throwing))),
        ),
    ],
    [
      'a request with such a property',
      (app) =>
        app
          .use((req, _res, next) => void next(void Object.defineProperty(req, 'rawBody', throwing)))
          .post('/webhooks', handler()),
    ],
  ])('[18] never continues with another route: %s', async (_what, prepare) => {
    await using server = await serve((app) => {
      prepare(app);
      app.post('/webhooks', (_req, res) => void res.json({ app: 'another route' }));
    });
    expect(await deliver(server)).toBe('500 error');
    expect(failures).toEqual([expect.any(Error)]);
    expect(handled).toEqual([]);
  });

  test('44: announces a ban without a handler, and answers 503 until it is announced', async () => {
    const announced: string[] = [];
    const receive = webhookHandler({ secret, revocations: failingOnce(announced), store: 'memory' });
    await using server = await serve((app) => app.post('/webhooks', receive));
    expect(await deliver(server, 'application/json', ban, ban)).toBe('503 revocations_unavailable');
    expect(await deliver(server, 'application/json', ban, ban)).toBe('200 handled');
    expect(await deliver(server, 'application/json', ban, ban)).toBe('200 repeated');
    expect(announced).toEqual(['ada 2026-05-16T10:00:00.000Z', 'ada 2026-05-16T10:00:00.000Z']);
    expect(failures).toEqual([]);
  });

  test('passes the request to the handler', async () => {
    const paths: string[] = [];
    await using server = await serve((app) =>
      app.post(
        '/webhooks',
        webhookHandler({ secret }, (_event, req) => void paths.push(req.path)),
      ),
    );
    await deliver(server);
    expect(paths).toEqual(['/webhooks']);
  });

  test('does not respond again if the handler has responded', async () => {
    await using server = await serve((app) =>
      app.post(
        '/webhooks',
        webhookHandler({ secret }, (_event, req) => void req.res?.status(202).json({ status: 'later' })),
      ),
    );
    expect(await deliver(server)).toBe('202 later');
    expect(failures).toEqual([]);
  });

  test('does not handle a body that breaks off, and keeps serving', async () => {
    const outcomes: string[] = [];
    const onEvent: NonNullable<WebhookReceiverOptions['onEvent']> = (notice) =>
      void outcomes.push(notice.type === 'refused' ? notice.error.reason : notice.type);
    await using server = await serve((app) => app.post('/webhooks', handler({ onEvent })));
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

  test('stops reading an endless body', async () => {
    await using server = await serve((app) => app.post('/webhooks', handler()));
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const init = { method: 'POST', headers: sign(body), body: endless, duplex: 'half' } as RequestInit;
    await fetch(`${server.origin}/webhooks`, init).then(
      ({ status }) => expect(status).toBe(413),
      (error: unknown) => expect(error).toBeInstanceOf(TypeError),
    );
    expect(sent).toBeLessThan(200 * 1024 * 1024);
    expect(await deliver(server)).toBe('200 handled');
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
