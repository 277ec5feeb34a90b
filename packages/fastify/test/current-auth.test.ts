import { EventEmitter, once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';
import { currentAuth, keepCurrentAuth } from '../src/current-auth.ts';
import { allow, createVerifier, type Guard, getAuth, optionalAuth, requireAuth } from '../src/index.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());
const verifier = createVerifier({ issuer: torii.issuer });
const [ada, ben] = await Promise.all(['ada', 'ben'].map((userId) => torii.token({ userId })));

/** A function of the app that knows nothing of requests. */
async function findCaller(): Promise<string> {
  await nextTurn();
  return user();
}

/** The user that `currentAuth` finds, or the message of its error. */
function user(): string {
  try {
    return currentAuth().userId;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const serve = async (app: FastifyInstance): Promise<Listening> => {
  await app.ready();
  return listen((request, response) => app.routing(request, response));
};

async function ask({ origin }: Listening, path: string, token?: string, init: RequestInit = {}): Promise<string> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (await fetch(origin + path, { ...init, headers: { ...authorization, ...init.headers } })).text();
}

const post = (server: Listening, path: string, token: string | undefined, length: number) =>
  ask(server, path, token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'x'.repeat(length) }),
  });

const noRequest = expect.stringContaining('There is no request here');

test.each(['before the guard', 'after the guard', 'twice'])(
  'code without the request finds the caller if keepCurrentAuth is registered %s',
  async (place) => {
    const app = fastify();
    if (place !== 'after the guard') app.register(keepCurrentAuth);
    app.addHook('onRequest', requireAuth(verifier));
    if (place !== 'before the guard') app.register(keepCurrentAuth);
    app.get('/', findCaller);
    await using server = await serve(app);
    expect(await ask(server, '/', ada)).toBe('ada');
    expect(await ask(server, '/', ben)).toBe('ben');
  },
);

test('every hook and the handler find the same object as getAuth, also after the body was read', async () => {
  const found: unknown[] = [];
  const note = async (name: string, request: FastifyRequest) => {
    await nextTurn();
    found.push([name, currentAuth() === getAuth(request)]);
  };
  const app = fastify();
  app.addHook('onRequest', requireAuth(verifier, { exposeToken: true }));
  app.register(keepCurrentAuth);
  app.register(async (scope) => {
    scope.addHook('onRequest', (request) => note('onRequest', request));
    scope.addHook('preParsing', (request) => note('preParsing', request));
    scope.addHook('preValidation', (request) => note('preValidation', request));
    scope.addHook('preHandler', (request) => note('preHandler', request));
    scope.addHook(
      'preHandler',
      allow(async (auth) => currentAuth() === auth),
    );
    scope.addHook('preSerialization', (request) => note('preSerialization', request));
    scope.addHook('onSend', (request) => note('onSend', request));
    scope.post('/', async (request) => {
      await note('handler', request);
      return { isToken: currentAuth().token === ada, isFrozen: Object.isFrozen(currentAuth()) };
    });
  });
  await using server = await serve(app);
  expect(JSON.parse(await post(server, '/', ada, 500_000))).toEqual({ isToken: true, isFrozen: true });
  const names = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'handler', 'preSerialization', 'onSend'];
  expect(found).toEqual(names.map((name) => [name, true]));
});

test('requests with long bodies at once find their own caller each', async () => {
  const app = fastify({ bodyLimit: 10_000_000 });
  app.addHook('onRequest', requireAuth(verifier));
  app.register(keepCurrentAuth);
  let waiting = 0;
  const all = new EventEmitter().setMaxListeners(0);
  app.post<{ Body: { text: string } }>('/', async ({ body }) => {
    const before = user();
    // Waits until all requests have arrived.
    if (++waiting < 100) await once(all, 'there');
    else all.emit('there');
    return [before, await findCaller(), body.text.length];
  });
  await using server = await serve(app);
  const tokens = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => [`user${i}`, await torii.token({ userId: `user${i}` })] as const),
  );
  const asked = Array.from({ length: 100 }, (_, i) => tokens[i % 20] ?? ['', '']);
  const answers = await Promise.all(
    asked.map(async ([, token], i) => JSON.parse(await post(server, '/', token, i * 2_000))),
  );
  expect(answers).toEqual(asked.map(([userId], i) => [userId, userId, i * 2_000]));
});

test('a parser that goes on in an event of the request keeps it', async () => {
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => void payload.on('end', () => done(null)).resume());
  app.addHook('onRequest', requireAuth(verifier));
  app.register(keepCurrentAuth);
  app.post('/', findCaller);
  await using server = await serve(app);
  expect(await Promise.all([post(server, '/', ada, 500_000), post(server, '/', ben, 400_000)])).toEqual(['ada', 'ben']);
});

