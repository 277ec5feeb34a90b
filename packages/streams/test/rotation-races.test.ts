// Rotations that are canceled, stopped, run by two deploys, or begun by a machine with a wrong clock. The store is in
// memory, so that a test can pause any read or write.
import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createRotation,
  type KeyStore,
  publishPublicKey,
  type RotationOptions,
  ToriiStreamError,
} from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { MemoryStore } from './memory-store.ts';

const [a, b, c] = [makeKeyPair().publicPem, makeKeyPair().publicPem, makeKeyPair().publicPem];
const slotPath = 'TC_PUBKEYS/rails_public_key';
const notePath = 'TC_PUBKEYS_ROTATION/rails_public_key';
const drainSeconds = 3_602;

let store: MemoryStore;
let now = 1_800_000_000;

beforeEach(async () => {
  setClock(now);
  store = new MemoryStore();
  await publishPublicKey(store, a);
});
afterEach(() => void vi.useRealTimers());

function setClock(seconds: number): void {
  now = seconds;
  vi.useFakeTimers({ now: now * 1000, toFake: ['Date'] });
}

/** For `run`, which sleeps. */
function fakeTimers(): void {
  vi.useFakeTimers({ now: now * 1000, toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
}

const held = () => store.entries.get(slotPath)?.value;
const note = () => store.entries.get(notePath)?.value ?? '';

/** A gateway that immediately uses the key in the slot. */
const followSlot = async () => new Response(held());

function optionsOf(changes: Partial<RotationOptions> = {}): RotationOptions {
  const gatewayUrl = 'https://cable.example.com';
  return { kv: store, from: a, to: b, gatewayUrl, fetch: followSlot, maxTtlSeconds: 3_600, ...changes };
}

const rotationOf = (changes?: Partial<RotationOptions>) => createRotation(optionsOf(changes));

/** `pass()` waits until `open()` is called. `reached` resolves at the first `pass()`. */
function makeGate() {
  const events = new EventEmitter();
  const [reached, opened] = [once(events, 'reached'), once(events, 'opened')];
  const pass = async () => {
    events.emit('reached');
    await opened;
  };
  return { pass, reached, open: () => events.emit('opened') };
}

/** The store, with writes of `value` to the slot paused. */
function pauseWrite(value: string) {
  const gate = makeGate();
  const kv: KeyStore = {
    read: (bucket, key) => store.read(bucket, key),
    async write(bucket, key, text, revision) {
      if (text === value) await gate.pass();
      return store.write(bucket, key, text, revision);
    },
  };
  return { kv, ...gate };
}

/** A gateway whose responses are paused. They contain the key that the slot held at the time of the request. */
function pauseGateway() {
  const gate = makeGate();
  const fetch = async () => {
    const answer = new Response(held());
    await gate.pass();
    return answer;
  };
  return { fetch, ...gate };
}

describe('cancel', () => {
  test('ends a run that waits for the drain, without a flip', async () => {
    const gate = makeGate();
    const onEvent = (event: object) => void ('step' in event && event.step === 'drain' && gate.pass());
    fakeTimers();
    const outcome = expect(rotationOf({ onEvent }).run()).rejects.toMatchObject({ reason: 'rotation_conflict' });
    await gate.reached;
    await rotationOf().cancel();
    await vi.advanceTimersByTimeAsync(drainSeconds * 1000);
    await outcome;
    expect(held()).toBe(a);
    expect(note()).toBe('');
  });

  test('makes a flip in flight fail with publish_conflict', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const { kv, reached, open } = pauseWrite(b);
    const advancing = rotationOf({ kv }).advance();
    await reached;
    await rotationOf().cancel();
    open();
    await expect(advancing).rejects.toMatchObject({ reason: 'publish_conflict' });
    expect(held()).toBe(a);
  });

  test('during a request to the gateway: nothing is flipped, and no new rotation begins', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const { fetch, reached, open } = pauseGateway();
    const advancing = rotationOf({ fetch }).advance();
    await reached;
    await rotationOf().cancel();
    open();
    await expect(advancing).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(held()).toBe(a);
    expect(note()).toBe('');
  });

  test('while a rotation writes its note: the rotation does not begin', async () => {
    const gate = makeGate();
    const kv: KeyStore = {
      read: (bucket, key) => store.read(bucket, key),
      async write(...args) {
        await gate.pass();
        return store.write(...args);
      },
    };
    const advancing = rotationOf({ kv }).advance();
    await gate.reached;
    await rotationOf().cancel();
    gate.open();
    await expect(advancing).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(note()).toBe('');
  });

  test('ends a run during its first look, before there is a note', async () => {
    const { fetch, reached, open } = pauseGateway();
    const running = rotationOf({ fetch }).run();
    await reached;
    await rotationOf().cancel();
    open();
    await expect(running).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(held()).toBe(a);
    expect(note()).toBe('');
  });

  test('ends a run between its first two reads, even if its drain is over', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const gate = makeGate();
    let reads = 0;
    const kv: KeyStore = {
      async read(...path) {
        const entry = await store.read(...path);
        reads += 1;
        if (reads === 1) await gate.pass();
        return entry;
      },
      write: (...args) => store.write(...args),
    };
    const running = rotationOf({ kv }).run();
    await gate.reached;
    await rotationOf().cancel();
    gate.open();
    await expect(running).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(held()).toBe(a);
  });

  test('ends a run with a leaked key that has read the store once and retries a write', async () => {
    fakeTimers();
    const gate = makeGate();
    let isAway = true;
    const kv: KeyStore = {
      read: (...path) => store.read(...path),
      async write(...args) {
        if (isAway) throw new ToriiStreamError('store_unavailable', 'away');
        return store.write(...args);
      },
    };
    const onEvent = (event: object) => void ('step' in event && event.step === 'retry' && gate.pass());
    const outcome = expect(rotationOf({ kv, onEvent, oldKeyLeaked: true }).run()).rejects.toMatchObject({
      reason: 'rotation_conflict',
    });
    await gate.reached;
    await rotationOf({ oldKeyLeaked: true }).cancel();
    isAway = false;
    await vi.advanceTimersByTimeAsync(1_000);
    await outcome;
    expect(held()).toBe(a);
  });

  test.each([false, true])('a run ends if its first read of the store fails (leaked: %s)', async (leaked) => {
    const kv: KeyStore = {
      read: async () => Promise.reject(new ToriiStreamError('store_unavailable', 'away')),
      write: (...args) => store.write(...args),
    };
    await expect(rotationOf({ kv, oldKeyLeaked: leaked }).run()).rejects.toMatchObject({ reason: 'store_unavailable' });
  });

  test('writes again if another process writes the same key between its read and its write', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const paused = pauseWrite(a);
    const canceling = rotationOf({ kv: paused.kv }).cancel();
    await paused.reached;
    await store.write('TC_PUBKEYS', 'rails_public_key', a, store.entries.get(slotPath)?.revision ?? 0);
    const theirs = store.entries.get(slotPath)?.revision ?? 0;
    paused.open();
    await canceling;
    expect(store.entries.get(slotPath)?.revision).toBeGreaterThan(theirs);
  });

  test('fails with rotation_conflict if no write to the slot succeeds', async () => {
    const kv: KeyStore = {
      read: (...path) => store.read(...path),
      write: async (bucket, ...rest) => (bucket === 'TC_PUBKEYS' ? null : store.write(bucket, ...rest)),
    };
    await expect(rotationOf({ kv }).cancel()).rejects.toMatchObject({ reason: 'rotation_conflict' });
  });

  test('fails with rotation_conflict if the flip came first', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const { kv, reached, open } = pauseWrite(a);
    const canceling = rotationOf({ kv }).cancel();
    await reached;
    await store.write('TC_PUBKEYS', 'rails_public_key', b, 1);
    open();
    await expect(canceling).rejects.toMatchObject({ reason: 'rotation_conflict' });
  });

  test('does not cancel a rotation to another key', async () => {
    await rotationOf().advance();
    const before = note();
    await expect(rotationOf({ to: c }).cancel()).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(note()).toBe(before);
    const kv: KeyStore = { read: (...path) => store.read(...path), write: async () => null };
    await expect(rotationOf({ kv }).cancel()).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(note()).toBe(before);
  });

  test('can be called twice, and a later rotation starts with a new drain', async () => {
    await rotationOf().advance();
    await rotationOf().cancel();
    await rotationOf().cancel();
    setClock(now + drainSeconds);
    expect(await rotationOf().advance()).toMatchObject({ step: 'drain', waitSeconds: drainSeconds });
    expect(held()).toBe(a);
  });
});

