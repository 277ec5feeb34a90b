// How refusals are sent, and responses that other code has begun, changed or taken over.
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import { type FastifyInstance, type FastifyReply, type FastifyServerOptions, fastify } from 'fastify';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, listen, send } from '../../../scripts/http-exchange.ts';
import { unusableAnswers } from '../../../scripts/unusable-answers.ts';
import { allow, type Check, createVerifier, type OnError, requireAuth, type VerifierEvent } from '../src/index.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const verifier = createVerifier({ issuer });
const token = await torii.token({ userId: 'ada' });
const missing = { code: 'authentication_failed', reason: 'token_missing', message: 'No token was sent.' };

let visits: string[] = [];
beforeEach(() => {
  visits = [];
});

/** An app whose handler is behind the hooks of `prepare` and a guard. */
function appOf(
  prepare: (app: FastifyInstance) => unknown,
  guard = requireAuth(verifier),
  options?: FastifyServerOptions,
) {
  const app = fastify(options);
  prepare(app);
  app.get('/', { onRequest: guard }, async () => {
    visits.push('handler');
    return 'secret';
  });
  return app;
}

async function serve(app: FastifyInstance) {
  await app.ready();
  return listen((request, response) => app.routing(request, response));
}

/** A promise, and the function that resolves it. */
function makeSignal() {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

describe('a refusal is sent unchanged', () => {
  test.each<[string, (app: FastifyInstance) => unknown]>([
    [
      'a content type of an earlier hook',
      (app) => app.addHook('onRequest', async (_, reply) => void reply.type('text/html')),
    ],
    [
      'a serializer of an earlier hook',
      (app) => app.addHook('onRequest', async (_, reply) => void reply.serializer(JSON.stringify)),
    ],
    ['a serializer of the app', (app) => app.setReplySerializer(() => '{"changed":true}')],
    [
      'a hook that changes what is serialized',
      (app) => app.addHook('preSerialization', async () => ({ changed: true })),
    ],
    ['a status of an earlier hook', (app) => app.addHook('onRequest', async (_, reply) => void reply.code(200))],
    ['a slow onSend hook', (app) => app.addHook('onSend', async (_request, _reply, payload) => sleep(1, payload))],
    [
      'a response schema',
      (app) =>
        app.addHook('onRoute', (route) => {
          route.schema = { response: { '4xx': { type: 'object', properties: { message: { type: 'string' } } } } };
        }),
    ],
  ])('with %s', async (_name, prepare) => {
    const answer = await appOf(prepare).inject('/');
    expect([answer.statusCode, answer.json(), visits]).toEqual([401, { error: missing }, []]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('[20] it adds to an existing Vary, keeps CORS headers, and replaces Cache-Control', async () => {
    const cors = { Vary: 'Origin', 'Access-Control-Allow-Origin': 'https://app.test', 'Cache-Control': 'public' };
    const wanted = {
      vary: 'Origin, Authorization, Cookie',
      'access-control-allow-origin': 'https://app.test',
      'cache-control': 'private, no-store',
    };
    const app = appOf((it) => it.addHook('onRequest', async (_request, reply) => void reply.headers(cors)));
    expect((await app.inject('/')).headers).toMatchObject(wanted);
    const raw = appOf((it) =>
      it.addHook('onRequest', async (_request, { raw }) => {
        for (const [name, value] of Object.entries(cors)) raw.setHeader(name, value);
      }),
    );
    expect((await raw.inject('/')).headers).toMatchObject(wanted);
  });
});

describe('onError', () => {
  test.each<[string, OnError, number, string, string | undefined]>([
    ['a redirect', () => ({ status: 302, headers: { Location: '/sign-in' }, body: null }), 302, '', undefined],
    ['a text', () => ({ status: 401, headers: {}, body: 'No' }), 401, 'No', 'text/plain; charset=utf-8'],
    [
      'a page',
      () => ({ status: 401, headers: { 'content-type': 'text/html' }, body: '<p>No</p>' }),
      401,
      '<p>No</p>',
      'text/html',
    ],
    [
      'a promise',
      async (denial) => ({ ...denial, body: { later: true } }),
      401,
      '{"later":true}',
      'application/json; charset=utf-8',
    ],
    [
      'a problem',
      () => ({ status: 403, headers: { 'Content-Type': 'application/problem+json' }, body: { a: 1 } }),
      403,
      '{"a":1}',
      'application/problem+json',
    ],
  ])('may return %s, and never lets the request through', async (_name, onError, status, body, type) => {
    const answer = await appOf(() => {}, requireAuth(verifier, { onError })).inject('/');
    expect([answer.statusCode, answer.body, visits]).toEqual([status, body, []]);
    expect(answer.headers).toMatchObject({ 'cache-control': 'private, no-store', vary: 'Authorization, Cookie' });
    expect(answer.headers['content-type']?.replace('json; charset=utf-8', 'json')).toBe(
      type?.replace('json; charset=utf-8', 'json'),
    );
  });

  test('also changes the refusals of the allow after it, and gets the error and the request', async () => {
    const urls: string[] = [];
    const onError: OnError = (denial, error, request) => {
      urls.push(`${error.name} ${request.url}`);
      return { ...denial, body: { message: 'Please sign in' } };
    };
    const app = fastify();
    app.addHook('onRequest', requireAuth(verifier, { onError }));
    app.get('/', { preHandler: allow(() => false) }, async () => 'secret');
    const [refused, forbidden] = [
      await app.inject('/?a'),
      await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } }),
    ];
    expect([refused.statusCode, forbidden.statusCode, forbidden.body]).toEqual([401, 403, refused.body]);
    expect(urls).toEqual(['ToriiAuthError /?a', 'ToriiForbiddenError /']);
  });

  test.each(unusableAnswers)('that returns %s leads to the default answer and an event', async (_name, returned) => {
    const events: VerifierEvent[] = [];
    const source = createVerifier({ issuer, onEvent: (event) => events.push(event) });
    const answer = await appOf(() => {}, requireAuth(source, { onError: (() => returned) as OnError })).inject('/');
    expect([answer.statusCode, answer.json(), visits]).toEqual([401, { error: missing }, []]);
    expect(events.map(({ type }) => type)).toEqual(['refused', 'callback_invalid']);
  });

  test.each([undefined, null, 'no', new Error('broken')])(
    'that throws %s leads to the error handling',
    async (thrown) => {
      const onError: OnError = () => {
        throw thrown;
      };
      expect((await appOf(() => {}, requireAuth(verifier, { onError })).inject('/')).statusCode).toBe(500);
      expect(visits).toEqual([]);
    },
  );
});

describe('[18] a handler never runs for a refused request', () => {
  test('if the client disconnects while a hook of the app waits to send the refusal', async () => {
    const [sending, released] = [makeSignal(), makeSignal()];
    const closed: Promise<unknown>[] = [];
    const app = appOf((it) =>
      it.addHook('onSend', async (request, _reply, payload) => {
        closed.push(new Promise((resolve) => request.raw.once('close', resolve)));
        sending.resolve();
        await released.promise;
        return payload;
      }),
    );
    await using server = await serve(app);
    const controller = new AbortController();
    const asked = fetch(server.origin, { signal: controller.signal }).catch((error: unknown) => error);
    await sending.promise;
    controller.abort();
    await asked;
    await closed[0];
    // Fastify continues after an async hook of a request whose connection is closed in the next turns of the event loop.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    released.resolve();
    expect(visits).toEqual([]);
  });

  test.each<[string, (reply: FastifyReply) => unknown, string]>([
    ['has sent the response', (reply) => reply.code(503).send('late'), 'late'],
    ['has sent the response through Node', ({ raw }) => raw.writeHead(503).end('late'), 'late'],
    ['has taken the response over', (reply) => reply.hijack().raw.writeHead(503).end('late'), 'late'],
  ])('and a refusal changes nothing, if a time limit %s', async (_what, limit, body) => {
    let late = (): unknown => undefined;
    const decided = makeSignal();
    const check: Check = async () => {
      late();
      decided.resolve();
      return false;
    };
    const app = appOf(
      (it) =>
        it.addHook('onRequest', async (_request, reply) => {
          late = () => limit(reply);
        }),
      requireAuth({ issuer, checks: [check] }),
    );
    const errors: unknown[] = [];
    app.addHook('onError', async (_request, _reply, error) => void errors.push(error));
    await using server = await serve(app);
    const { status, text } = await send(server, '/', { headers: bearer(token) });
    await decided.promise;
    expect([status, text, visits, errors]).toEqual([503, body, [], []]);
  });

  test('and a refusal changes nothing, if other code took the response over and sends it later', async () => {
    const [taken, refused] = [makeSignal(), makeSignal()];
    let takeOver = (): unknown => undefined;
    const check: Check = () => {
      takeOver();
      return false;
    };
    const onEvent = () => setImmediate(refused.resolve);
    const app = appOf(
      (it) =>
        it.addHook('onRequest', async (_request, reply) => {
          takeOver = () => reply.hijack();
          void refused.promise.then(() => reply.raw.end(String(reply.raw.getHeaderNames()))).then(taken.resolve);
        }),
      requireAuth({ issuer, checks: [check], onEvent }),
    );
    await using server = await serve(app);
    const { status, text } = await send(server, '/', { headers: bearer(token) });
    await taken.promise;
    expect([status, text, visits]).toEqual([200, '', []]);
  });

  test('and neither does it if a check accepts after the response was sent', async () => {
    const answered = makeSignal();
    const check: Check = () => answered.promise.then(() => true);
    const app = appOf(() => {}, requireAuth({ issuer, checks: [check] }), { handlerTimeout: 1 });
    await using server = await serve(app);
    const { status } = await send(server, '/', { headers: bearer(token) });
    answered.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect([status, visits]).toEqual([503, []]);
  });

  test('if an earlier hook took the response over', async () => {
    const app = appOf((it) =>
      it.addHook('onRequest', async (_request, reply) => {
        reply.hijack();
        setImmediate(() => reply.raw.end('taken'));
      }),
    );
    await using server = await serve(app);
    expect([(await send(server, '/')).text, visits]).toEqual(['taken', []]);
  });

  test.each<[string, Check]>([
    ['refuses', () => false],
    ['fails', () => Promise.reject(new Error('broken'))],
  ])('and the response ends, if an earlier hook had begun it and a check %s', async (_what, check) => {
    const app = appOf(
      (it) => it.addHook('onRequest', async (_request, { raw }) => void raw.writeHead(200).write('begun')),
      requireAuth({ issuer, checks: [check] }),
    );
    await using server = await serve(app);
    const response = await fetch(server.origin, { headers: { authorization: `Bearer ${token}` } });
    await expect(response.text()).rejects.toThrow('terminated');
    expect(visits).toEqual([]);
  });

  test('if the next hook throws, and the error is answered', async () => {
    const guard = requireAuth(verifier);
    const app = appOf((it) =>
      it.addHook('onRequest', (request, reply, done) =>
        guard(request, reply, (error) => {
          if (error === undefined) throw new Error('thrown by the next hook');
          done(error);
        }),
      ),
    );
    const answer = await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } });
    expect([answer.statusCode, answer.json().message, visits]).toEqual([500, 'thrown by the next hook', []]);
  });
});
