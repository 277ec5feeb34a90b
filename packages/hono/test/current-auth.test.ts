import { EventEmitter, once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { stream } from 'hono/streaming';
import { afterAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, type Listening, send } from '../../../scripts/http-exchange.ts';
import { currentAuth, keepCurrentAuth } from '../src/current-auth.ts';
import { allow, createVerifier, getAuth, optionalAuth, requireAuth } from '../src/index.ts';
import { serve, versions } from './serving.ts';

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

const answer: Handler = async (c) => c.text(await findCaller());

const ask = async (
  server: Listening,
  path: string,
  token?: string,
  more: readonly (readonly [string, string])[] = [],
) => (await send(server, path, { headers: [...(token === undefined ? [] : bearer(token)), ...more] })).text;

const noRequest = expect.stringContaining('There is no request here');
const hasEnded = expect.stringContaining('has ended');

describe.each(versions)('%s', (_name, Hono) => {
  const compose = (...middleware: readonly MiddlewareHandler[]) => {
    const app = new Hono();
    for (const each of middleware) app.use('*', each);
    return app;
  };

  test.each<[string, MiddlewareHandler[]]>([
    ['after the guard', [requireAuth(verifier), keepCurrentAuth()]],
    ['before the guard', [keepCurrentAuth(), requireAuth(verifier)]],
    ['twice', [keepCurrentAuth(), requireAuth(verifier), keepCurrentAuth()]],
  ])('code without the context finds the caller if keepCurrentAuth is used %s', async (_place, middleware) => {
    await using server = await serve(compose(...middleware).get('/', answer));
    expect(await ask(server, '/', ada)).toBe('ada');
    expect(await ask(server, '/', ben)).toBe('ben');
  });

  test('finds the same object as getAuth, in checks, in handlers, and after them', async () => {
    const found: boolean[] = [];
    const app = compose(
      keepCurrentAuth(),
      requireAuth(verifier, { exposeToken: true }),
      async (_c, next) => {
        await next();
        found.push(currentAuth().userId === 'ada');
      },
      allow(async (auth) => {
        await nextTurn();
        return found.push(currentAuth() === auth) > 0;
      }),
    ).get('/', (c) => {
      found.push(currentAuth() === getAuth(c), currentAuth().token === ada, Object.isFrozen(currentAuth()));
      return c.text('');
    });
    await using server = await serve(app);
    await ask(server, '/', ada);
    expect(found).toEqual([true, true, true, true, true]);
  });

  test('sees the guard that ran last, also in an app that is mounted with route', async () => {
    const inner = compose(requireAuth(createVerifier({ issuer: torii.issuer, header: 'x-other' }))).get('/', answer);
    const app = compose(optionalAuth(verifier), keepCurrentAuth()).route('/other', inner).get('/', answer);
    await using server = await serve(app);
    expect(await ask(server, '/other', ada, [['X-Other', `Bearer ${ben}`]])).toBe('ben');
    expect(await ask(server, '/', ada)).toBe('ada');
  });

  test('optionalAuth without a token is null only if the call allows it', async () => {
    const app = compose(optionalAuth(verifier), keepCurrentAuth());
    app.get('/', (c) => c.json([user(), currentAuth({ optional: true })?.userId ?? null]));
    await using server = await serve(app);
    expect(JSON.parse(await ask(server, '/'))).toEqual([expect.stringContaining("`c.get('auth')` is null"), null]);
    expect(JSON.parse(await ask(server, '/', ada))).toEqual(['ada', 'ada']);
  });

  test('[17] an Auth that other middleware has put there does not count', async () => {
    const forge: MiddlewareHandler = (c: Context, next) => {
      c.set('auth', { userId: 'admin' });
      return next();
    };
    await using server = await serve(compose(keepCurrentAuth(), forge).get('/', answer));
    expect(await ask(server, '/')).toContain('was not set by requireAuth');
  });

  test('requests at once find their own caller each, and a route without keepCurrentAuth none', async () => {
    let waiting = 0;
    const all = new EventEmitter().setMaxListeners(0);
    const app = compose(requireAuth(verifier)).use('/kept', keepCurrentAuth());
    app.get('*', async (c) => {
      const before = user();
      // Waits until all requests have arrived.
      if (++waiting < 200) await once(all, 'there');
      else all.emit('there');
      return c.json([before, await findCaller()]);
    });
    await using server = await serve(app);
    const tokens = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => [`user${i}`, await torii.token({ userId: `user${i}` })] as const),
    );
    const asked = Array.from({ length: 200 }, (_, i) => tokens[i % 20] ?? ['', '']);
    const path = (i: number) => (i % 3 === 0 ? '/lost' : '/kept');
    const answers = await Promise.all(asked.map(async ([, token], i) => JSON.parse(await ask(server, path(i), token))));
    expect(answers).toEqual(asked.map(([id], i) => (path(i) === '/lost' ? [noRequest, noRequest] : [id, id])));
  });

  test('on Node, code that writes a stream finds the caller until its end', async () => {
    const found: string[] = [];
    let later: Promise<unknown> | undefined;
    const app = compose(requireAuth(verifier), keepCurrentAuth()).get('/', (c) => {
      later = once((c.env as { outgoing: EventEmitter }).outgoing, 'close').then(() => found.push(user()));
      return stream(c, async (body) => {
        for (let i = 0; i < 3; i++) await body.write(`${await findCaller()} `);
      });
    });
    await using server = await serve(app);
    expect(await ask(server, '/', ada)).toBe('ada ada ada ');
    await later;
    expect(found).toEqual([hasEnded]);
  });

  test('without a response of Node, the caller is found until the handlers have returned', async () => {
    const found: string[] = [];
    let later: Promise<unknown> | undefined;
    const app = compose(requireAuth(verifier), keepCurrentAuth()).get('/', async (c) => {
      const auth = currentAuth();
      later = nextTurn()
        .then(nextTurn)
        .then(() => found.push(user(), auth.userId));
      return c.text(await Promise.resolve(user()));
    });
    for (const env of [undefined, {}, { outgoing: 'a binding' }]) {
      const response = await app.request('/', { headers: { authorization: `Bearer ${ada}` } }, env);
      expect(await response.text()).toBe('ada');
      await later;
      expect(found.splice(0)).toEqual([hasEnded, 'ada']);
    }
  });

  test('an error handler finds the caller, and keepCurrentAuth without the call is an error', async () => {
    const app = compose(requireAuth(verifier), keepCurrentAuth()).get('/', () => {
      throw new Error('mine');
    });
    app.onError(async (error, c) => c.text(`${error.message} ${await findCaller()}`, 500));
    await using server = await serve(app);
    expect(await ask(server, '/', ada)).toBe('mine ada');
    expect(await ask(server, '/', ben)).toBe('mine ben');
    const wrong = compose(keepCurrentAuth as unknown as MiddlewareHandler).get('/', answer);
    wrong.onError((error, c) => c.text(error.message, 500));
    await using other = await serve(wrong);
    expect(await ask(other, '/', ada)).toContain('Write app.use(keepCurrentAuth())');
  });
});