test('a signal stops a run before it flips', async () => {
  await rotationOf().advance();
  setClock(now + drainSeconds);
  const { fetch, reached, open } = pauseGateway();
  const stop = new AbortController();
  const running = rotationOf({ fetch }).run({ signal: stop.signal });
  await reached;
  stop.abort();
  open();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(held()).toBe(a);
});

test('fifty runs with one signal listen to it once', async () => {
  const stop = new AbortController();
  const added = vi.spyOn(stop.signal, 'addEventListener');
  const removed = vi.spyOn(stop.signal, 'removeEventListener');
  await rotationOf().advance();
  const fetch = vi.fn(followSlot);
  const running = Array.from({ length: 50 }, () => rotationOf({ fetch }).run({ signal: stop.signal }));
  // Each run now waits for the end of the drain.
  await vi.waitFor(() => expect(fetch.mock.calls.length).toBeGreaterThanOrEqual(50));
  expect(added).toHaveBeenCalledTimes(1);
  stop.abort();
  for (const { status } of await Promise.allSettled(running)) expect(status).toBe('rejected');
  expect(removed).toHaveBeenCalled();
});

test('a run tries once if the certificate of the gateway is not trusted, and says what to do', async () => {
  const cause = Object.assign(new Error('self-signed certificate in certificate chain'), {
    code: 'SELF_SIGNED_CERT_IN_CHAIN',
  });
  const onEvent = vi.fn();
  const fetch = vi.fn(() => Promise.reject(new TypeError('fetch failed', { cause })));
  const error: unknown = await rotationOf({ fetch, onEvent })
    .run()
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    reason: 'gateway_unavailable',
    message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(onEvent).not.toHaveBeenCalledWith(expect.objectContaining({ step: 'retry' }));
});

