// Responses that other code has begun or taken over, and contexts without a Koa app, such as mocks in unit tests.
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import koa3, { type Context, type Middleware } from 'koa';
import koa2 from 'koa2';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { inForeignRealm, toForeignRealm } from '../../../scripts/foreign-realm.ts';
import { bearer, listen, send } from '../../../scripts/http-exchange.ts';
import { allow, type Check, createVerifier, optionalAuth, requireAuth, ToriiConfigError } from '../src/index.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const verifier = createVerifier({ issuer: torii.issuer, publicPaths: ['/health'] });
const token = await torii.token({ userId: 'ada' });

let visits: string[] = [];
beforeEach(() => {
  visits = [];
});

/** A promise, and the function that resolves it. */
function makeSignal<T = void>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

const visit: Middleware = (ctx) => {
  visits.push('handler');
  ctx.body = 'secret';
};

describe.each([
  ['Koa 2', koa2 as unknown as typeof koa3],
  ['Koa 3', koa3],
])('%s', (_name, Koa) => {
  /** An app, the errors that it reports, and a promise of the time when its middleware has ended. */
  function observe(...middleware: readonly Middleware[]) {
    const errors: unknown[] = [];
    const app = new Koa().on('error', (error: unknown) => void errors.push(error));
    const ended = makeSignal();
    app.use(async (_ctx, next) => next().finally(() => ended.resolve()));
    for (const each of middleware) app.use(each);
    return { handler: app.callback(), errors, ended: ended.promise };
  }

  /** A check that answers the request itself, as a time limit does, and then refuses. */
  function answering(answer: () => unknown): Middleware {
    const check: Check = async () => {
      await answer();
      return false;
    };
    return requireAuth(createVerifier({ issuer: torii.issuer, checks: [check] }));
  }

  test.each<[string, (ctx: Context) => unknown]>([
    ['the whole response', (ctx) => ctx.res.writeHead(503).end('late')],
    ['the headers', (ctx) => void ctx.res.writeHead(503).flushHeaders()],
    ['a part of the body', (ctx) => ctx.res.writeHead(503).write('late')],
    [
      'the response after `ctx.respond = false`',
      (ctx) => {
        ctx.respond = false;
        ctx.res.writeHead(503).end('late');
      },
    ],
  ])('a refusal is no error of the app if a time limit has sent %s', async (_what, limit) => {
    let context: Context | undefined;
    const remember: Middleware = async (ctx, next) => {
      context = ctx;
      await next();
      if (!ctx.res.writableEnded) ctx.res.end();
    };
    const { handler, errors, ended } = observe(
      remember,
      answering(() => context && limit(context)),
      visit,
    );
    await using server = await listen(handler);
    const { status, headers, text } = await send(server, '/', { headers: bearer(token) });
    await ended;
    expect([status, headers['www-authenticate'], visits, errors]).toEqual([503, undefined, [], []]);
    expect(text).not.toContain('secret');
  });

  test('a refusal changes nothing of a response that other code has taken over', async () => {
    const takeOver: Middleware = async (ctx, next) => {
      ctx.respond = false;
      await next();
      ctx.res.end(JSON.stringify([ctx.res.statusCode, ctx.res.getHeaderNames()]));
    };
    const { handler, errors } = observe(takeOver, requireAuth(verifier), visit);
    await using server = await listen(handler);
    expect([JSON.parse((await send(server, '/')).text), errors, visits]).toEqual([[404, []], [], []]);
  });

  test('a time limit that races answers, and the later refusal is no error of the app', async () => {
    const decided = makeSignal<boolean>();
    const ended = makeSignal();
    const watch: Middleware = (_ctx, next) => next().finally(() => ended.resolve());
    const race: Middleware = async (ctx, next) => {
      await Promise.race([next(), sleep(1)]);
      if (visits.length > 0) return;
      ctx.status = 503;
      ctx.body = 'late';
    };
    const checks: [Check] = [() => decided.promise];
    const { handler, errors } = observe(
      race,
      watch,
      requireAuth(createVerifier({ issuer: torii.issuer, checks })),
      visit,
    );
    await using server = await listen(handler);
    const { status, text } = await send(server, '/', { headers: bearer(token) });
    decided.resolve(false);
    await ended.promise;
    expect([status, text, errors, visits]).toEqual([503, 'late', [], []]);
  });

  test('trouble that is not a refusal is still reported to the app', async () => {
    const begin: Middleware = async (ctx, next) => {
      ctx.respond = false;
      ctx.res.write('begun');
      await next().finally(() => ctx.res.end());
    };
    const { handler, errors } = observe(
      begin,
      allow(() => true),
      visit,
    );
    await using server = await listen(handler);
    expect([(await send(server, '/')).text, visits]).toEqual(['begun', []]);
    expect(errors).toEqual([expect.any(ToriiConfigError)]);
  });

  test.each<[string, () => object]>([
    ['an error', () => new Error('x')],
    ['an error of another realm', () => inForeignRealm<Error>("new Error('x')")],
    ['a ToriiConfigError', () => new ToriiConfigError('x', 'x')],
    ['an object', () => ({ a: 1 })],
  ])('[18] a check that throws %s that is frozen is answered with 500', async (_what, make) => {
    const thrown = Object.freeze(make());
    const checks: [Check] = [() => Promise.reject(thrown)];
    const { handler, errors } = observe(requireAuth(createVerifier({ issuer: torii.issuer, checks })), visit);
    await using server = await listen(handler);
    expect([(await send(server, '/', { headers: bearer(token) })).status, visits]).toEqual([500, []]);
    expect(errors).toEqual([expect.objectContaining({ cause: thrown })]);
  });
});

