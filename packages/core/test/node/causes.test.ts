import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createVerifier, type VerifierEvent } from '../../src/index.ts';
import { innermostProblem, loggableCause } from '../../src/internal.ts';
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

test('failures differ in what they report on runtimes without codes', () => {
  const messages = [
    'Connection refused (os error 111)',
    'certificate has expired',
    'dns error',
    'Network connection lost.',
  ];
  const problems = messages.map((message) =>
    innermostProblem(loggableCause(new Error('x', { cause: new Error(message) }))),
  );
  expect(new Set(problems).size).toBe(messages.length);
});

test('the code and the first address of a failure are reported', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED ::1:80'), { code: 'ECONNREFUSED' });
  const all = Object.assign(new AggregateError([refused, new Error('second')], ''), { code: 'ECONNREFUSED' });
  expect(innermostProblem(loggableCause(new TypeError('fetch failed', { cause: all })))).toBe(refused.message);
  expect(innermostProblem(loggableCause(Object.assign(new Error('x'), { code: 'ENOTFOUND' })))).toContain('ENOTFOUND');
  expect(innermostProblem(loggableCause(new TypeError()))).toBe('TypeError');
});

describe('a copy of a failure', () => {
  test('has its name, message, code, cause and errors, and nothing else', () => {
    const cause = Object.assign(new RangeError('connect'), { code: 'ECONNREFUSED' });
    const errors = [new SyntaxError('first'), 'second'];
    const copy = loggableCause(Object.assign(new TypeError('failed', { cause }), { code: 'E1', errors, request: {} }));
    expect(copy).toMatchObject({ name: 'TypeError', message: 'failed', code: 'E1', stack: 'TypeError: failed' });
    expect(copy.cause).toMatchObject({ name: 'RangeError', message: 'connect', code: 'ECONNREFUSED' });
    expect(Reflect.get(copy, 'errors')).toMatchObject([
      { name: 'SyntaxError', message: 'first' },
      { message: 'second' },
    ]);
    expect(Object.getOwnPropertyNames(copy).toSorted()).toEqual([
      'cause',
      'code',
      'errors',
      'message',
      'name',
      'stack',
    ]);
    expect(JSON.parse(JSON.stringify(copy))).toEqual({ message: 'failed', code: 'E1' });
  });

  test('can be changed by a logger', () => {
    const copy = loggableCause(new Error('failed', { cause: 'x' }));
    for (const name of ['name', 'stack', 'cause']) {
      expect(Reflect.set(copy, name, 'y')).toBe(true);
      expect(Reflect.deleteProperty(copy, name)).toBe(true);
    }
  });

  test('has no cause, no code and no errors if the failure has none', () => {
    const copy = loggableCause({ message: 'failed', name: 7, errors: 'none' });
    expect(Object.getOwnPropertyNames(copy).toSorted()).toEqual(['message', 'name', 'stack']);
    expect(copy).toMatchObject({ name: 'Error', message: 'failed' });
  });

  test('shows a failure that has no message as text', () => {
    expect(loggableCause('failed').message).toBe('failed');
    expect(loggableCause({ message: 7, a: 1 }).message).toBe('{"message":7,"a":1}');
  });

  test('is limited to four causes below it, and to four errors of each', () => {
    let failure = new Error('7');
    for (let n = 6; n >= 0; n--) failure = new Error(`${n}`, { cause: failure });
    const messages: string[] = [];
    for (let e: unknown = loggableCause(failure); e instanceof Error; e = e.cause) messages.push(e.message);
    expect(messages).toEqual(['0', '1', '2', '3', '4']);

    const nested = (levels: number): Error =>
      new AggregateError(levels === 0 ? [] : Array.from({ length: 5 }, () => nested(levels - 1)), `${levels}`);
    let [level, depth] = [[loggableCause(nested(5))], 0];
    for (; level.length > 0; depth++) {
      expect(level).toHaveLength(4 ** depth);
      level = level.flatMap((copy) => Reflect.get(copy, 'errors') ?? []);
    }
    expect(depth).toBe(5);
  });

  test('[16] has no user and password of a URL', () => {
    const { message } = loggableCause(new Error('redis://user:hunter2@a:6379/0 and http://ada@b/x@y and //c'));
    expect(message).toBe('redis://a:6379/0 and http://b/x@y and //c');
  });

  test('[16] has no password with a character that should have been encoded', () => {
    for (const password of ['hun/ter2', 'ter2?', 'a?hun#ter2', 'p@ss/ter2']) {
      const { message } = loggableCause(new Error(`bad redis://user:${password}x@a:6379/0 and http://b:80/x@y`));
      expect(message).toBe('bad redis://a:6379/0 and http://b:80/x@y');
    }
    const long = `${'x'.repeat(150)} redis://default:1a/${'hunter2'.repeat(20)}@redis.internal`;
    expect(loggableCause(new Error(long)).message).not.toContain('hunter2');
  });
});