test.each([
  ['by publication', () => publishPublicKey(store, a, { replaces: b })],
  ['by a rotation', () => rotationOf({ from: b, to: a, oldKeyLeaked: true }).advance()],
])('after a return to the old key %s, the next rotation drains again', async (_how, goBack) => {
  await rotationOf().advance();
  setClock(now + drainSeconds);
  expect(await rotationOf().advance()).toMatchObject({ step: 'done' });
  await goBack();
  expect(held()).toBe(a);
  setClock(now + 3_600);
  expect(await rotationOf().advance()).toMatchObject({ step: 'drain', waitSeconds: drainSeconds });
});

test('clears the note of a deploy that crashed right after the flip', async () => {
  await rotationOf().advance();
  const left = store.entries.get(notePath);
  await publishPublicKey(store, b, { replaces: a });
  expect(store.entries.get(notePath)).toBe(left);
  expect(await rotationOf().advance()).toMatchObject({ step: 'done' });
  expect(note()).toBe('');
});

test('a second run of a finished rotation does not clear the note of the next one', async () => {
  await rotationOf({ oldKeyLeaked: true }).advance();
  await rotationOf({ from: b, to: c }).advance();
  const begun = note();
  expect(await rotationOf().advance()).toMatchObject({ step: 'done' });
  expect(note()).toBe(begun);
});

test('a deploy that another deploy overtakes finds the rotation done, without an error about the gateway', async () => {
  await rotationOf().advance();
  setClock(now + drainSeconds);
  const gate = makeGate();
  let reads = 0;
  const slow: KeyStore = {
    async read(bucket, key) {
      const entry = await store.read(bucket, key);
      reads += 1;
      if (reads === 1) await gate.pass();
      return entry;
    },
    write: (...args) => store.write(...args),
  };
  const second = rotationOf({ kv: slow }).run();
  await gate.reached;
  expect(await rotationOf().advance()).toMatchObject({ step: 'done' });
  gate.open();
  expect(await second).toMatchObject({ step: 'done' });
});

describe('uses the clock', () => {
  /** The store, with `createdAt` by a separate clock. */
  function storeWithClock(): KeyStore {
    const times = new Map<number, number>();
    return {
      async read(bucket, key) {
        const entry = await store.read(bucket, key);
        return entry && { ...entry, createdAt: times.get(entry.revision) };
      },
      async write(...args) {
        const revision = await store.write(...args);
        if (revision !== null) times.set(revision, storeNow);
        return revision;
      },
    };
  }
  let storeNow = 0;

  test('of the store: a machine that is a little slow waits longer', async () => {
    const kv = storeWithClock();
    storeNow = now;
    setClock(now - 50);
    expect(await rotationOf({ kv }).advance()).toMatchObject({ step: 'drain', waitSeconds: drainSeconds + 50 });
    setClock(storeNow + drainSeconds - 1);
    expect(await rotationOf({ kv }).advance()).toMatchObject({ step: 'drain', waitSeconds: 1 });
    setClock(storeNow + drainSeconds);
    expect(await rotationOf({ kv }).advance()).toMatchObject({ step: 'done' });
  });

  test.each([-3_605, 200_000])(
    'of the store: a machine that is off by %i s fails with rotation_conflict, without effect',
    async (off) => {
      const kv = storeWithClock();
      storeNow = now;
      setClock(now + off);
      await expect(rotationOf({ kv }).advance()).rejects.toMatchObject({ reason: 'rotation_conflict' });
      setClock(storeNow);
      expect(await rotationOf({ kv }).advance()).toMatchObject({ step: 'drain', waitSeconds: drainSeconds });
      expect(held()).toBe(a);
    },
  );

  test('of the machine if the store has none, but ignores a note from the future', async () => {
    setClock(now + 365 * 86_400);
    await rotationOf().advance();
    setClock(now - 365 * 86_400);
    expect(await rotationOf().advance()).toMatchObject({ step: 'drain', waitSeconds: drainSeconds });
    const forged = JSON.stringify({ ...JSON.parse(note()), drainStartedAt: 1e308 });
    store.entries.set(notePath, { value: forged, revision: 99 });
    expect(await rotationOf().plan()).toMatchObject({ step: 'begin', waitSeconds: 0 });
  });
});

test('fails after one try if the store does not accept the note', async () => {
  let writes = 0;
  const kv: KeyStore = {
    read: (...path) => store.read(...path),
    write: async () => {
      writes += 1;
      return null;
    },
  };
  await expect(rotationOf({ kv }).advance()).rejects.toMatchObject({ reason: 'rotation_conflict' });
  expect(writes).toBe(1);
});
