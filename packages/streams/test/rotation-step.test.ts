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
  ['nothing has been done', {}, 'begin', 0],
  ['it drains', { record: record() }, 'drain', 3502],
  ['it has drained nearly', { record: record({ drainStartedAt: now - 3601 }) }, 'drain', 1],
  ['it has drained', { record: record({ drainStartedAt: now - 3602 }) }, 'flip', 0],
  ['the record is of one that was given up', { record: record({ drainStartedAt: now - 3602 - 86_401 }) }, 'begin', 0],
  ['the record is from a little ahead', { record: record({ drainStartedAt: now + 60 }) }, 'drain', 3662],
  ['the record is from the future', { record: record({ drainStartedAt: now + 61 }) }, 'begin', 0],
  ['the record is of no time', { record: record({ drainStartedAt: 1e308 }) }, 'begin', 0],
  ['the record is of one that ended here', { record: record({ from: 'older', to: 'old' }) }, 'begin', 0],
  [
    'the new key is in, and the gateway is slow',
    { slot: key('new'), served: { isServed: false, keyId: 'old' } },
    'confirm',
    0,
  ],
  [
    'the new key is in, and the gateway silent',
    { slot: key('new'), served: { isServed: false, keyId: null, problem: 'x' } },
    'confirm',
    0,
  ],
  ['the gateway uses the new key', { slot: key('new'), served: { isServed: true, keyId: 'new' } }, 'done', 0],
  [
    'the same, and no record was kept',
    { slot: key('new'), record: null, served: { isServed: true, keyId: 'new' } },
    'done',
    0,
  ],
])('where %s', (_what, changes, step, waitSeconds) => {
  expect(nextStep(intent, { ...world, ...changes })).toEqual({ step, waitSeconds });
});

test.each([
  ['uses the old key', servedOld],
  ['is silent', { isServed: false, keyId: null, problem: 'x' }],
  ['uses another key', { isServed: false, keyId: 'file' }],
])('where the old key leaked and the gateway %s, flips at once', (_what, served) => {
  expect(nextStep({ ...intent, oldKeyLeaked: true }, { ...world, served })).toEqual({ step: 'flip', waitSeconds: 0 });
});

const nothing = { publicKey: null, isEmpty: true, isPlain: false, revision: 0 };

test.each<[string, Partial<Observation>, StreamReason, string]>([
  ['the slot is empty', { slot: nothing }, 'slot_empty', 'B/k'],
  ['the slot holds a third key', { slot: key('third') }, 'slot_taken', 'third'],
  ['the slot holds no key', { slot: { ...nothing, isEmpty: false, revision: 1 } }, 'slot_taken', 'B/k'],
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
  ['the gateway is silent', { served: { isServed: false, keyId: null, problem: 'x' } }, 'gateway_unavailable', 'x'],
  ['another rotation is under way', { record: record({ to: 'other' }) }, 'rotation_conflict', 'other'],
])('changes nothing where %s, and names what to look at', (_what, changes, reason, name) => {
  expect(() => nextStep(intent, { ...world, ...changes })).toThrow(
    expect.objectContaining({ code: 'streams_failed', reason, message: expect.stringContaining(name) }),
  );
});
