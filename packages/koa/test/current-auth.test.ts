import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import Koa3, { type Middleware } from 'koa';
import mount from 'koa-mount';
import Koa2 from 'koa2';
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

const answer: Middleware = async (ctx) => {
  ctx.body = await findCaller();
};

const ask = async (
  server: Listening,
  path: string,
  token?: string,
  more: readonly (readonly [string, string])[] = [],
) => (await send(server, path, { headers: [...(token === undefined ? [] : bearer(token)), ...more] })).text;

const noRequest = expect.stringContaining('There is no request here');
const hasEnded = expect.stringContaining('has ended');

describe.each([
  // Cast, because the types of Koa 2 and 3 are incompatible. These tests use only what is the same in both.
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
])('%s', (_name, Koa) => {
  const serve = (...middleware: readonly Middleware[]) => {
    const app = new Koa();
    app.silent = true;
    for (const each of middleware) app.use(each);
    return listen(app.callback());
  };

  test.each<[string, Middleware[]]>([
    ['after the guard', [requireAuth(verifier), keepCurrentAuth()]],
    ['before the guard', [keepCurrentAuth(), requireAuth(verifier)]],
    ['twice', [keepCurrentAuth(), requireAuth(verifier), keepCurrentAuth()]],
  ])('code without the context finds the caller if keepCurrentAuth is used %s', async (_place, middleware) => {
    await using server = await serve(...middleware, answer);
    expect(await ask(server, '/', ada)).toBe('ada');
    expect(await ask(server, '/', ben)).toBe('ben');
  });

  test('finds the same object as getAuth, in checks, in handlers, and after them', async () => {
    const found: boolean[] = [];
    await using server = await serve(
      keepCurrentAuth(),
      requireAuth(verifier, { exposeToken: true }),
      async (_ctx, next) => {
        await next();
        found.push(currentAuth().userId === 'ada');
      },
      allow(async (auth) => {
        await nextTurn();
        return found.push(currentAuth() === auth) > 0;
      }),
      (ctx) => {
        found.push(currentAuth() === getAuth(ctx), currentAuth().token === ada, Object.isFrozen(currentAuth()));
        ctx.body = '';
      },
    );
    await ask(server, '/', ada);
    expect(found).toEqual([true, true, true, true, true]);
  });

  test('sees the guard that ran last', async () => {
    const found: string[] = [];
    const other = requireAuth(createVerifier({ issuer: torii.issuer, header: 'x-other' }));
    await using server = await serve(
      optionalAuth(verifier),
      keepCurrentAuth(),
      async (_ctx, next) => {
        found.push(user());
        await next();
        found.push(user());
      },
      mount('/other', other),
      answer,
    );
    expect(await ask(server, '/other', ada, [['X-Other', `Bearer ${ben}`]])).toBe('ben');
    expect(found).toEqual(['ada', 'ben']);
  });

  test('optionalAuth without a token is null only if the call allows it', async () => {
    await using server = await serve(optionalAuth(verifier), keepCurrentAuth(), (ctx) => {
      ctx.body = [user(), currentAuth({ optional: true })?.userId ?? null];
    });
    expect(JSON.parse(await ask(server, '/'))).toEqual([expect.stringContaining('`ctx.state.auth` is null'), null]);
    expect(JSON.parse(await ask(server, '/', ada))).toEqual(['ada', 'ada']);
  });

  test('[17] an Auth that other middleware has put there does not count', async () => {
    const forge: Middleware = (ctx, next) => {
      Object.assign(ctx.state, { auth: { userId: 'admin' } });
      return next();
    };
    await using server = await serve(keepCurrentAuth(), forge, mount('/guarded', requireAuth(verifier)), answer);
    expect(await ask(server, '/')).toContain('was not set by requireAuth');
    expect(await ask(server, '/guarded')).toContain('token_missing');
    expect(await ask(server, '/guarded', ada)).toBe('ada');
  });

  test('requests at once find their own caller each, and a route without keepCurrentAuth none', async () => {
    let waiting = 0;
    const all = new EventEmitter().setMaxListeners(0);
    await using server = await serve(requireAuth(verifier), mount('/kept', keepCurrentAuth()), async (ctx) => {
      const before = user();
      // Waits until all requests have arrived.
      if (++waiting < 200) await once(all, 'there');
      else all.emit('there');
      ctx.body = [before, await findCaller()];
    });
    const tokens = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => [`user${i}`, await torii.token({ userId: `user${i}` })] as const),
    );
    const asked = Array.from({ length: 200 }, (_, i) => tokens[i % 20] ?? ['', '']);
    const path = (i: number) => (i % 3 === 0 ? '/lost' : '/kept');
    const answers = await Promise.all(asked.map(async ([, token], i) => JSON.parse(await ask(server, path(i), token))));
    expect(answers).toEqual(asked.map(([id], i) => (path(i) === '/lost' ? [noRequest, noRequest] : [id, id])));
  });

  test('code that writes a stream finds the caller until its end, and a generator that Koa reads later finds none', async () => {
    const found: string[] = [];
    let later: Promise<unknown> | undefined;
    async function* lines() {
      for (let i = 0; i < 3; i++) yield `${await findCaller()} `;
    }
    await using server = await serve(requireAuth(verifier), keepCurrentAuth(), (ctx) => {
      later = once(ctx.res, 'close').then(() => found.push(user()));
      if (ctx.path === '/generator') ctx.body = Readable.from(lines());
      else ctx.body = Readable.from(lines()).pipe(new PassThrough());
    });
    expect(await ask(server, '/', ada)).toBe('ada ada ada ');
    await later;
    expect(found).toEqual([hasEnded]);
    expect(await ask(server, '/generator', ada)).toEqual(noRequest);
  });

  test('if the client goes, the middleware finds the caller until it returns', async () => {
    const found: string[] = [];
    const clients = new EventEmitter();
    await using server = await serve(requireAuth(verifier), keepCurrentAuth(), async (ctx) => {
      clients.emit('arrived');
      await once(ctx.res, 'close');
      found.push(await findCaller());
      void nextTurn()
        .then(findCaller)
        .then((each) => found.push(each));
      ctx.body = 'too late';
    });
    const arrived = once(clients, 'arrived');
    const aborter = new AbortController();
    const asked = fetch(server.origin, { headers: { authorization: `Bearer ${ada}` }, signal: aborter.signal });
    await arrived;
    aborter.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => found).toEqual(['ada', hasEnded]);
  });

  test('middleware that handles errors finds the caller', async () => {
    await using server = await serve(
      requireAuth(verifier),
      keepCurrentAuth(),
      async (ctx, next) => {
        try {
          await next();
        } catch (error) {
          ctx.body = `${(error as Error).message} ${user()}`;
        }
      },
      async () => {
        await nextTurn();
        throw new Error('mine');
      },
    );
    expect(await ask(server, '/', ada)).toBe('mine ada');
    expect(await ask(server, '/', ben)).toBe('mine ben');
  });

  test('keepCurrentAuth without the call answers with an error', async () => {
    const app = new Koa();
    const errors: Error[] = [];
    app.on('error', (error) => errors.push(error));
    app.use(requireAuth(verifier)).use(keepCurrentAuth as unknown as Middleware);
    await using server = await listen(app.callback());
    expect(await ask(server, '/', ada)).toBe('Internal Server Error');
    expect(errors[0]?.message).toContain('Write app.use(keepCurrentAuth())');
  });
});
