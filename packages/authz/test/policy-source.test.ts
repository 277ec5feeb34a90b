import type { VerifierEvent } from '@torii/core';
import { Keyv } from 'keyv';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AuthzEvent, type AuthzOptions, createAuthz, type PermissionDocument } from '../src/index.ts';
import { callerWith, listeningVerifier, requestFor, statusOf } from './callers.ts';

const auth = await callerWith({ roles: 'clerk' });
const may: PermissionDocument = { last_update: 1, permissions: { clerk: ['x:get'] } };
const mayNot: PermissionDocument = { last_update: 1, permissions: { clerk: [] } };
const request = requestFor('/x');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets time pass, and everything happen that is due in it. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A value that takes its time. */
function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

function authzOver(permissions: () => unknown, options: Partial<AuthzOptions> = {}) {
  const events: AuthzEvent[] = [];
  const onEvent = (event: AuthzEvent): void => void events.push(event);
  const read = permissions as () => PermissionDocument;
  const authz = createAuthz({ permissions: read, refreshSeconds: 0.2, timeoutMs: 100, onEvent, ...options });
  return { authz, events, ask: () => statusOf(authz, auth, request) };
}

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a number', 17],
  ['an empty text', ''],
  ['half of JSON', '{"permissions":'],
  ['JSON that is a list', '[]'],
  ['a list', []],
  ['an empty object', {}],
  ['permissions that are a list', { permissions: ['x:get'] }],
  ['permissions that are null', { permissions: null }],
  ['permissions that are inherited', Object.create({ permissions: { clerk: ['x:get'] } })],
  ['50 MB', `{"permissions":{"clerk":["${'x'.repeat(50_000_000)}"]}}`],
  ['a million permissions', { permissions: { clerk: Array(1_000_000).fill('x:get') } }],
  ['a million roles', { permissions: Object.fromEntries(Array.from({ length: 1_000_000 }, (_, n) => [`r${n}`, []])) }],
  ['a Map', new Map([['permissions', { clerk: ['x:get'] }]])],
  ['permissions in a Map', { permissions: new Map([['clerk', ['x:get']]]) }],
  ['permissions of a class', { permissions: new (class Roles {})() }],
  ['permissions that are hidden', Object.defineProperty({}, 'permissions', { value: { clerk: ['x:get'] } })],
  ['bytes', new TextEncoder().encode('{"permissions":{"clerk":["x:get"]}}')],
  ['a big integer', { permissions: { clerk: ['x:get'] }, size: 1n }],
])('[26] answers 503 if the source returns %s, and does not treat it as an empty document', async (_name, given) => {
  const { ask, events } = authzOver(() => given, { timeoutMs: 5_000 });
  expect(await ask()).toBe(503);
  expect(events).toEqual([{ type: 'policy_failed', problem: expect.any(String), cause: expect.any(Error) }]);
});

test('[26] answers 503 if the document contains a cycle', async () => {
  const list: unknown[] = ['*/*:*', '*:*'];
  list.push(list);
  const { ask } = authzOver(() => ({ permissions: { clerk: list } }));
  expect(await ask()).toBe(503);
});

test('an empty document is valid and refuses every request', async () => {
  expect(await authzOver(() => ({ permissions: {} })).ask()).toBe(403);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('eyJ.secret');
    },
  ],
  ['rejects', () => Promise.reject(new Error('eyJ.secret'))],
  ['hangs', () => new Promise(() => {})],
])('[26] a source that %s causes 503 in bounded time, and the next request fails at once', async (_name, read) => {
  const spy = vi.fn(read);
  const { authz, ask, events } = authzOver(spy);
  const statuses = Promise.all(Array.from({ length: 100 }, ask));
  await pass(100);
  expect(new Set(await statuses)).toEqual(new Set([503]));
  // No time passes.
  expect(await ask()).toBe(503);
  expect(spy).toHaveBeenCalledTimes(1);
  expect(events).toEqual([{ type: 'policy_failed', problem: expect.any(String), cause: expect.any(Error) }]);
  expect(JSON.stringify(events)).not.toContain('eyJ');
  await expect(authz.can(auth, 'x:get')).rejects.toMatchObject({ reason: 'policy_unavailable', retryAfterSeconds: 1 });
});

