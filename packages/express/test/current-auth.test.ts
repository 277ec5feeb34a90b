import { EventEmitter, once } from 'node:events';
import { Agent, get } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import { afterAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, type Listening, listen, send } from '../../../scripts/http-exchange.ts';
import { currentAuth, keepCurrentAuth } from '../src/current-auth.ts';
import { allow, createVerifier, getAuth, optionalAuth, requireAuth } from '../src/index.ts';

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

const answer: RequestHandler = async (_req, res) => void res.end(await findCaller());

const ask = async (
  server: Listening,
  path: string,
  token?: string,
  more: readonly (readonly [string, string])[] = [],
) => (await send(server, path, { headers: [...(token === undefined ? [] : bearer(token)), ...more] })).text;

const noRequest = expect.stringContaining('There is no request here');

describe.each([
  // Cast, because the types of Express 4 and 5 are incompatible. These tests use only what is the same in both.
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
])('%s', (_name, express) => {
  test.each<[string, RequestHandler[]]>([
    ['after the guard', [requireAuth(verifier), keepCurrentAuth()]],
    ['before the guard', [keepCurrentAuth(), requireAuth(verifier)]],
    ['twice', [keepCurrentAuth(), requireAuth(verifier), keepCurrentAuth()]],
  ])('code without the request finds the caller if keepCurrentAuth is used %s', async (_place, middleware) => {
    const app = express();
    app.use(...middleware);
    app.get('/', answer);
    await using server = await listen(app);
    expect(await ask(server, '/', ada)).toBe('ada');
    expect(await ask(server, '/', ben)).toBe('ben');
  });

  test('finds the same object as getAuth, in checks and in handlers', async () => {
    const found: boolean[] = [];
    const app = express();
    app.use(requireAuth(verifier, { exposeToken: true }), keepCurrentAuth());
    app.use(
      allow(async (auth) => {
        await nextTurn();
        found.push(currentAuth() === auth);
        return true;
      }),
    );
    app.get('/', (req, res) => {
      found.push(currentAuth() === getAuth(req), currentAuth().token === ada, Object.isFrozen(currentAuth()));
      res.end();
    });
    await using server = await listen(app);
    await ask(server, '/', ada);
    expect(found).toEqual([true, true, true, true]);
  });

  test('sees the guard that ran last', async () => {
    const app = express();
    const router = express.Router();
    router.use(requireAuth(createVerifier({ issuer: torii.issuer, header: 'x-other' })));
    router.get('/', answer);
    const found: string[] = [];
    app.use(optionalAuth(verifier), keepCurrentAuth());
    app.use((_req, _res, next) => {
      found.push(user());
      next();
    });
    app.use('/other', router);
    await using server = await listen(app);
    expect(await ask(server, '/other', ada, [['X-Other', `Bearer ${ben}`]])).toBe('ben');
    expect(found).toEqual(['ada']);
  });

  test('optionalAuth without a token is null only if the call allows it', async () => {
    const app = express();
    app.use(optionalAuth(verifier), keepCurrentAuth());
    app.get('/', (_req, res) => void res.json([user(), currentAuth({ optional: true })?.userId ?? null]));
    await using server = await listen(app);
    expect(JSON.parse(await ask(server, '/'))).toEqual([expect.stringContaining('`req.auth` is null'), null]);
    expect(JSON.parse(await ask(server, '/', ada))).toEqual(['ada', 'ada']);
  });

  test('[17] an Auth that other middleware has put there does not count', async () => {
    const app = express();
    app.use(keepCurrentAuth());
    app.use((req, _res, next) => {
      Object.assign(req, { auth: { userId: 'admin' } });
      next();
    });
    app.get('/', answer);
    app.get('/guarded', requireAuth(verifier), answer);
    await using server = await listen(app);
    expect(await ask(server, '/')).toContain('was not set by requireAuth');
    expect(await ask(server, '/guarded')).toContain('token_missing');
    expect(await ask(server, '/guarded', ada)).toBe('ada');
  });

  test('a route without keepCurrentAuth finds nothing, also on a connection of another caller', async () => {
    const app = express();
    app.use(requireAuth(verifier));
    app.get('/kept', keepCurrentAuth(), answer);
    app.get('/lost', answer);
    await using server = await listen(app);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const askOn = (path: string, token: string | undefined) =>
      new Promise<string>((resolve, reject) =>
        get(server.origin + path, { agent, headers: { authorization: `Bearer ${token}` } }, async (response) => {
          let text = '';
          for await (const chunk of response.setEncoding('utf8')) text += chunk;
          resolve(text);
        }).on('error', reject),
      );
    for (let i = 0; i < 3; i++) {
      expect(await askOn('/kept', ada)).toBe('ada');
      expect(await askOn('/lost', ben)).toEqual(noRequest);
      expect(await askOn('/kept', ben)).toBe('ben');
    }
    agent.destroy();
  });

  test('requests at once find their own caller each', async () => {
    const app = express();
    app.use(requireAuth(verifier), keepCurrentAuth());
    let waiting = 0;
    const all = new EventEmitter().setMaxListeners(0);
    app.get('/', async (_req, res) => {
      const before = user();
      // Waits until all requests have arrived.
      if (++waiting < 200) await once(all, 'there');
      else all.emit('there');
      res.end(`${before} ${await findCaller()}`);
    });
    await using server = await listen(app);
    const tokens = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => [`user${i}`, await torii.token({ userId: `user${i}` })] as const),
    );
    const asked = Array.from({ length: 200 }, (_, i) => tokens[i % 20] ?? ['', '']);
    const answers = await Promise.all(asked.map(([, token]) => ask(server, '/', token)));
    expect(answers).toEqual(asked.map(([userId]) => `${userId} ${userId}`));
  });

  test.each<[string, (middleware: RequestHandler, parse: RequestHandler) => RequestHandler[]]>([
    ['before', (keep, parse) => [parse, keep]],
    ['after', (keep, parse) => [keep, parse]],
  ])('finds the caller of a request with a body that express.json reads %s keepCurrentAuth', async (_place, order) => {
    const app = express();
    app.use(requireAuth(verifier), ...order(keepCurrentAuth(), express.json({ limit: '10mb' })));
    app.post('/', async (req, res) => void res.json([await findCaller(), req.body.text.length]));
    await using server = await listen(app);
    const post = async (token: string | undefined, length: number) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ text: 'x'.repeat(length) });
      return (await fetch(server.origin, { method: 'POST', headers, body })).json();
    };
    // The long bodies arrive in many parts, which alternate with those of the other request.
    const both = await Promise.all([post(ada, 3_000_000), post(ben, 2_000_000), post(ada, 1)]);
    expect(both).toEqual([
      ['ada', 3_000_000],
      ['ben', 2_000_000],
      ['ada', 1],
    ]);
  });

  test('middleware that goes on in an event of the request finds its own caller or nothing', async () => {
    const read: RequestHandler = (req, _res, next) => void req.on('end', next).resume();
    const app = express();
    app.use(requireAuth(verifier));
    app.post('/after', read, keepCurrentAuth(), answer);
    app.post('/again', keepCurrentAuth(), read, keepCurrentAuth(), answer);
    app.post('/before', keepCurrentAuth(), read, answer);
    await using server = await listen(app);
    const post = async (path: string, token: string | undefined) => {
      const body = 'x'.repeat(500_000);
      const sent = { method: 'POST', headers: { authorization: `Bearer ${token}` }, body };
      return (await fetch(server.origin + path, sent)).text();
    };
    for (const path of ['/after', '/again'])
      expect(await Promise.all([post(path, ada), post(path, ben)])).toEqual(['ada', 'ben']);
    const [first, second] = await Promise.all([post('/before', ada), post('/before', ben)]);
    expect(['ada', noRequest]).toContainEqual(first);
    expect(['ben', noRequest]).toContainEqual(second);
  });

  test('an error handler finds the caller, and the next request finds its own', async () => {
    const app = express();
    app.use(requireAuth(verifier), keepCurrentAuth());
    app.get('/throws', () => {
      throw new Error('mine');
    });
    app.get('/later', (_req, _res, next) => void nextTurn().then(() => next(new Error('mine'))));
    app.get('/', answer);
    app.use(
      ((error, _req, res, _next) =>
        void res.status(500).end(`${error.message} ${user()}`)) as express5.ErrorRequestHandler,
    );
    await using server = await listen(app);
    expect(await ask(server, '/throws', ada)).toBe('mine ada');
    expect(await ask(server, '/later', ben)).toBe('mine ben');
    expect(await ask(server, '/', ada)).toBe('ada');
  });

  test('work that goes on after the response needs the Auth as an argument', async () => {
    const done = new EventEmitter();
    const app = express();
    app.use(requireAuth(verifier), keepCurrentAuth());
    app.get('/', (_req, res) => {
      const auth = currentAuth();
      res.json({});
      void findCaller().then((found) => done.emit('done', [found, auth.userId]));
    });
    await using server = await listen(app);
    const found = once(done, 'done');
    await ask(server, '/', ada);
    expect(await found).toEqual([[expect.stringContaining('has ended'), 'ada']]);
  });

  test('keepCurrentAuth without the call answers with an error, and does not let the request wait', async () => {
    const app = express();
    app.use(requireAuth(verifier), keepCurrentAuth as unknown as RequestHandler);
    app.get('/', answer);
    app.use(((error, _req, res, _next) => void res.status(500).end(error.message)) as express5.ErrorRequestHandler);
    await using server = await listen(app);
    expect(await ask(server, '/', ada)).toContain('Write app.use(keepCurrentAuth())');
  });
});
