// Guards inside `some`, `every` and `except`, and responses that other code has sent.
import { startEmulator } from '@torii/emulator';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { every, except, some } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { timeout } from 'hono/timeout';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, send } from '../../../scripts/http-exchange.ts';
import { allow, type Check, createVerifier, optionalAuth, requireAuth } from '../src/index.ts';
import { serve, versions } from './serving.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const verifier = createVerifier({ issuer, publicPaths: ['/health'] });
const token = await torii.token({ userId: 'ada' });
const other = createVerifier({ issuer: 'https://other.torii.test' });

let visits: string[] = [];
let errors: unknown[] = [];
beforeEach(() => {
  visits = [];
  errors = [];
});

const handler = (c: Context) => {
  visits.push(c.get('auth')?.userId ?? 'no one');
  return c.text('secret');
};

/** Asks an app with one handler behind `middleware`, without a token and with one. */
async function statusesOf(...middleware: readonly MiddlewareHandler[]) {
  const app = new Hono();
  app.onError((error, c) => {
    errors.push(error);
    return error instanceof HTTPException ? error.getResponse() : c.text('error', 500);
  });
  for (const each of middleware) app.use(each);
  await using server = await serve(app.get('*', handler));
  const without = (await send(server, '/me')).status;
  return [without, (await send(server, '/me', { headers: bearer(token) })).status];
}

const refusing: MiddlewareHandler = (c) => Promise.resolve(c.text('no', 403));
const throwing: MiddlewareHandler = () => Promise.reject(new HTTPException(403));
const passing: MiddlewareHandler = (_c, next) => next();
const failing = requireAuth(createVerifier({ issuer, checks: [() => Promise.reject(new Error('broken'))] }));

describe('`some` stops at a refusal, so it never lets a refused request through', () => {
  test.each<[string, MiddlewareHandler, number[], string[]]>([
    ['before middleware that passes', some(requireAuth(verifier), passing), [401, 200], ['ada']],
    ['before bearerAuth', some(requireAuth(verifier), bearerAuth({ token })), [401, 200], ['ada']],
    ['before a condition', some(requireAuth(verifier), () => true), [401, 200], ['ada']],
    ['before a second verifier', some(requireAuth(other), requireAuth(verifier)), [401, 401], []],
    ['after middleware that throws', some(throwing, requireAuth(verifier)), [401, 200], ['ada']],
    ['after a condition', some(() => false, requireAuth(verifier)), [401, 200], ['ada']],
    ['in a nested `every`', some(every(requireAuth(verifier), passing), passing), [401, 200], ['ada']],
    [
      'of allow',
      every(
        optionalAuth(verifier),
        some(
          allow(() => false),
          passing,
        ),
      ),
      [401, 403],
      [],
    ],
  ])('%s', async (_where, middleware, statuses, reached) => {
    expect(await statusesOf(middleware)).toEqual(statuses);
    expect([visits, errors.filter((error) => !(error instanceof HTTPException))]).toEqual([reached, []]);
  });

  test('but goes on after an error that is not a refusal, without a caller', async () => {
    expect(await statusesOf(some(failing, passing))).toEqual([401, 200]);
    expect(visits).toEqual(['no one']);
  });
});

describe('`every` and `except`', () => {
  test.each<[string, MiddlewareHandler, number[], string[]]>([
    [
      'every',
      every(
        requireAuth(verifier),
        allow(() => true),
      ),
      [401, 200],
      ['ada'],
    ],
    [
      'every with a check that refuses',
      every(
        requireAuth(verifier),
        allow(() => false),
      ),
      [401, 403],
      [],
    ],
    ['every with other middleware that refuses', every(requireAuth(verifier), refusing), [401, 403], []],
    ['every with an error in a check', every(failing, passing), [401, 500], []],
    ['except for another path', except('/health', requireAuth(verifier)), [401, 200], ['ada']],
    ['except for this path', except('/me', requireAuth(verifier)), [200, 200], ['no one', 'no one']],
  ])('%s', async (_what, middleware, statuses, reached) => {
    expect(await statusesOf(middleware)).toEqual(statuses);
    expect(visits).toEqual(reached);
  });
});

test('a refusal replaces a response that other middleware prepared, also in `every`', async () => {
  const prepare: MiddlewareHandler = async (c, next) => {
    c.res = new Response('prepared');
    await next();
  };
  expect(await statusesOf(prepare, requireAuth(verifier))).toEqual([401, 200]);
  expect(
    await statusesOf(
      prepare,
      every(
        requireAuth(verifier),
        allow(() => false),
      ),
    ),
  ).toEqual([401, 403]);
  expect(visits).toEqual(['ada']);
});

/** A promise, and the function that resolves it. */
function makeSignal<T = void>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

describe.each(versions)('[18] in %s', (_name, Versioned) => {
  test.each([false, true])(
    'nothing happens if a time limit responds while a check is pending, whatever the check returns: %s',
    async (verdict) => {
      const [asked, answered] = [makeSignal(), makeSignal<boolean>()];
      const check: Check = () => {
        asked.resolve();
        return answered.promise;
      };
      let decided: Promise<unknown> | undefined;
      const limit: MiddlewareHandler = async (c, next) => {
        decided = next();
        await asked.promise;
        return c.text('too late', 503);
      };
      const app = new Versioned();
      app.onError((error, c) => {
        errors.push(error);
        return c.text('error', 500);
      });
      app.use('*', limit, requireAuth({ issuer, checks: [check] }));
      await using server = await serve(app.get('*', handler));
      const { status, text, headers } = await send(server, '/', { headers: bearer(token) });
      expect([status, text, headers['www-authenticate']]).toEqual([503, 'too late', undefined]);
      answered.resolve(verdict);
      await decided;
      expect([visits, errors]).toEqual([[], []]);
    },
  );
});

test("Hono's own time limit answers, and the later refusal changes nothing", async () => {
  const answered = makeSignal<boolean>();
  const ended = makeSignal();
  const watch: MiddlewareHandler = (_c, next) => next().finally(() => ended.resolve());
  const app = new Hono().use(timeout(1), watch, requireAuth({ issuer, checks: [() => answered.promise] }));
  await using server = await serve(app.get('*', handler));
  expect((await send(server, '/', { headers: bearer(token) })).status).toBe(504);
  answered.resolve(false);
  await ended.promise;
  expect(visits).toEqual([]);
});