test('a failure of the source is in the detail of each refusal, and a slow one is told apart', async () => {
  const problems = new Set<string | undefined>();
  for (const read of [() => Promise.reject(new Error('down')), () => new Promise(() => {})]) {
    const events: VerifierEvent[] = [];
    const { verifier, token } = await listeningVerifier((event) => events.push(event), authzOver(read).authz.checks);
    const verifying = verifier.check({ ...request, headers: { authorization: `Bearer ${token}` } });
    await pass(100);
    expect((await verifying).denial?.status).toBe(503);
    const refused = events.find((event) => event.type === 'refused');
    expect(refused?.detail.problem).toEqual(expect.any(String));
    problems.add(refused?.detail.problem);
  }
  expect(problems.size).toBe(2);
});

test('[18] refuses with 503 at once if 10,000 requests wait for the first document', async () => {
  const { authz } = authzOver(() => new Promise(() => {}));
  const waiting = Array.from({ length: 10_000 }, () => authz.can(auth, 'x:get').catch(() => 'refused'));
  const unavailable = { reason: 'policy_unavailable', retryAfterSeconds: 1 };
  await expect(authz.can(auth, 'x:get')).rejects.toMatchObject(unavailable);
  const events: VerifierEvent[] = [];
  const { verifier, token } = await listeningVerifier((event) => events.push(event), authz.checks);
  await verifier.check({ ...request, headers: { authorization: `Bearer ${token}` } });
  expect(events.at(-1)).toMatchObject({ type: 'refused', error: unavailable, detail: { problem: expect.any(String) } });
  await pass(100);
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['refused']));
});

test('an object is read when the checks are created, not when they run', async () => {
  const own = { permissions: { clerk: ['x:get'] } };
  const authz = createAuthz({ permissions: own });
  own.permissions.clerk.length = 0;
  expect(await statusOf(authz, auth, request)).toBe(200);
});

test('policy_loaded lists the first hundred malformed permissions, and counts all', async () => {
  const { ask, events } = authzOver(() => ({ permissions: { clerk: ['x:get', ...Array(150).fill('')] } }));
  expect(await ask()).toBe(200);
  expect(events).toMatchObject([{ type: 'policy_loaded', lastUpdate: undefined, permissions: 1, malformedCount: 150 }]);
  expect(Reflect.get(events[0] ?? {}, 'malformed')).toHaveLength(100);
});

