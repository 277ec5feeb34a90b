import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RequestOptions, ToriiApiError, type ToriiClient, ToriiConnectionError } from '../src/index.ts';
import { operations } from './operations.ts';
import { failureOf, hang, networkError, ok, refusal, type Step, scriptApi } from './scripted-api.ts';

type CallIt = (client: ToriiClient, options?: RequestOptions) => PromiseLike<unknown>;

const create: CallIt = ({ users }, options) => users.create({ email: 'ada@example.com' }, options);
const get: CallIt = ({ users }, options) => users.get('ada', options);
const remove: CallIt = ({ users }, options) => users.delete('ada', options);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  // A call must leave no timer behind.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Runs a call to its end on fake timers. Returns its outcome and when each request was sent. */
async function run(steps: readonly Step[], call: CallIt, options?: RequestOptions) {
  const begunAt = Date.now();
  const { client, sent, events } = scriptApi(steps);
  const outcome = call(client, options).then(
    (value) => value,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  const value = await outcome;
  return { value, events, sentAfterMs: sent.map(({ at }) => at - begunAt), tookMs: Date.now() - begunAt };
}

const repeatable = operations.filter(({ isRepeatable }) => isRepeatable);
const unrepeatable = operations.filter(({ isRepeatable }) => !isRepeatable);

test('31: only what creates something or sends a mail is not repeatable', () => {
  expect(unrepeatable.map(({ name }) => name)).toEqual([
    'users.create',
    'users.createImpersonationToken',
    'invitations.create',
    'invitations.resend',
  ]);
});

test.each(repeatable)('31: retries $name after a temporary failure', async ({ call, answer }) => {
  for (const failure of [refusal(500), refusal(503), refusal(429), networkError('ECONNRESET')]) {
    const { value, sentAfterMs } = await run([failure, answer()], call);
    expect(value).not.toBeInstanceOf(Error);
    expect(sentAfterMs).toHaveLength(2);
  }
});

test.each(unrepeatable)('31: never retries $name if the request may have arrived', async ({ call, answer }) => {
  const unlimited = { maxRetries: 10 };
  const failures = [408, 429, 500, 502, 503, 504].map((status) => refusal(status, 'x', { 'retry-after': '1' }));
  const losses = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];
  const cut = new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) }));
  for (const step of [...failures, ...losses.map(networkError), new TypeError('fetch failed'), cut]) {
    const { value, sentAfterMs } = await run([step, answer(), answer()], call, unlimited);
    expect(value).toMatchObject({ attempts: 1 });
    expect(sentAfterMs).toHaveLength(1);
  }
  const { value } = await run([hang, answer()], call, { ...unlimited, timeoutMs: 2000 });
  expect(value).toMatchObject({ reason: 'timeout', attempts: 1, mayHaveArrived: true });
});

test.each(unrepeatable)('31: retries $name if the request was never sent', async ({ call, answer }) => {
  const { value, sentAfterMs } = await run([networkError('ECONNREFUSED'), answer()], call);
  expect(value).not.toBeInstanceOf(Error);
  expect(sentAfterMs).toHaveLength(2);
});

test.each(operations)('31: never retries $name after a conflict or another refusal', async ({ call, answer }) => {
  const codes = ['invitation_patch_conflict', 'invitation_not_pending', 'email_taken'];
  const refusals = [...codes.map((code) => refusal(409, code)), ...[400, 402, 403, 404, 422].map((s) => refusal(s))];
  for (const step of refusals) {
    const { value, sentAfterMs } = await run([step, answer()], call, { maxRetries: 10 });
    expect(value).toMatchObject({ name: 'ToriiApiError', status: step.status, attempts: 1 });
    expect(sentAfterMs).toHaveLength(1);
  }
});

test('31: a conflict after a temporary failure ends the call, too', async () => {
  const steps = [refusal(503), refusal(409, 'invitation_patch_conflict'), ok()];
  const { value } = await run(steps, ({ invitations }, options) => invitations.updateMetadata('i1', {}, options));
  expect(value).toMatchObject({ code: 'invitation_patch_conflict', attempts: 2 });
});

