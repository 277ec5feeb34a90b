import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AuthzEvent, createAuthz, type PermissionDocument } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';

// A process that stood still: a frozen Lambda, SIGSTOP, a laptop that slept. At the thaw, the timers that ran out fire before
// any response is read, so that a read that was under way seems to have timed out.

const auth = await callerWith({ roles: 'clerk' });
const may: PermissionDocument = { permissions: { clerk: ['x:get'] } };
const mayNot: PermissionDocument = { permissions: { clerk: [] } };
const never = (): Promise<PermissionDocument> => new Promise(() => {});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Stops the process: time passes, and no timer fires. */
function freeze(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Fires every timer that ran out during the pause, and nothing else. */
async function thaw(): Promise<void> {
  await vi.runOnlyPendingTimersAsync();
}

/** Default options, and a source whose behavior the test sets. */
function makeAuthz(first: () => PermissionDocument | Promise<PermissionDocument>) {
  const source = vi.fn(first);
  const authz = createAuthz({ permissions: source });
  return { source, authz, ask: () => statusOf(authz, auth, requestFor('/x')) };
}

describe('[34] after a pause', () => {
  test('the store is asked before a request is refused, although a read in the background timed out at the thaw', async () => {
    const { source, ask } = makeAuthz(() => may);
    expect(await ask()).toBe(200);
    await vi.advanceTimersByTimeAsync(4_000);
    source.mockImplementation(never);
    expect(await ask()).toBe(200);
    expect(source).toHaveBeenCalledTimes(2);
    freeze(60_000);
    await thaw();
    source.mockImplementation(() => may);
    expect(await ask()).toBe(200);
    expect(source).toHaveBeenCalledTimes(3);
  });

  test('the store is asked before a request is refused, although a read in the background failed at the thaw', async () => {
    const { source, ask } = makeAuthz(() => may);
    expect(await ask()).toBe(200);
    await vi.advanceTimersByTimeAsync(4_000);
    let fail: (cause: Error) => void = () => {};
    source.mockImplementation(() => new Promise((_, reject) => (fail = reject)));
    expect(await ask()).toBe(200);
    freeze(60_000);
    fail(new Error('connection reset'));
    await vi.advanceTimersByTimeAsync(0);
    source.mockImplementation(() => may);
    expect(await ask()).toBe(200);
    expect(source).toHaveBeenCalledTimes(3);
  });

  test('the store is asked if the request comes before the timers', async () => {
    const { source, ask } = makeAuthz(() => may);
    await ask();
    await vi.advanceTimersByTimeAsync(4_000);
    source.mockImplementation(never);
    await ask();
    freeze(60_000);
    source.mockImplementation(() => mayNot);
    expect(await ask()).toBe(403);
  });

  test('the store is asked, although a read that a request waited for failed at the thaw', async () => {
    let fail: (cause: Error) => void = () => {};
    const { source, ask } = makeAuthz(() => new Promise((_, reject) => (fail = reject)));
    const waiting = ask();
    freeze(60_000);
    source.mockImplementation(() => Promise.reject(new Error('down')));
    fail(new Error('connection reset'));
    expect(await waiting).toBe(503);
    expect(source).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1_000);
    source.mockImplementation(() => may);
    expect(await ask()).toBe(200);
  });

  test.each([1, 100])('%i requests that waited through it get one new read', async (count) => {
    const { source, ask } = makeAuthz(never);
    const statuses = Array.from({ length: count }, ask);
    await vi.advanceTimersByTimeAsync(500);
    freeze(60_000);
    source.mockImplementation(() => may);
    await thaw();
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
    expect(source).toHaveBeenCalledTimes(2);
  });

  test('[26] a document that was read before the pause is not used', async () => {
    let reply: (document: PermissionDocument) => void = () => {};
    const { source, ask } = makeAuthz(() => new Promise((resolve) => (reply = resolve)));
    const waiting = ask();
    freeze(60_000);
    reply(may);
    source.mockImplementation(() => mayNot);
    expect(await waiting).toBe(403);
    expect(source).toHaveBeenCalledTimes(2);
  });

  test.each(['was read', 'could not be read'])(
    'a request that waited for an older read asks the store, although since a refresh() the document %s',
    async (what) => {
      const { source, authz, ask } = makeAuthz(never);
      const waiting = ask();
      source.mockImplementation(() => (what === 'was read' ? may : Promise.reject(new Error('down'))));
      await authz.refresh().catch(() => {});
      freeze(60_000);
      source.mockImplementation(() => mayNot);
      await thaw();
      expect(await waiting).toBe(403);
    },
  );

  test('refresh() that waited through it reads again', async () => {
    const { source, authz, ask } = makeAuthz(never);
    const refreshing = authz.refresh();
    freeze(60_000);
    source.mockImplementation(() => may);
    await thaw();
    await refreshing;
    expect(source).toHaveBeenCalledTimes(2);
    expect(await ask()).toBe(200);
  });
});