describe('[26] a changed document', () => {
  test('applies within refreshSeconds, even if last_update is the same', async () => {
    let document = may;
    const { ask } = authzOver(() => document);
    for (const [next, status] of [
      [mayNot, 403],
      [may, 200],
      [mayNot, 403],
    ] as const) {
      document = next;
      await pass(200);
      expect(await ask()).toBe(status);
    }
  });

  test('applies to the next request after refresh(), for a function and for an object', async () => {
    let document = may;
    const loaded = authzOver(() => document, { refreshSeconds: 3600 });
    expect(await loaded.ask()).toBe(200);
    document = mayNot;
    await loaded.authz.refresh();
    expect(await loaded.ask()).toBe(403);

    const own = { permissions: { clerk: ['x:get'] } };
    const authz = createAuthz({ permissions: own });
    expect(await statusOf(authz, auth, request)).toBe(200);
    own.permissions.clerk.length = 0;
    await authz.refresh();
    expect(await statusOf(authz, auth, request)).toBe(403);
  });

  test('is not undone by a slow read that started earlier', async () => {
    const answers = [() => after(80, may), () => mayNot];
    const { authz, ask } = authzOver(() => answers.shift()?.() ?? mayNot, { refreshSeconds: 3600 });
    const early = ask();
    await pass(5);
    await authz.refresh();
    expect(await ask()).toBe(403);
    await pass(75);
    await early;
    await pass(50);
    expect(await ask()).toBe(403);
  });

  test('is not undone by the late result of a read that timed out', async () => {
    const answers = [() => after(1_300, may), () => mayNot];
    const { ask } = authzOver(() => answers.shift()?.(), { refreshSeconds: 60, timeoutMs: 50 });
    const early = ask();
    await pass(50);
    expect(await early).toBe(503);
    await pass(1_050);
    expect(await ask()).toBe(403);
    await pass(300);
    expect(await ask()).toBe(403);
  });

  test('is detected in an object with toJSON, because only its JSON is used', async () => {
    let clerk = ['x:get'];
    const read = () => ({ permissions: { clerk: ['x:get'] }, toJSON: () => ({ permissions: { clerk } }) });
    const { authz, ask } = authzOver(read, { refreshSeconds: 3600 });
    expect(await ask()).toBe(200);
    clerk = [];
    await authz.refresh();
    expect(await ask()).toBe(403);
  });

  test('a read that takes longer than refreshSeconds is answered 503, not used', async () => {
    const source = { document: may };
    const { ask } = authzOver(() => after(600, structuredClone(source.document)), { timeoutMs: 2_000 });
    const early = ask();
    await pass(10);
    source.document = mayNot;
    await pass(100);
    const late = ask();
    await pass(100);
    expect([await late, await early]).toEqual([503, 503]);
  });

  test('is not affected by the late failure of a read that timed out', async () => {
    let fail: (cause: Error) => void = () => {};
    const answers = [() => new Promise((_, reject) => (fail = reject)), () => may];
    const { authz, ask, events } = authzOver(() => (answers.shift() ?? (() => may))(), { refreshSeconds: 60 });
    const early = ask();
    await pass(100);
    expect(await early).toBe(503);
    await authz.refresh();
    events.length = 0;
    fail(new Error('late'));
    await pass(10);
    expect(events).toEqual([]);
    await authz.refresh();
    expect(await ask()).toBe(200);
  });

  test('leaves no old document in use if refresh() cannot read it', async () => {
    let read = (): unknown => may;
    const { authz, ask } = authzOver(() => read(), { refreshSeconds: 3600 });
    expect(await ask()).toBe(200);
    read = () => Promise.reject(new Error('down'));
    await expect(authz.refresh()).rejects.toMatchObject({ reason: 'policy_unavailable' });
    expect(await ask()).toBe(503);
    read = () => may;
    await pass(1_050);
    expect(await ask()).toBe(200);
  });
});

test('[26] answers 503 if the key in Keyv is missing, expired, null or empty', async () => {
  const keyv = new Keyv();
  const authz = createAuthz({ permissions: { store: keyv, key: 'rbac' }, refreshSeconds: 3600 });
  const ask = async (): Promise<number> => {
    await authz.refresh().catch(() => {});
    return statusOf(authz, auth, request);
  };
  expect(await ask()).toBe(503);
  for (const [value, status] of [
    [may, 200],
    [JSON.stringify(may), 200],
    [`\uFEFF${JSON.stringify(may, undefined, 2).replaceAll('\n', '\r\n')}`, 200],
    [`\uFEFF${JSON.stringify(mayNot)}`, 403],
    ['\uFEFF', 503],
    [mayNot, 403],
    [{ permissions: {} }, 403],
    [null, 503],
    ['', 503],
    [{ value: may }, 503],
    [may, 200],
  ] as const) {
    await keyv.set('rbac', value);
    expect(await ask()).toBe(status);
  }
  await keyv.delete('rbac');
  expect(await ask()).toBe(503);
  await keyv.set('rbac', may, 20);
  expect(await ask()).toBe(200);
  await pass(40);
  expect(await ask()).toBe(503);
});

test('[26] a document is not used for longer than refreshSeconds', async () => {
  let read = (): unknown => may;
  const { ask } = authzOver(() => read());
  expect(await ask()).toBe(200);
  read = () => new Promise(() => {});
  await pass(100);
  expect(await ask()).toBe(200);
  await pass(110);
  const late = ask();
  await pass(100);
  expect(await late).toBe(503);
});