test.each([
  ['a reset', networkError('ECONNRESET')],
  ['a response that never came', networkError('UND_ERR_HEADERS_TIMEOUT')],
  ['an error without a code', new TypeError('fetch failed')],
  ['500', refusal(500)],
  ['502', refusal(502)],
  ['503 with Retry-After', refusal(503, 'unavailable', { 'retry-after': '1' })],
  ['429 with Retry-After', refusal(429, 'slow_down', { 'retry-after': '1' })],
  ['408', refusal(408)],
])('31: never retries a create after %s', async (_name, step) => {
  const { value, sentAfterMs } = await run([step, ok()], create);
  expect(value).toBeInstanceOf(Error);
  expect(value).toMatchObject({ attempts: 1 });
  expect(sentAfterMs).toHaveLength(1);
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])(
  '31: retries a create that was never sent, after %s',
  async (code) => {
    const { value, sentAfterMs } = await run([networkError(code), ok()], create);
    expect(value).toMatchObject({ id: 'ada' });
    expect(sentAfterMs).toHaveLength(2);
  },
);

test('31: does not retry a create whose second attempt may have arrived', async () => {
  const steps = [networkError('ECONNREFUSED'), networkError('ECONNRESET'), ok()];
  const { value } = await run(steps, create);
  expect(value).toMatchObject({ reason: 'network', attempts: 2 });
});

test.each([400, 402, 403, 404, 409, 422, 501])('does not retry a read after %i', async (status) => {
  const { value, sentAfterMs } = await run([refusal(status), ok()], get);
  expect(value).toMatchObject({ status, attempts: 1 });
  expect(sentAfterMs).toHaveLength(1);
});

test.each([0, 1, 2, 5])('gives up after %i retries', async (maxRetries) => {
  const steps = Array.from({ length: 9 }, () => refusal(503));
  const { value, sentAfterMs } = await run(steps, get, { maxRetries });
  expect(value).toMatchObject({ status: 503, attempts: maxRetries + 1 });
  expect(sentAfterMs).toHaveLength(maxRetries + 1);
});

test('waits twice as long each time, with jitter', async () => {
  const steps = () => [...Array.from({ length: 6 }, () => refusal(503)), ok()];
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const soonest = await run(steps(), get, { maxRetries: 6 });
  expect(soonest.sentAfterMs).toEqual([0, 125, 375, 875, 1875, 3875, 7875]);
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const latest = await run(steps(), get, { maxRetries: 6 });
  expect(latest.sentAfterMs).toEqual([0, 250, 750, 1750, 3750, 7750, 15_750]);
});

test.each([
  ['seconds', '3', 3000],
  ['seconds with blanks', ' 3 ', 3000],
  ['a date', 'date', 4000],
  ['a date of RFC 850', 'Thursday, 01-Jan-26 00:00:04 GMT', 4000],
  ['a date of asctime', 'Thu Jan  1 00:00:04 2026', 4000],
])('31: obeys Retry-After, given as %s', async (_name, given, waitMs) => {
  vi.setSystemTime('2026-01-01T00:00:00Z');
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const value = given === 'date' ? new Date(Date.now() + waitMs).toUTCString() : given;
  const { sentAfterMs } = await run([refusal(429, 'slow_down', { 'retry-after': value }), ok()], get);
  expect(sentAfterMs).toEqual([0, waitMs]);
});

test('31: adds a random part to Retry-After, so that not all clients come back at the same moment', async () => {
  const steps = () => [refusal(429), refusal(429, 'slow_down', { 'retry-after': '3' }), ok()];
  vi.spyOn(Math, 'random').mockReturnValue(0);
  expect((await run(steps(), get)).sentAfterMs).toEqual([0, 125, 3125]);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  expect((await run(steps(), get)).sentAfterMs).toEqual([0, 187, 3312]);
});

test('31: compares a date in Retry-After with the clock of the API', async () => {
  // This machine's clock is an hour slow.
  vi.setSystemTime('2025-12-31T23:00:00Z');
  const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT', date: 'Thu, 01 Jan 2026 00:00:00 GMT' };
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { sentAfterMs } = await run([refusal(503, 'unavailable', headers), ok()], get);
  expect(sentAfterMs).toEqual([0, 5000]);
});

