import { once } from 'node:events';
import { connect } from 'node:net';
import express5, { type ErrorRequestHandler, type Express } from 'express';
import express4 from 'express4';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';
import { type WebhookReceiverOptions, webhookHandler } from '../src/webhooks.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const unhandled = vi.fn();
beforeAll(() => void process.on('unhandledRejection', unhandled));
afterAll(() => {
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

/** Signed headers, as `fetch` sends them. The body keeps what parsing and writing again would lose: a space, 1.0. */
function sign(body: string, id = 'evt_1', at = new Date()): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

const body = '{"id": "evt_1", "type": "user.created", "data": {"weight": 1.0, "name": "Åda"}}';

async function deliver({ origin }: Listening, contentType = 'application/json', text = body): Promise<string> {
  const headers = { ...sign(body), 'Content-Type': contentType };
  const response = await fetch(`${origin}/webhooks`, { method: 'POST', headers, body: text });
  const answer = (await response.json()) as { status?: string; error?: { reason: string }; app?: string };
  return `${response.status} ${answer.status ?? answer.error?.reason ?? answer.app}`;
}

describe.each([
  // Its types differ in more than what these tests call.
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
    ['express.json() behind it', (app) => app.post('/webhooks', handler()).use(express.json())],
    ['express.raw() in the route', (app) => app.post('/webhooks', express.raw({ type: () => true }), handler())],
    ['express.text() in the route', (app) => app.post('/webhooks', express.text({ type: () => true }), handler())],
    [
      'express.json() that is for another type',
      (app) => app.use(express.json({ type: 'text/csv' })).post('/webhooks', handler()),
    ],
    [
      'express.urlencoded() before it',
      (app) => app.use(express.urlencoded({ extended: true })).post('/webhooks', handler()),
    ],
    [
      'something before it that gathers the text as it comes',
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
    ['every method', (app) => app.use('/webhooks', handler())],
    [
      'express.json() that keeps the bytes',
      (app) =>
        app
          .use(express.json({ verify: (req, _res, bytes) => void Object.assign(req, { rawBody: bytes }) }))
          .post('/webhooks', handler()),
    ],
  ])('takes the raw body with %s', async (_what, prepare) => {
    await using server = await serve(prepare);
    expect(await deliver(server)).toBe('200 handled');
    expect(await deliver(server, 'application/json', body.replace('Å', 'Ä'))).toBe('400 signature_invalid');
    expect([handled, failures]).toEqual([['evt_1'], []]);
  });

  test('says what to do where express.json() has parsed the body, to the developer and not to the sender', async () => {
    await using server = await serve((app) => app.use(express.json()).post('/webhooks', handler()));
    expect(await deliver(server)).toBe('500 error');
    expect(handled).toEqual([]);
    expect(failures).toMatchObject([{ name: 'ToriiConfigError', option: 'webhookHandler' }]);
    for (const name of ['express.json', 'express.raw', 'rawBody']) expect(String(failures[0])).toContain(name);
    // A 500, so that Torii sends the event again when that has been mended; and no log that strangers can fill.
    await fetch(`${server.origin}/webhooks`, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(failures).toHaveLength(1);
  });

  test('says the same where somebody else read the stream', async () => {
    await using server = await serve((app) =>
      app.use((req, _res, next) => void req.on('data', () => {}).on('end', () => next())).post('/webhooks', handler()),
    );
    expect(await deliver(server)).toBe('500 error');
    expect(failures).toMatchObject([{ name: 'ToriiConfigError' }]);
  });

  test('a parsed text is not taken for the body as it came', async () => {
    const text = '"a text"';
    await using server = await serve((app) => app.use(express.json({ strict: false })).post('/webhooks', handler()));
    const headers = { ...sign(text), 'Content-Type': 'application/json' };
    const { status } = await fetch(`${server.origin}/webhooks`, { method: 'POST', headers, body: text });
    expect([status, handled]).toEqual([400, []]);
  });

  test('what express.raw() left is bounded too', async () => {
    const raw = express.raw({ type: () => true, limit: '2mb' });
    await using server = await serve((app) => app.post('/webhooks', raw, handler({ maxBytes: 10 })));
    expect(await deliver(server)).toBe('413 payload_too_large');
  });

  test('hands errors of the handler to the app, which answers 500', async () => {
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

  test('a status in an error of the handler does not reach the sender', async () => {
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

  test('[18] a status that somebody set before does not reach the sender where the handler fails', async () => {
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
      'an error that throws where it is looked at',
      (app) =>
        app.post(
          '/webhooks',
          webhookHandler({ secret }, () => Promise.reject(Object.defineProperty(new Error('x'), 'code', throwing))),
        ),
    ],
    [
      'a request that does',
      (app) =>
        app
          .use((req, _res, next) => void next(void Object.defineProperty(req, 'rawBody', throwing)))
          .post('/webhooks', handler()),
    ],
  ])('[18] never goes on to another route: %s', async (_what, prepare) => {
    await using server = await serve((app) => {
      prepare(app);
      app.post('/webhooks', (_req, res) => void res.json({ app: 'another route' }));
    });
    expect(await deliver(server)).toBe('500 error');
    expect(failures).toEqual([expect.any(Error)]);
    expect(handled).toEqual([]);
  });

  test('the handler gets the request', async () => {
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

  test('leaves an answer alone that somebody else gave meanwhile', async () => {
    await using server = await serve((app) =>
      app.post(
        '/webhooks',
        webhookHandler({ secret }, (_event, req) => void req.res?.status(202).json({ status: 'later' })),
      ),
    );
    expect(await deliver(server)).toBe('202 later');
    expect(failures).toEqual([]);
  });

  test('a body that breaks off handles nothing, and leaves the server alive', async () => {
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

  test('an endless body is cut off', async () => {
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
])('wrong options are thrown when it is made: %s', (option, options, handler) => {
  expect(() => webhookHandler(options as WebhookReceiverOptions, handler as () => void)).toThrow(
    expect.objectContaining({ name: 'ToriiConfigError', option }),
  );
});
