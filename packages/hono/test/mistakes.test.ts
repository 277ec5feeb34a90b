import { startEmulator } from '@torii/emulator';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { afterAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, send } from '../../../scripts/http-exchange.ts';
import {
  allow,
  createVerifier,
  type GuardOptions,
  getAuth,
  type HonoContext,
  optionalAuth,
  requireAuth,
  ToriiConfigError,
  type Verifier,
} from '../src/index.ts';
import { webhookHandler } from '../src/webhooks.ts';
import { serve } from './serving.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const verifier = createVerifier({ issuer });
const token = await torii.token({ userId: 'ada' });

/** Sends requests, with and without a valid token, to an app whose only handler is behind `middleware`. */
async function answersOf(...middleware: readonly unknown[]) {
  const errors: unknown[] = [];
  let reached = 0;
  const app = new Hono().onError((error, c) => {
    errors.push(error);
    return c.text('error', 500);
  });
  for (const each of middleware) app.use(each as MiddlewareHandler);
  app.all('*', (c) => {
    reached++;
    return c.text('secret');
  });
  await using server = await serve(app);
  const statuses: unknown[] = [];
  for (const headers of [[], bearer(token)])
    for (const method of ['GET', 'POST']) statuses.push((await send(server, '/', { method, headers })).status);
  return { statuses, errors, reached };
}

type Row = readonly [name: string, value: unknown];

describe('[37] a function that was not called answers 500 and lets no one in:', () => {
  test.each<Row>([
    ['requireAuth', requireAuth],
    ['optionalAuth', optionalAuth],
    ['allow', allow],
    ['getAuth', getAuth],
    ['webhookHandler', webhookHandler],
    ['createVerifier', createVerifier],
    ...Object.entries(verifier),
  ])('%s', async (_name, middleware) => {
    const { statuses, errors, reached } = await answersOf(middleware);
    expect(statuses).toEqual([500, 500, 500, 500]);
    expect(reached).toBe(0);
    expect(errors).toHaveLength(4);
    for (const error of errors) expect(error).toBeInstanceOf(ToriiConfigError);
  });

  test.each<Row>([
    ['allow', allow],
    ['getAuth', getAuth],
    ['requireAuth', requireAuth],
  ])('%s behind a guard', async (_name, middleware) => {
    const { statuses, reached } = await answersOf(requireAuth(verifier), middleware);
    expect(statuses).toEqual([401, 401, 500, 500]);
    expect(reached).toBe(0);
  });
});

test('[18] a guard of Hono in an app of another framework throws at once, where a rejection would end the process', () => {
  for (const guard of [requireAuth(verifier), optionalAuth(verifier), allow(() => true)])
    expect(() => Reflect.apply(guard, undefined, [{ headers: {} }, { end: () => {} }, () => {}])).toThrow(
      ToriiConfigError,
    );
});

function mistakeIn(run: () => unknown): ToriiConfigError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ToriiConfigError);
    return error as ToriiConfigError;
  }
  throw new Error('It was accepted.');
}

test.each<Row>([
  ['nothing', undefined],
  ['a method of a verifier', verifier.authenticate],
  ['a promise of a verifier', Promise.resolve(verifier)],
  ['a guard', requireAuth(verifier)],
  ['onError among the options of the verifier', { issuer, onError: () => undefined }],
])('requireAuth and optionalAuth refuse %s when they are called', (_name, source) => {
  for (const guard of [requireAuth, optionalAuth]) mistakeIn(() => guard(source as Verifier));
});

test.each(['issuer', 'checks', 'publicPaths', 'onEvent', 'optional'])(
  'requireAuth and optionalAuth refuse %s among the options of the guard',
  (option) => {
    for (const guard of [requireAuth, optionalAuth])
      expect(mistakeIn(() => guard(verifier, { [option]: [] } as GuardOptions<HonoContext>))).toMatchObject({ option });
  },
);

test.each<Row>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'ada'],
  ['a Fetch request', new Request('http://app.test/')],
  ['an object with a forged Auth', { var: { auth: { userId: 'ada' } }, get: () => ({ userId: 'ada' }) }],
  ['an Auth', await verifier.verify(token)],
])('getAuth throws a configuration error for %s', (_name, given) => {
  expect(mistakeIn(() => getAuth(given as Context))).toMatchObject({ option: 'getAuth' });
});