test.each(['onRequest', 'preValidation'] as const)(
  'a hook for %s that goes on in an event from outside loses the request until the next kind of hook',
  async (lossy) => {
    const outside = new EventEmitter();
    const found: string[] = [];
    const app = fastify();
    app.addHook('onRequest', requireAuth(verifier));
    app.register(keepCurrentAuth);
    app.register(async (scope) => {
      scope.addHook(lossy as 'onRequest', (_request, _reply, done) => void outside.once('event', () => done()));
      scope.addHook(lossy as 'onRequest', async () => void found.push(user()));
      scope.post('/', findCaller);
    });
    app.addHook('preHandler', async () => void found.push(user()));
    await using server = await serve(app);
    const asked = post(server, '/', ada, 1);
    await expect.poll(() => outside.listenerCount('event')).toBe(1);
    outside.emit('event');
    expect(await asked).toBe('ada');
    expect(found).toEqual([noRequest, 'ada']);
  },
);

test('is in effect where it is registered and below, and nowhere else', async () => {
  const app = fastify();
  app.addHook('onRequest', requireAuth(verifier));
  app.get('/above', findCaller);
  app.register(async (scope) => {
    scope.get('/early', findCaller);
    scope.register(keepCurrentAuth);
    scope.get('/late', findCaller);
    scope.register(async (below) => void below.get('/below', findCaller));
  });
  app.register(async (scope) => void scope.get('/beside', findCaller));
  await using server = await serve(app);
  for (const path of ['/early', '/late', '/below']) expect(await ask(server, path, ada)).toBe('ada');
  for (const path of ['/above', '/beside']) expect(await ask(server, path, ada)).toEqual(noRequest);
});

test('sees the guard that ran last', async () => {
  const app = fastify();
  app.register(keepCurrentAuth);
  app.addHook('onRequest', optionalAuth(verifier));
  const found: string[] = [];
  app.addHook('onRequest', async () => void found.push(user()));
  const other = requireAuth(createVerifier({ issuer: torii.issuer, header: 'x-other' }));
  app.post('/', { preHandler: other }, findCaller);
  await using server = await serve(app);
  const headers = { 'x-other': `Bearer ${ben}` };
  expect(await ask(server, '/', ada, { method: 'POST', headers })).toBe('ben');
  expect(found).toEqual(['ada']);
});

test('optionalAuth without a token is null only if the call allows it, and without a guard nothing counts', async () => {
  const app = fastify();
  app.register(keepCurrentAuth);
  app.get('/', { onRequest: optionalAuth(verifier) }, async () => [
    user(),
    currentAuth({ optional: true })?.userId ?? null,
  ]);
  const forge: Guard = (request, _reply, done) => {
    Object.assign(request, { auth: { userId: 'admin' } });
    done();
  };
  app.get('/forged', { onRequest: forge }, findCaller);
  app.get('/unguarded', findCaller);
  await using server = await serve(app);
  expect(JSON.parse(await ask(server, '/'))).toEqual([expect.stringContaining('`request.auth` is null'), null]);
  expect(JSON.parse(await ask(server, '/', ada))).toEqual(['ada', 'ada']);
  expect(await ask(server, '/forged', ada)).toContain('was not set by requireAuth');
  expect(await ask(server, '/unguarded', ada)).toContain('was not set by requireAuth');
});

test('an error handler finds the caller, and code after the response does not', async () => {
  const found: string[] = [];
  const done = new EventEmitter();
  const app = fastify();
  app.register(keepCurrentAuth);
  app.addHook('onRequest', requireAuth(verifier));
  app.setErrorHandler(async (error: Error, _request, reply) => reply.send(`${error.message} ${await findCaller()}`));
  app.get('/throws', async () => {
    throw new Error('mine');
  });
  app.get('/', async (_request, reply) => {
    found.push(user());
    void once(reply.raw, 'close').then(async () => {
      found.push(await findCaller());
      done.emit('done');
    });
    return '';
  });
  await using server = await serve(app);
  expect(await ask(server, '/throws', ada)).toBe('mine ada');
  expect(await ask(server, '/throws', ben)).toBe('mine ben');
  const isDone = once(done, 'done');
  await ask(server, '/', ada);
  await isDone;
  expect(found).toEqual(['ada', expect.stringContaining('has ended')]);
});

test('app.inject finds the caller', async () => {
  const app = fastify();
  app.register(keepCurrentAuth);
  app.addHook('onRequest', requireAuth(verifier));
  app.get('/', findCaller);
  const answers = await Promise.all(
    [ada, ben].map((token) => app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })),
  );
  expect(answers.map(({ body }) => body)).toEqual(['ada', 'ben']);
});

test('keepCurrentAuth as a hook, or called, is an error', async () => {
  const remedy = 'Write app.register(keepCurrentAuth)';
  const app = fastify();
  app.addHook('onRequest', keepCurrentAuth as never);
  app.get('/', findCaller);
  expect((await app.inject('/')).json()).toMatchObject({ statusCode: 500, message: expect.stringContaining(remedy) });
  expect(() => (keepCurrentAuth as () => void)()).toThrow(remedy);
});