describe('a context without a Koa app', () => {
  const ask = (guard: Middleware, ctx: object, next: () => Promise<unknown>) => guard(ctx as never, next);

  test.each<[string, object]>([
    ['with nothing', {}],
    ['with headers alone', { headers: {} }],
    ['of another realm', toForeignRealm({ method: 'GET', headers: {}, state: {}, req: {} })],
    ['with an app that is a mock', { headers: {}, app: {}, state: {} }],
    ['with another token', { headers: { authorization: 'Bearer a.b.c' } }],
    ['with two tokens', { headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] } }],
    ['with another path', { headers: {}, path: '/me', url: '/me', originalUrl: '/me' }],
    ['of a rewritten path', { headers: {}, path: '/health', url: '/health', originalUrl: '/me' }],
  ])('is refused: %s', async (_name, ctx) => {
    const next = vi.fn();
    await ask(requireAuth(verifier), ctx, next);
    expect(next).not.toHaveBeenCalled();
    expect(ctx).toMatchObject({
      status: 401,
      body: { error: { code: 'authentication_failed' } },
      state: { auth: null },
    });
  });

  test('is let through with a token, and asked for its checks', async () => {
    const [ctx, next] = [{ headers: { authorization: `Bearer ${token}` } }, vi.fn()];
    await ask(requireAuth(verifier), ctx, next);
    await ask(
      allow((auth) => auth.userId === 'ada'),
      ctx,
      next,
    );
    expect([next.mock.calls.length, ctx]).toEqual([2, expect.objectContaining({ state: { auth: expect.anything() } })]);
    await ask(
      allow(() => false),
      ctx,
      next,
    );
    expect([next.mock.calls.length, ctx]).toEqual([2, expect.objectContaining({ status: 403 })]);
  });

  test('needs no token on a public path, or with optionalAuth', async () => {
    const next = vi.fn();
    await ask(requireAuth(verifier), { headers: {}, path: '/health', url: '/health', originalUrl: '/health' }, next);
    await ask(optionalAuth(verifier), {}, next);
    expect(next).toHaveBeenCalledTimes(2);
  });

  test('[22] has no trusted proxy', async () => {
    const hosts: unknown[] = [];
    const look: Check = (_auth, { host }) => hosts.push(host) > 0;
    const headers = { authorization: `Bearer ${token}`, host: 'app.test', 'x-forwarded-host': 'evil.test' };
    const guard = requireAuth(createVerifier({ issuer: torii.issuer, checks: [look] }));
    for (const app of [undefined, null, {}]) await ask(guard, { headers, app }, vi.fn());
    expect(hosts).toEqual(['app.test', 'app.test', 'app.test']);
  });
});
