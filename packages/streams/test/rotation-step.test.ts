import { expect, test } from 'vitest';
import type { StreamReason } from '../src/index.ts';
import { type Intent, nextStep, type Observation } from '../src/rotation/step.ts';

const intent: Intent = { slotName: 'B/k', from: 'old', to: 'new', maxTtlSeconds: 3600, oldKeyLeaked: false };
const now = 1_800_000_000;
const key = (keyId: string) => ({ publicKey: { keyId, pem: '' }, isEmpty: false, isPlain: true, revision: 1 });
const record = (changes = {}) => ({ from: 'old', to: 'new', drainStartedAt: now - 100, ...changes });
const servedOld = { isServed: true, keyId: 'old' };
const world: Observation = { slot: key('old'), record: null, served: servedOld, now };

test.each<[string, Partial<Observation>, string, number]>([
  ['if nothing was done yet', {}, 'begin', 0],
  ['during the drain', { record: record() }, 'drain', 3502],
  ['a second before the end of the drain', { record: record({ drainStartedAt: now - 3601 }) }, 'drain', 1],
  ['after the drain', { record: record({ drainStartedAt: now - 3602 }) }, 'flip', 0],
  [
    'if the note is a day older than its drain',
    { record: record({ drainStartedAt: now - 3602 - 86_401 }) },
    'begin',
    0,
  ],
  ['if the note is from 60 seconds in the future', { record: record({ drainStartedAt: now + 60 }) }, 'drain', 3662],
  ['if the note is from 61 seconds in the future', { record: record({ drainStartedAt: now + 61 }) }, 'begin', 0],
  ['if the time in the note is not plausible', { record: record({ drainStartedAt: 1e308 }) }, 'begin', 0],
  ['if the note is of the previous rotation', { record: record({ from: 'older', to: 'old' }) }, 'begin', 0],
  [
    'if the slot holds the new key, and the gateway still uses the old one',
    { slot: key('new'), served: { isServed: false, keyId: 'old' } },
    'confirm',
    0,
  ],
  [
    'if the slot holds the new key, and the gateway does not answer',
    { slot: key('new'), served: { isServed: false, keyId: null, problem: 'x' } },
    'confirm',
    0,
  ],
  ['if the gateway uses the new key', { slot: key('new'), served: { isServed: true, keyId: 'new' } }, 'done', 0],
  [
    'if the gateway uses the new key, without a note',
    { slot: key('new'), record: null, served: { isServed: true, keyId: 'new' } },
    'done',
    0,
  ],
])('determines the next step %s', (_what, changes, step, waitSeconds) => {
  expect(nextStep(intent, { ...world, ...changes })).toEqual({ step, waitSeconds });
});

test.each([
  ['uses the old key', servedOld],
  ['does not answer', { isServed: false, keyId: null, problem: 'x' }],
  ['uses another key', { isServed: false, keyId: 'file' }],
])('flips immediately if the old key leaked and the gateway %s', (_what, served) => {
  expect(nextStep({ ...intent, oldKeyLeaked: true }, { ...world, served })).toEqual({ step: 'flip', waitSeconds: 0 });
});

const nothing = { publicKey: null, isEmpty: true, isPlain: false, revision: 0 };

test.each<[string, Partial<Observation>, StreamReason, string]>([
  ['the slot is empty', { slot: nothing }, 'slot_empty', 'B/k'],
  ['the slot holds a third key', { slot: key('third') }, 'slot_taken', 'third'],
  [
    'the slot holds something other than a key',
    { slot: { ...nothing, isEmpty: false, revision: 1 } },
    'slot_taken',
    'B/k',
  ],
  [
    'a file shadows the slot',
    { served: { isServed: false, keyId: 'file' } },
    'key_not_served',
    'TURBOCABLE_JWT_PUBLIC_KEY_PATH',
  ],
  [
    'the gateway has no key',
    { served: { isServed: false, keyId: null } },
    'key_not_served',
    'TURBOCABLE_JWT_PUBLIC_KEY_PATH',
  ],
  [
    'the gateway does not answer',
    { served: { isServed: false, keyId: null, problem: 'x' } },
    'gateway_unavailable',
    'x',
  ],
  ['another rotation is in progress', { record: record({ to: 'other' }) }, 'rotation_conflict', 'other'],
])('throws if %s, and names what to check', (_what, changes, reason, name) => {
  expect(() => nextStep(intent, { ...world, ...changes })).toThrow(
    expect.objectContaining({ code: 'streams_failed', reason, message: expect.stringContaining(name) }),
  );
});
