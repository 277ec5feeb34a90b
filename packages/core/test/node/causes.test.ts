import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { connectionProblem, loggableCause } from '../../src/adapter.ts';
import { createVerifier, type VerifierEvent } from '../../src/index.ts';
import { makeKey, mint } from '../mint.ts';
import { outcomeOf } from '../outcome.ts';

const key = await makeKey();
const everything = { depth: 20, showHidden: true, getters: true, breakLength: 1_000 };
const secrets = {
  token: await mint(key),
  secretKey: 'sk_live_0123456789abcdef0123456789abcdef',
  webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  password: 'redis://user:hunter2@cache.example.com:6379/0',
};

async function eventsOf(fetch: typeof globalThis.fetch, issuer = 'https://acme.torii.test'): Promise<VerifierEvent[]> {
  const events: VerifierEvent[] = [];
  const torii = createVerifier({ issuer, fetch, onEvent: (event) => events.push(event) });
  await outcomeOf(torii.verify(await mint(key, { iss: issuer })));
  return events;
}

test.each<[string, (secret: string) => unknown]>([
  ['its message', (secret) => new Error(`failed with ${secret}`)],
  ['its name', (secret) => Object.assign(new Error('x'), { name: secret })],
  ['its code', (secret) => Object.assign(new Error('x'), { code: secret })],
  ['its stack', (secret) => Object.assign(new Error('x'), { stack: secret })],
  ['another property', (secret) => Object.assign(new Error('x'), { request: { headers: { authorization: secret } } })],
  ['its cause', (secret) => new Error('x', { cause: new Error(secret) })],
  ['a cause that is a string', (secret) => new Error('x', { cause: secret })],
  ['a deep cause', (secret) => new Error('1', { cause: new Error('2', { cause: new Error('3', { cause: secret }) }) })],
  ['an AggregateError', (secret) => new AggregateError([new Error(secret)], 'x')],
  ['a thrown string', (secret) => secret],
  ['a thrown object', (secret) => ({ secret, message: secret })],
])('[16] a secret in %s of a failure is in no event', async (_where, failureWith) => {
  for (const secret of Object.values(secrets)) {
    const events = await eventsOf(() => Promise.reject(failureWith(secret)));
    expect(events.map(({ type }) => type)).toEqual(['keys_failed', 'refused']);
    const printed = inspect(events, everything) + JSON.stringify(events);
    expect(printed).not.toContain(secret.split('@')[0]);
    expect(printed).not.toContain('hunter2');
  }
});

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['a symbol', Symbol('x')],
  ['a big integer', 1n],
  ['a function', () => 1],
  ['an object that cannot become text', Object.create(null)],
  ['a cycle', Object.assign(new Error('x'), { message: Object.assign([], { self: 1 }) })],
  [
    'an error with a getter that throws',
    Object.defineProperty(new Error('x'), 'code', {
      get: () => {
        throw new Error('getter');
      },
    }),
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
      },
    ),
  ],
])('a fetch that rejects with %s is reported', async (_what, thrown) => {
  const events = await eventsOf(() => Promise.reject(thrown));
  expect(events).toMatchObject([
    { type: 'keys_failed', problem: expect.any(String), cause: expect.any(Error) },
    { type: 'refused', error: { reason: 'keys_unavailable' } },
  ]);
});

test('[16] the password of a URL is left out, even if the message ends before the host', () => {
  const message = `${'x'.repeat(150)} redis://default:${'hunter2'.repeat(20)}@redis.internal`;
  const text = inspect(loggableCause(new Error(message)), everything);
  expect(text).not.toContain('hunter2');
  expect(text).toContain('redis://…');
});

test('a cycle of causes ends', () => {
  const [first, second] = [new Error('first'), new Error('second')];
  Object.assign(first, { cause: second });
  Object.assign(second, { cause: first });
  expect(inspect(loggableCause(first), everything).length).toBeLessThan(2_000);
});

test('a refused connection and an error of the server read apart', async () => {
  const server = createServer((_request, response) => void response.writeHead(502).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // Not the same function, because verifiers with the same function share the key set and its failure.
  const failing = await eventsOf((...given) => fetch(...given), `http://127.0.0.1:${port}`);
  await new Promise((resolve) => server.close(resolve));
  const refused = await eventsOf(globalThis.fetch, `http://127.0.0.1:${port}`);
  const problems = [failing, refused].map((events) => Reflect.get(events[0] ?? {}, 'problem'));
  expect(new Set(problems).size).toBe(2);
  expect(inspect(refused)).toContain('ECONNREFUSED');
  expect(inspect(failing)).toContain('502');
});

test('the kind of a failure is found in its message on runtimes without codes', () => {
  for (const message of [
    'tcp connect error: Connection refused (os error 111)',
    'certificate has expired',
    'dns error',
  ]) {
    expect(connectionProblem(new Error('x', { cause: new Error(message) }))).toBeDefined();
  }
  expect(connectionProblem(new Error('out of memory'))).toBeUndefined();
});
