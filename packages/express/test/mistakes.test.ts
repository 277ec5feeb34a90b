import { startEmulator } from '@torii/emulator';
import express5, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import express4 from 'express4';
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
const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3A=';

const expresses = [
  // Cast, because the types of Express 4 and 5 are incompatible. These tests use only what is the same in both.
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

/** Sends requests, with and without a valid token, to an app whose only handler is behind `middleware`. */
async function answersOf(express: typeof express5, ...middleware: readonly unknown[]) {
  const errors: unknown[] = [];
  let reached = 0;
  const app = express();
  app.use(...(middleware as [RequestHandler]));
  app.use((_req, res) => {
    reached++;
    res.send('secret');
  });
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    errors.push(error);
    res.status(error.status ?? 500).send('error');
  };
  app.use(onError);
  await using server = await listen(app);
  const statuses: unknown[] = [];
  for (const headers of [[], bearer(token)])
    for (const method of ['GET', 'POST']) statuses.push((await send(server, '/', { method, headers })).status);
  return { statuses, errors, reached };
}

type Row = readonly [name: string, value: unknown];

describe.each(expresses)(
  '[37] in %s, a function that was not called answers 500 and lets no one in:',
  (name, express) => {
    // The conformance cases ask it of optionalAuth, allow, getAuth and createVerifier too, in every adapter.
    test.each<Row>([
      ['requireAuth', requireAuth],
      ['webhookHandler', webhookHandler],
      // Express 4 does not handle the rejection of a promise.
      ...(name === 'Express 5' ? Object.entries(verifier) : []),
    ])('%s', async (_name, middleware) => {
      const { statuses, errors, reached } = await answersOf(express, middleware);
      expect(statuses).toEqual([500, 500, 500, 500]);
      expect(reached).toBe(0);
      for (const error of errors) expect(error).toBeInstanceOf(ToriiConfigError);
    });
  },
);

function mistakeIn(run: () => unknown): ToriiConfigError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ToriiConfigError);
    return error as ToriiConfigError;
  }
  throw new Error('It was accepted.');
}

describe('requireAuth and optionalAuth refuse when they are called', () => {
  const sources: readonly Row[] = [
    ['nothing', undefined],
    ['null', null],
    ['an issuer', issuer],
    ['a method of a verifier', verifier.verify],
    ['createVerifier', createVerifier],
    ['a promise of a verifier', Promise.resolve(verifier)],
    ['a list of verifiers', [verifier]],
    ['a guard', requireAuth(verifier)],
    ['a check', () => true],
    ['a verifier in an object', { verifier }],
    ['a token verifier', { verify: verifier.verify }],
    ['onError among the options of the verifier', { issuer, onError: () => undefined }],
    ['`skip`', { issuer, skip: ['/health'] }],
    ['options of a verifier for other issuers', { jwks: 'https://login.test/jwks.json', algorithms: ['ES256'] }],
  ];

  test.each(sources)('%s instead of a verifier', (_name, source) => {
    for (const guard of [requireAuth, optionalAuth]) mistakeIn(() => guard(source as Verifier));
  });

  test.each<readonly [name: string, options: unknown, option: string]>([
    ['an issuer', { issuer }, 'issuer'],
    ['checks, which would be left out', { checks: [() => false] }, 'checks'],
    ['public paths', { publicPaths: ['/health'] }, 'publicPaths'],
    ['a listener', { onEvent: () => {} }, 'onEvent'],
    ['`optional`', { optional: true }, 'optional'],
    ['`skip`', { skip: [] }, 'skip'],
    ['a function', () => undefined, 'options'],
    ['a verifier', verifier, 'options'],
    ['a promise', Promise.resolve({}), 'options'],
    ['null', null, 'options'],
    ['a list of checks', [() => true], 'options'],
  ])('%s among the options of the guard', (_name, options, option) => {
    for (const guard of [requireAuth, optionalAuth])
      expect(mistakeIn(() => guard(verifier, options as GuardOptions<Request>))).toMatchObject({ option });
  });
});

test("a name that other libraries give to an option of the verifier leads to that option, also among the guard's", () => {
  for (const name of ['skip', 'ignore', 'except', 'whitelist']) {
    expect(mistakeIn(() => requireAuth({ issuer, [name]: [] })).message).toContain('publicPaths');
    expect(mistakeIn(() => requireAuth(verifier, { [name]: [] })).message).toContain('publicPaths');
  }
});

test.each<Row>([
  ['a role', 'admin'],
  ['a list of checks', [() => true]],
  ['options', { role: 'admin' }],
  ['an Authz', { checks: [() => true] }],
  ['a promise', Promise.resolve(() => true)],
  ['a guard', requireAuth(verifier)],
  ['another `allow`', allow(() => true)],
  ['true', true],
  ['nothing', undefined],
])('allow refuses %s when it is called', (_name, check) => {
  expect(mistakeIn(() => allow(check as () => boolean))).toMatchObject({ option: 'allow' });
  expect(mistakeIn(() => allow(() => true, check as () => boolean))).toMatchObject({ option: 'allow' });
});

test.each<Row>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'user_1'],
  ['a response', { req: {}, getHeaders: () => ({}) }],
  ["Koa's context", { state: {}, req: {}, headers: {} }],
  ['an object with a forged Auth', { auth: { userId: 'user_1' } }],
  ['an Auth', await verifier.verify(token)],
])('getAuth throws a configuration error for %s', (_name, given) => {
  expect(mistakeIn(() => getAuth(given as Request))).toMatchObject({ option: 'getAuth' });
});

test.each<readonly [name: string, given: readonly unknown[]]>([
  ['nothing', []],
  ['a secret', [secret, () => {}]],
  ['options alone', [{ secret }]],
  ['a handler alone', [() => {}]],
  ['the arguments in the wrong order', [() => {}, { secret }]],
  ['the handler among the options', [{ secret, handler: () => {} }]],
])('webhookHandler refuses %s', (_name, given) => {
  const { message } = mistakeIn(() => Reflect.apply(webhookHandler, undefined, [...given]));
  expect(message).not.toContain('MDEy');
});