test.each([
  ['negative', '-5'],
  ['zero', '0'],
  ['not a number', 'soon'],
  ['in exponential notation', '1e9'],
  ['a date in the past', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['an invalid date', 'Foo, 99 Bar 2026 00:00:00 GMT'],
])('31: uses its own delay if Retry-After is %s', async (_name, value) => {
  const { sentAfterMs } = await run([refusal(429, 'slow_down', { 'retry-after': value }), ok()], get);
  expect(sentAfterMs[1]).toBeGreaterThanOrEqual(125);
  expect(sentAfterMs[1]).toBeLessThanOrEqual(250);
});

test.each([
  ['an hour', '3600'],
  ['more than any number', '9'.repeat(400)],
  ['a date in the far future', 'Fri, 31 Dec 9999 23:59:59 GMT'],
])('31: gives up immediately if Retry-After asks for %s', async (_name, value) => {
  const { value: error, tookMs } = await run([refusal(429, 'slow_down', { 'retry-after': value }), ok()], get);
  expect(error).toBeInstanceOf(ToriiApiError);
  expect(error).toMatchObject({ status: 429, attempts: 1, retryAfterSeconds: expect.any(Number) });
  expect(tookMs).toBe(0);
});

test('31: ends a hung request when the call times out', async () => {
  const { value, tookMs } = await run([refusal(503), hang], get, { timeoutMs: 2000 });
  expect(value).toBeInstanceOf(ToriiConnectionError);
  expect(value).toMatchObject({ reason: 'timeout', attempts: 2 });
  expect(value).not.toHaveProperty('cause');
  expect(tookMs).toBe(2000);
});

test('31: times out even if fetch ignores its signal', async () => {
  const { value, tookMs } = await run([() => new Promise(() => {})], get, { timeoutMs: 2000 });
  expect(value).toMatchObject({ reason: 'timeout' });
  expect(tookMs).toBe(2000);
});

test('31: times out if the response body never ends', async () => {
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"id":')) });
  const { value } = await run([async () => new Response(body)], get, { timeoutMs: 2000 });
  expect(value).toMatchObject({ reason: 'timeout', attempts: 1 });
});

test('31: does not wait if the wait would exceed the timeout', async () => {
  const steps = [refusal(503, 'unavailable', { 'retry-after': '2' }), ok()];
  const { value, tookMs } = await run(steps, get, { timeoutMs: 2000 });
  expect(value).toMatchObject({ status: 503, attempts: 1 });
  expect(tookMs).toBe(0);
});

test('31: an abort stops a request in flight immediately', async () => {
  const controller = new AbortController();
  const { client } = scriptApi([hang]);
  const failure = failureOf(client.users.create({}, { signal: controller.signal }));
  await vi.advanceTimersByTimeAsync(1000);
  const reason = new Error('The user left.');
  controller.abort(reason);
  expect(await failure).toMatchObject({ reason: 'aborted', attempts: 1, cause: reason });
});

test('31: an abort stops the wait before a retry immediately', async () => {
  const controller = new AbortController();
  const { client, sent } = scriptApi([refusal(503, 'unavailable', { 'retry-after': '10' }), ok()]);
  const failure = failureOf(client.users.get('ada', { signal: controller.signal }));
  await vi.advanceTimersByTimeAsync(1000);
  controller.abort();
  expect(await failure).toMatchObject({ reason: 'aborted', attempts: 1 });
  expect(sent).toHaveLength(1);
});

test('31: sends nothing if the signal is already aborted', async () => {
  const { client, sent, events } = scriptApi([ok()]);
  const failure = await failureOf(create(client, { signal: AbortSignal.abort() }));
  expect(failure).toMatchObject({ reason: 'aborted', attempts: 0 });
  expect(sent).toEqual([]);
  expect(events).toEqual([]);
});

test.each([[{}], [null], ['now'], [{ aborted: false }]])(
  'sends nothing if the signal is %j, which is not one',
  async (signal) => {
    const { client, sent } = scriptApi([ok()]);
    const failure = await failureOf(client.users.get('ada', { signal: signal as never }));
    expect(failure).toMatchObject({ name: 'ToriiConfigError', option: 'signal' });
    expect(sent).toEqual([]);
  },
);

test('31: the error of a create without a response says that it may have been carried out, and only if it may', async () => {
  const messageOf = async (call: CallIt, before: boolean): Promise<string> => {
    const controller = new AbortController();
    if (before) controller.abort();
    const failure = failureOf(call(scriptApi([hang]).client, { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(1000);
    controller.abort();
    return (await failure) instanceof ToriiConnectionError ? String(await failure) : '';
  };
  const sure = await messageOf(create, true);
  const doubtful = await messageOf(create, false);
  // The doubtful message is the certain one plus a sentence.
  expect(sure).not.toBe('');
  expect(doubtful.startsWith(sure)).toBe(true);
  expect(doubtful.length).toBeGreaterThan(sure.length);
  expect(await messageOf(get, false)).toBe(await messageOf(get, true));
});

test('removes its listeners from a long-lived signal', async () => {
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, 'addEventListener');
  const drop = vi.spyOn(signal, 'removeEventListener');
  await run([ok()], get, { signal });
  expect(drop.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener));
});

test.each<[string, readonly Step[]]>([
  ['500', [refusal(500)]],
  ['a reset', [networkError('ECONNRESET')]],
  ['503, then 429, then a refused connection', [refusal(503), refusal(429), networkError('ECONNREFUSED')]],
])('31: 403 counts as success when a delete was retried after %s', async (_name, failures) => {
  const { value, sentAfterMs } = await run([...failures, refusal(403)], remove, { maxRetries: 3 });
  expect(value).toBeUndefined();
  expect(sentAfterMs).toHaveLength(failures.length + 1);
});

test.each([
  ['on the first attempt', []],
  ['after 429, which changed nothing', [refusal(429)]],
  ['after a refused connection', [networkError('ECONNREFUSED')]],
  ['after both', [refusal(429), networkError('ECONNREFUSED')]],
])('31: throws a first 403 on delete, %s', async (_name, before) => {
  const { value } = await run([...before, refusal(403, 'forbidden')], remove);
  expect(value).toMatchObject({ status: 403, code: 'forbidden', attempts: before.length + 1 });
});

/** An error response whose connection is closed before the end of its body. */
const cut = (status: number, headers: Readonly<Record<string, string>> = {}) =>
  new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) }), {
    status,
    headers,
  });

