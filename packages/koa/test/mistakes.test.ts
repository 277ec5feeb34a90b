import { startEmulator } from '@torii/emulator';
import Koa3, { type Context, type Middleware } from 'koa';
import Koa2 from 'koa2';
import { afterAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { bearer, listen, send } from '../../../scripts/http-exchange.ts';
import {
  allow,
  createVerifier,
  type GuardOptions,
  getAuth,
  optionalAuth,
  requireAuth,
  ToriiConfigError,
  type Verifier,
} from '../src/index.ts';
import { webhookHandler } from '../src/webhooks.ts';

failOnCrashes();

const torii = await startEmulator();
afterAll(() => torii.stop());

const { issuer } = torii;
const verifier = createVerifier({ issuer });
const token = await torii.token({ userId: 'ada' });

/** Sends requests, with and without a valid token, to an app whose only handler is behind `middleware`. */
async function answersOf(Koa: typeof Koa3, ...middleware: readonly unknown[]) {
  const errors: unknown[] = [];
  let reached = 0;
  const app = new Koa();
  app.on('error', (error) => errors.push(error));
  for (const each of middleware) app.use(each as Middleware);
  app.use((ctx) => {
    reached++;
    ctx.body = 'secret';
  });
  await using server = await listen(app.callback());
  const statuses: unknown[] = [];
  for (const headers of [[], bearer(token)])
    for (const method of ['GET', 'POST']) statuses.push((await send(server, '/', { method, headers })).status);
  return { statuses, errors, reached };
}

type Row = readonly [name: string, value: unknown];

test('[18] a guard of Koa in an app of Express throws at once, where a rejection would end the process', () => {
  const request = { headers: bearer(token), state: {} };
  const response = { setHeader: () => {}, end: () => {} };
  for (const guard of [requireAuth(verifier), optionalAuth(verifier), allow(() => true)])
    expect(() => Reflect.apply(guard, undefined, [request, response, () => {}])).toThrow(ToriiConfigError);
});

describe.each([
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
])('[37] in %s, a function that was not called answers 500 and lets no one in:', (_name, Koa) => {
  // The conformance cases ask it of optionalAuth, allow, getAuth and createVerifier too, in every adapter.
  test.each<Row>([['requireAuth', requireAuth], ['webhookHandler', webhookHandler], ...Object.entries(verifier)])(
    '%s',
    async (_name, middleware) => {
      const { statuses, errors, reached } = await answersOf(Koa, middleware);
      expect(statuses).toEqual([500, 500, 500, 500]);
      expect(reached).toBe(0);
      expect(errors).toHaveLength(4);
      for (const error of errors) expect(error).toBeInstanceOf(ToriiConfigError);
    },
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
      expect(mistakeIn(() => guard(verifier, { [option]: [] } as GuardOptions<Context>))).toMatchObject({ option });
  },
);

test.each<Row>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'ada'],
  ['the request of Node or Express', { headers: {}, auth: { userId: 'ada' } }],
  ['a response', { req: {}, getHeaders: () => ({}) }],
  ['a context with a forged Auth', { state: { auth: { userId: 'ada' } } }],
  ['an Auth', await verifier.verify(token)],
])('getAuth throws a configuration error for %s', (_name, given) => {
  expect(mistakeIn(() => getAuth(given as Context))).toMatchObject({ option: 'getAuth' });
});
