import { startEmulator } from '@torii/emulator';
import { type FastifyRequest, fastify } from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import {
  allow,
  createVerifier,
  type GuardOptions,
  getAuth,
  getToken,
  optionalAuth,
  requireAuth,
  requireGuard,
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
const guard = requireAuth(verifier);

type Row = readonly [name: string, value: unknown];

/** Sends requests, with and without a valid token, to an app whose only handler is behind these hooks. */
async function answersOf(name: string, ...hooks: readonly unknown[]) {
  const errors: unknown[] = [];
  const bodies: string[] = [];
  let reached = 0;
  const app = fastify();
  for (const hook of hooks) app.addHook(name as 'onRequest', hook as typeof guard);
  app.addHook('onError', async (_request, _reply, error) => void errors.push(error));
  app.all('/', async () => {
    reached++;
    return { text: 'secret' };
  });
  const statuses: number[] = [];
  for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.inject({ method, url: '/', headers });
      statuses.push(answer.statusCode);
      bodies.push(answer.body);
    }
  }
  return { statuses, errors, reached, bodies };
}

describe('[37] a function that was not called answers 500 and lets no one in:', () => {
  test.each<Row>([
    ['requireAuth', requireAuth],
    ['optionalAuth', optionalAuth],
    ['allow', allow],
    ['getAuth', getAuth],
    ['getToken', getToken],
    ['requireGuard as another hook', requireGuard],
    ['webhookHandler', webhookHandler],
    ['createVerifier', createVerifier],
    ...Object.entries(verifier),
  ])('%s', async (_name, hook) => {
    const { statuses, errors, reached } = await answersOf('onRequest', hook);
    expect([statuses, reached]).toEqual([[500, 500, 500, 500], 0]);
    for (const error of errors) expect(error).toBeInstanceOf(ToriiConfigError);
  });

  test.each<Row>([
    ['allow', allow],
    ['getAuth', getAuth],
    ['requireAuth', requireAuth],
  ])('%s behind a guard', async (_name, hook) => {
    const { statuses, reached } = await answersOf('preHandler', guard, hook);
    expect([statuses, reached]).toEqual([[401, 401, 500, 500], 0]);
  });
});

test.each(['preParsing', 'preSerialization', 'onSend'])(
  'a guard as %s hook answers 500, and sends nothing of the handler',
  async (name) => {
    const { statuses, bodies } = await answersOf(name, guard);
    expect(statuses).toEqual([500, 500, 500, 500]);
    expect(bodies.join()).not.toContain('secret');
  },
);

test('a guard as handler of a route answers 500', async () => {
  const app = fastify();
  app.get('/', guard as never);
  const answer = await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } });
  expect([answer.statusCode, answer.json().message]).toEqual([500, expect.stringContaining('A guard is a hook for')]);
});

test('[18] a guard in an app of Express or Koa throws at once, where a rejection would end the process', () => {
  const request = { headers: { authorization: `Bearer ${token}` }, raw: {}, state: {} };
  const response = { setHeader: () => {}, end: () => {}, req: request };
  for (const each of [guard, optionalAuth(verifier), allow(() => true)]) {
    for (const args of [
      [request, response, () => {}],
      [request, () => {}],
      [request, undefined, () => {}],
    ])
      expect(() => Reflect.apply(each, undefined, args)).toThrow(ToriiConfigError);
  }
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
  ['a guard', guard],
  ['onError among the options of the verifier', { issuer, onError: () => undefined }],
])('requireAuth and optionalAuth refuse %s when they are called', (_name, source) => {
  for (const each of [requireAuth, optionalAuth]) mistakeIn(() => each(source as Verifier));
});

test.each(['issuer', 'checks', 'publicPaths', 'onEvent', 'optional'])(
  'requireAuth and optionalAuth refuse %s among the options of the guard',
  (option) => {
    for (const each of [requireAuth, optionalAuth])
      expect(mistakeIn(() => each(verifier, { [option]: [] } as GuardOptions<FastifyRequest>))).toMatchObject({
        option,
      });
  },
);

test.each<Row>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'ada'],
  ['a reply', { request: { auth: null } }],
  ['a request with a forged Auth', { headers: {}, auth: { userId: 'ada' } }],
  ['an Auth', await verifier.verify(token)],
])('getAuth throws a configuration error for %s', (_name, given) => {
  expect(mistakeIn(() => getAuth(given as FastifyRequest))).toMatchObject({ option: 'getAuth' });
});