describe('[34] a failure counts from when its read began', () => {
  test('a read that timed out after two seconds does not keep the next request from asking', async () => {
    const { source, ask } = makeAuthz(never);
    const first = ask();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await first).toBe(503);
    source.mockImplementation(() => may);
    expect(await ask()).toBe(200);
  });

  test('a read that failed at once delays the next one by a second', async () => {
    const { source, ask } = makeAuthz(() => Promise.reject(new Error('down')));
    expect(await ask()).toBe(503);
    source.mockImplementation(() => may);
    await vi.advanceTimersByTimeAsync(999);
    expect(await ask()).toBe(503);
    expect(source).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await ask()).toBe(200);
  });
});

test('refresh() is not refused because of an earlier failure, and requests wait for it', async () => {
  const { source, authz, ask } = makeAuthz(() => Promise.reject(new Error('down')));
  expect(await ask()).toBe(503);
  let reply: (document: PermissionDocument) => void = () => {};
  source.mockImplementation(() => new Promise((resolve) => (reply = resolve)));
  const refreshing = authz.refresh();
  const waiting = ask();
  reply(may);
  await refreshing;
  expect(await waiting).toBe(200);
});

test('two calls of refresh() at once both succeed', async () => {
  const { authz, ask } = makeAuthz(async () => may);
  await Promise.all([authz.refresh(), authz.refresh(), ask()]);
  expect(await ask()).toBe(200);
});

describe('[16] why permissions could not be read', () => {
  test.each<[string, unknown, string]>([
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['a certificate', new Error('x', { cause: Object.assign(new Error('y'), { code: 'CERT_HAS_EXPIRED' }) }), 'CERT_'],
  ])('is in the event and in the refusal, for %s', async (_what, failure, code) => {
    const events: AuthzEvent[] = [];
    const onEvent = (event: AuthzEvent): void => void events.push(event);
    const authz = createAuthz({ permissions: () => Promise.reject(failure), onEvent });
    const error: unknown = await authz.can(auth, 'x:get').catch((caught: unknown) => caught);
    expect(events).toMatchObject([{ type: 'policy_failed', problem: expect.stringContaining(code) }]);
    expect(inspect(error)).toContain(code);
  });

  test('shows no password, token or command of a client', async () => {
    const failure = Object.assign(new Error('redis://user:hunter2@cache.test failed'), {
      command: { args: ['sk_live_0123456789abcdef'] },
      cause: new Error('eyJhbGciOiJFUzI1NiJ9.secret'),
    });
    const events: AuthzEvent[] = [];
    const onEvent = (event: AuthzEvent): void => void events.push(event);
    const authz = createAuthz({ permissions: () => Promise.reject(failure), onEvent });
    const error: unknown = await authz.can(auth, 'x:get').catch((caught: unknown) => caught);
    const printed = inspect([error, events], { depth: 20, showHidden: true });
    expect(printed).toContain('cache.test');
    expect(printed).not.toMatch(/hunter2|sk_live|eyJ/);
  });
});