test('31: throws a first 403 on delete, even if its body is cut off', async () => {
  const { value, sentAfterMs } = await run([cut(403), refusal(403)], remove);
  expect(value).toMatchObject({ status: 403, attempts: 1 });
  expect(sentAfterMs).toHaveLength(1);
});

test('31: obeys Retry-After of a response whose body is cut off', async () => {
  const { value, sentAfterMs } = await run([cut(503, { 'retry-after': '3' }), ok()], get);
  expect(value).toMatchObject({ id: 'ada' });
  expect(sentAfterMs[1]).toBeGreaterThanOrEqual(3000);
});

test('31: 403 counts as success only for users.delete', async () => {
  const { value } = await run([refusal(500), refusal(403)], ({ sessions }) => sessions.revokeAllForUser('ada'));
  expect(value).toMatchObject({ status: 403, attempts: 2 });
});

test.each([
  ['GET', true],
  ['PUT', true],
  ['DELETE', true],
  ['POST', false],
  ['PATCH', false],
] as const)('request() retries by HTTP method: %s', async (method, isRepeated) => {
  const { sentAfterMs } = await run([refusal(500), ok()], (client) => client.request({ method, path: '/api/x' }));
  expect(sentAfterMs).toHaveLength(isRepeated ? 2 : 1);
});

test('request() retries a POST with isRepeatable: true', async () => {
  const request = { method: 'POST', path: '/api/x', isRepeatable: true } as const;
  const { sentAfterMs } = await run([refusal(500), ok()], (client) => client.request(request));
  expect(sentAfterMs).toHaveLength(2);
});

test('emits an event for every request, with the reason of a retry', async () => {
  const { events } = await run([refusal(503), networkError('ECONNRESET'), ok()], get);
  expect(events).toMatchObject([
    { attempt: 1, error: { status: 503 }, retryInMs: expect.any(Number) },
    { attempt: 2, error: { reason: 'network' }, retryInMs: expect.any(Number) },
    { attempt: 3, error: null, retryInMs: null, method: 'GET', path: '/api/server/v1/users/ada' },
  ]);
});
