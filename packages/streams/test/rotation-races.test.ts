// Rotations that are cancelled, stopped, run by two, or begun by a clock that is wrong: with a store in memory, whose
// every step can be held up.
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

const held = () => store.entries.get(slotPath)?.value;
const note = () => store.entries.get(notePath)?.value ?? '';

/** A gateway that uses what stands in the slot, at once. */
const followSlot = async () => new Response(held());

function optionsOf(changes: Partial<RotationOptions> = {}): RotationOptions {
  const gatewayUrl = 'https://cable.example.com';
  return { kv: store, from: a, to: b, gatewayUrl, fetch: followSlot, maxTtlSeconds: 3_600, ...changes };
}

const rotationOf = (changes?: Partial<RotationOptions>) => createRotation(optionsOf(changes));

/** Something that waits until it is let go on, and tells when somebody came to it. */
function makeGate() {
  const signs = new EventEmitter();
  const [reached, opened] = [once(signs, 'reached'), once(signs, 'opened')];
  const pass = async () => {
    signs.emit('reached');
    await opened;
  };
  return { pass, reached, open: () => signs.emit('opened') };
}

/** The store, where the first write of `value` into the slot waits at a gate. */
function holdUpWrite(value: string) {
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

/** A gateway whose first answer waits at a gate, and tells what was in the slot when it was asked. */
function holdUpGateway() {
  const gate = makeGate();
  const fetch = async () => {
    const answer = new Response(held());
    await gate.pass();
    return answer;
  };
  return { fetch, ...gate };
}

describe('cancel', () => {
  test('ends a run that waits, and no flip follows', async () => {
    const gate = makeGate();
    const onEvent = (event: object) => void ('step' in event && event.step === 'drain' && gate.pass());
    // Real seconds, since `run` sleeps them.
    vi.useRealTimers();
    const running = rotationOf({ onEvent, maxTtlSeconds: 1 }).run();
    await gate.reached;
    await rotationOf().cancel();
    await expect(running).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(held()).toBe(a);
    expect(note()).toBe('');
  });

  test('comes before a flip that is on its way, and the flip learns', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const { kv, reached, open } = holdUpWrite(b);
    const advancing = rotationOf({ kv }).advance();
    await reached;
    await rotationOf().cancel();
    open();
    await expect(advancing).rejects.toMatchObject({ reason: 'publish_conflict' });
    expect(held()).toBe(a);
  });

  test('comes while the gateway is asked: nothing is flipped, and nothing begun anew', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const { fetch, reached, open } = holdUpGateway();
    const advancing = rotationOf({ fetch }).advance();
    await reached;
    await rotationOf().cancel();
    open();
    await expect(advancing).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(held()).toBe(a);
    expect(note()).toBe('');
  });

  test('comes while a rotation is about to begin, which then does not', async () => {
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

  test('comes during the first look of a run, before there is a note', async () => {
    const { fetch, reached, open } = holdUpGateway();
    const running = rotationOf({ fetch }).run();
    await reached;
    await rotationOf().cancel();
    open();
    await expect(running).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(held()).toBe(a);
    expect(note()).toBe('');
  });

  test('comes between the first two readings of a run, whose drain is over', async () => {
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

  test('comes while the store is away for a run of a leaked key that has looked once', async () => {
    // Real seconds, since `run` sleeps them.
    vi.useRealTimers();
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
    const running = rotationOf({ kv, onEvent, oldKeyLeaked: true }).run();
    await gate.reached;
    await rotationOf({ oldKeyLeaked: true }).cancel();
    isAway = false;
    await expect(running).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(held()).toBe(a);
  });

  test.each([false, true])('comes while a run cannot look for the first time: it ends (leaked: %s)', async (leaked) => {
    const kv: KeyStore = {
      read: async () => Promise.reject(new ToriiStreamError('store_unavailable', 'away')),
      write: (...args) => store.write(...args),
    };
    await expect(rotationOf({ kv, oldKeyLeaked: leaked }).run()).rejects.toMatchObject({ reason: 'store_unavailable' });
  });

  test('writes again where somebody else wrote the same key between its reading and its writing', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const cancelHeld = holdUpWrite(a);
    const cancelling = rotationOf({ kv: cancelHeld.kv }).cancel();
    await cancelHeld.reached;
    await store.write('TC_PUBKEYS', 'rails_public_key', a, store.entries.get(slotPath)?.revision ?? 0);
    const theirs = store.entries.get(slotPath)?.revision ?? 0;
    cancelHeld.open();
    await cancelling;
    expect(store.entries.get(slotPath)?.revision).toBeGreaterThan(theirs);
  });

  test('gives up on a slot that takes no write, and says so', async () => {
    const kv: KeyStore = {
      read: (...path) => store.read(...path),
      write: async (bucket, ...rest) => (bucket === 'TC_PUBKEYS' ? null : store.write(bucket, ...rest)),
    };
    await expect(rotationOf({ kv }).cancel()).rejects.toMatchObject({ reason: 'rotation_conflict' });
  });

  test('says so where the flip was first', async () => {
    await rotationOf().advance();
    setClock(now + drainSeconds);
    const { kv, reached, open } = holdUpWrite(a);
    const cancelling = rotationOf({ kv }).cancel();
    await reached;
    await store.write('TC_PUBKEYS', 'rails_public_key', b, 1);
    open();
    await expect(cancelling).rejects.toMatchObject({ reason: 'rotation_conflict' });
  });

  test('does not cancel what is not its own, and says so', async () => {
    await rotationOf().advance();
    const before = note();
    await expect(rotationOf({ to: c }).cancel()).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(note()).toBe(before);
    const kv: KeyStore = { read: (...path) => store.read(...path), write: async () => null };
    await expect(rotationOf({ kv }).cancel()).rejects.toMatchObject({ reason: 'rotation_conflict' });
    expect(note()).toBe(before);
  });

  test('can be done twice, and a later rotation drains anew', async () => {
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
  const { fetch, reached, open } = holdUpGateway();
  const stop = new AbortController();
  const running = rotationOf({ fetch }).run({ signal: stop.signal });
  await reached;
  stop.abort();
  open();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(held()).toBe(a);
});

test.each([
  ['by publication', () => publishPublicKey(store, a, { replaces: b })],
  ['by a rotation', () => rotationOf({ from: b, to: a, oldKeyLeaked: true }).advance()],
])('back on the old key %s, the next rotation drains again', async (_how, goBack) => {
  await rotationOf().advance();
  setClock(now + drainSeconds);
  expect(await rotationOf().advance()).toMatchObject({ step: 'done' });
  await goBack();
  expect(held()).toBe(a);
  setClock(now + 3_600);
  expect(await rotationOf().advance()).toMatchObject({ step: 'drain', waitSeconds: drainSeconds });
});

test('a deploy that ended right after the flip leaves no note behind for long', async () => {
  await rotationOf().advance();
  const left = store.entries.get(notePath);
  await publishPublicKey(store, b, { replaces: a });
  expect(store.entries.get(notePath)).toBe(left);
  expect(await rotationOf().advance()).toMatchObject({ step: 'done' });
  expect(note()).toBe('');
});

test('a second run of a finished rotation leaves the note of the next one alone', async () => {
  await rotationOf({ oldKeyLeaked: true }).advance();
  await rotationOf({ from: b, to: c }).advance();
  const begun = note();
  expect(await rotationOf().advance()).toMatchObject({ step: 'done' });
  expect(note()).toBe(begun);
});

test('of two deploys, the second finds the rotation done, and nothing wrong with the gateway', async () => {
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

describe('where the old key leaked', () => {
  // Asked for five seconds and more, twice.
  test.each(['never answers', 'uses another key'])('flips, and asks afterwards: a gateway that %s', async (how) => {
    const fetch = async () => (how === 'never answers' ? new Promise<Response>(() => {}) : new Response(c));
    const reason = how === 'never answers' ? 'gateway_unavailable' : 'key_not_served';
    const advancing = rotationOf({ fetch, oldKeyLeaked: true }).advance();
    await expect.poll(held).toBe(b);
    await expect(advancing).rejects.toMatchObject({ reason });
    expect(held()).toBe(b);
  });
});

describe('goes by the clock', () => {
  /** The store, which says when something was written. */
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

  test('of the store: a machine that is a little slow waits longer, and not less', async () => {
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
    'of the store: a machine that is off by %i s is told so, and spoils nothing',
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

  test('of the machine, where the store has none, but does not believe a note from the future', async () => {
    setClock(now + 365 * 86_400);
    await rotationOf().advance();
    setClock(now - 365 * 86_400);
    expect(await rotationOf().advance()).toMatchObject({ step: 'drain', waitSeconds: drainSeconds });
    const forged = JSON.stringify({ ...JSON.parse(note()), drainStartedAt: 1e308 });
    store.entries.set(notePath, { value: forged, revision: 99 });
    expect(await rotationOf().plan()).toMatchObject({ step: 'begin', waitSeconds: 0 });
  });
});

test('a store that takes no note is not asked for ever', async () => {
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
