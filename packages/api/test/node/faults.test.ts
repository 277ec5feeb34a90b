import { expect, test } from 'vitest';
import { createToriiClient, type RequestOptions, type ToriiClient } from '../../src/index.ts';
import { answer, cutInHalf, type Fault, hang, reset, startFaultyServer, user } from './faulty-server.ts';

const secretKey = 'sk_test_51c2a0f7d9';
const good = answer(200, user);
const tooMany = answer(429, { code: 'slow_down' }, { 'retry-after': '1' });

type CallIt = (client: ToriiClient, options?: RequestOptions) => PromiseLike<unknown>;
const get: CallIt = ({ users }, options) => users.get('ada', options);
const create: CallIt = ({ users }, options) => users.create({ firstName: 'Ada' }, options);
const remove: CallIt = ({ users }, options) => users.delete('ada', options);

async function run(faults: readonly Fault[], call: CallIt, options?: RequestOptions, resetConnections?: number) {
  await using server = await startFaultyServer(faults, resetConnections);
  const client = createToriiClient({ secretKey, apiUrl: server.url });
  const outcome: unknown = await call(client, options).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  return { outcome, arrived: server.arrived };
}

test.each<[string, readonly Fault[], number]>([
  ['500 once', [answer(500, {}), good], 2],
  ['a reset after the request was sent', [reset, good], 2],
  ['a body cut in half', [cutInHalf, good], 2],
])('31: a read succeeds after %s', async (_name, faults, count) => {
  const { outcome, arrived } = await run(faults, get);
  expect(outcome).toEqual({ value: user });
  expect(arrived).toHaveLength(count);
});

test('31: a read succeeds after a reset before the request was sent', async () => {
  const { outcome, arrived } = await run([good], get, {}, 1);
  expect(outcome).toEqual({ value: user });
  expect(arrived).toEqual(['GET /api/server/v1/users/ada']);
});

test.each<[string, readonly Fault[], object]>([
  ['429 with Retry-After', [tooMany], { status: 429, code: 'slow_down', retryAfterSeconds: 1 }],
  ['500 once', [answer(500, {})], { status: 500 }],
  ['a reset after the request was sent', [reset], { reason: 'network' }],
  ['a body cut in half', [cutInHalf], { reason: 'network' }],
  ['an empty 200', [answer(200, undefined)], { status: 502, code: 'response_malformed' }],
])('31: a create that fails with %s is sent once, and throws', async (_name, faults, error) => {
  const { outcome, arrived } = await run([...faults, answer(201, user)], create);
  expect(outcome).toMatchObject({ ...error, attempts: 1 });
  expect(arrived).toEqual(['POST /api/server/v1/users']);
});

test('31: a create whose connection was reset is not retried, because it may have arrived', async () => {
  const { outcome, arrived } = await run([answer(201, user)], create, {}, 1);
  expect(outcome).toMatchObject({ reason: 'network', attempts: 1 });
  expect(arrived).toEqual([]);
});

test('31: a delete succeeds if it was carried out and its response was lost', async () => {
  const { outcome, arrived } = await run([reset, answer(403, { code: 'forbidden' })], remove);
  expect(outcome).toEqual({ value: undefined });
  expect(arrived).toHaveLength(2);
});

test('an empty 200 is a successful delete', async () => {
  expect((await run([answer(200, undefined)], remove)).outcome).toEqual({ value: undefined });
});

test('31: a hung socket ends when the call times out', async () => {
  const { outcome, arrived } = await run([hang], get, { timeoutMs: 1_000 });
  expect(outcome).toMatchObject({ reason: 'timeout', attempts: 1 });
  expect(arrived).toHaveLength(1);
});

test('31: an abort ends a hung socket immediately', async () => {
  const controller = new AbortController();
  const abort: Fault = () => controller.abort();
  const { outcome } = await run([abort], get, { signal: controller.signal });
  expect(outcome).toMatchObject({ reason: 'aborted', attempts: 1 });
});

test.each([301, 302, 303, 307, 308])('30: a redirect (%i) to another origin is not followed', async (status) => {
  await using elsewhere = await startFaultyServer([good]);
  const redirect = answer(status, undefined, { location: `${elsewhere.url}/api/server/v1/users/ada` });
  for (const call of [get, create]) {
    const { outcome } = await run([redirect], call);
    expect(outcome).toMatchObject({ status: 502, code: 'redirect_refused', attempts: 1 });
  }
  expect(elsewhere.arrived).toEqual([]);
});

test('31: a create is retried until the server listens', async () => {
  await using server = await startFaultyServer([answer(201, user)]);
  let refusals = 0;
  const client = createToriiClient({
    secretKey,
    apiUrl: server.url,
    // Nothing listens on port 2.
    fetch: (_url, init) => fetch(++refusals <= 2 ? 'http://127.0.0.1:2/' : `${server.url}/x`, init),
  });
  expect(await client.users.create({}).withResponse()).toMatchObject({ data: user, attempts: 3 });
});