test('[26] a removed role no longer counts from the next token on', async () => {
  const { authz } = authzOver(() => may, { refreshSeconds: 3600 });
  for (let i = 0; i < 3; i++) {
    expect(await statusOf(authz, await callerWith({ roles: ['clerk'] }), request)).toBe(200);
    expect(await statusOf(authz, await callerWith({ roles: [] }), request)).toBe(403);
    expect(await statusOf(authz, await callerWith({ roles: ['clerk', 'x'] }), request)).toBe(200);
    expect(await statusOf(authz, await callerWith({ roles: 'clerkx' }), request)).toBe(403);
  }
});

test('[26] a cached decision applies to one method, path and document version', async () => {
  let document: PermissionDocument = { permissions: { clerk: ['x:get', '%r{y/\\d+}:put'] } };
  const { authz } = authzOver(() => document, { refreshSeconds: 3600 });
  const ask = (method: string, url: string) => statusOf(authz, auth, requestFor(url, { method }));
  for (let i = 0; i < 2; i++) {
    expect([await ask('GET', '/x'), await ask('POST', '/x'), await ask('GET', '/x/y')]).toEqual([200, 403, 403]);
    expect([await ask('PUT', '/y/1'), await ask('PUT', '/y/z'), await ask('GET', '/y/1')]).toEqual([200, 403, 403]);
  }
  document = { permissions: { clerk: ['x:post'] } };
  await authz.refresh();
  expect([await ask('GET', '/x'), await ask('POST', '/x'), await ask('PUT', '/y/1')]).toEqual([403, 200, 403]);
});

test('a thousand concurrent requests cause one read, and an unchanged document is not compiled again', async () => {
  const read = vi.fn(() => after(20, structuredClone(may)));
  const { ask, events } = authzOver(read);
  const statuses = Promise.all(Array.from({ length: 1_000 }, ask));
  await pass(20);
  expect(new Set(await statuses)).toEqual(new Set([200]));
  expect(read).toHaveBeenCalledTimes(1);
  await pass(250);
  const later = ask();
  await pass(20);
  expect(await later).toBe(200);
  expect(read.mock.calls.length).toBeGreaterThan(1);
  expect(events.filter(({ type }) => type === 'policy_loaded')).toHaveLength(1);
});

test('the document is refreshed in the background, so that no request waits for it', async () => {
  const read = vi.fn(() => after(300, may));
  const { ask } = authzOver(read, { refreshSeconds: 2, timeoutMs: 1_000 });
  const first = ask();
  await pass(300);
  await first;
  const answered = vi.fn();
  for (let i = 1; i <= 30; i++) {
    void ask().then(answered);
    await pass(0);
    expect(answered).toHaveBeenCalledTimes(i);
    await pass(100);
  }
  expect(read.mock.calls.length).toBeGreaterThan(1);
});

test('reports a loaded document with its malformed permissions', async () => {
  const { ask, events } = authzOver(() => ({ last_update: 7, permissions: { clerk: ['x:get', 'y', 3], boss: 'all' } }));
  expect(await ask()).toBe(200);
  expect(events).toEqual([
    {
      type: 'policy_loaded',
      lastUpdate: '7',
      permissions: 1,
      malformed: [
        { role: 'clerk', entry: 'y', problem: expect.any(String) },
        { role: 'clerk', entry: undefined, problem: expect.any(String) },
        { role: 'boss', entry: undefined, problem: expect.any(String) },
      ],
      malformedCount: 3,
      durationMs: expect.any(Number),
    },
  ]);
});

test('[26] reads the permissions if another library has replaced Promise, as zone.js does', async () => {
  vi.stubGlobal('Promise', class extends Promise<unknown> {});
  try {
    expect(await authzOver(async () => may).ask()).toBe(200);
    expect(await authzOver(async () => mayNot).ask()).toBe(403);
  } finally {
    vi.unstubAllGlobals();
  }
});
