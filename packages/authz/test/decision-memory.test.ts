import { expect, test } from 'vitest';
import { DecisionMemory } from '../src/policy/decision-memory.ts';
import type { Grant } from '../src/policy/permission.ts';

const grant: Grant = {
  role: 'sales',
  permission: {
    text: 'reports/*:get',
    method: 'GET',
    resource: { kind: 'segments', segments: ['reports'], isSubtree: true },
  },
};

/** A memory with as many decisions as it keeps, under the keys `0`, `1` and so on. */
function fullMemory(): DecisionMemory {
  const memory = new DecisionMemory();
  for (let n = 0; n < 10_000; n++) memory.keep(`${n}`, grant);
  return memory;
}

test('remembers a grant and a refusal, and knows which decisions it has not seen', () => {
  const memory = new DecisionMemory();
  memory.keep('granted', grant);
  memory.keep('refused', null);
  expect(memory.recall('granted')).toBe(grant);
  expect(memory.recall('refused')).toBeNull();
  expect(memory.recall('new')).toBeUndefined();
});

test('[36] remembers ten thousand decisions, and forgets the oldest for one more', () => {
  const memory = fullMemory();
  expect(memory.recall('0')).toBe(grant);
  memory.keep('one more', grant);
  expect(memory.recall('0')).toBeUndefined();
  expect(memory.recall('1')).toBe(grant);
  expect(memory.recall('one more')).toBe(grant);
});

test('[36] a decision that is kept twice forgets no other one', () => {
  const memory = fullMemory();
  memory.keep('9999', grant);
  expect(memory.recall('0')).toBe(grant);
});

test('[36] remembers no decision under a key of more than a thousand characters', () => {
  const memory = new DecisionMemory();
  const longest = 'x'.repeat(1_000);
  memory.keep(longest, grant);
  memory.keep(`${longest}y`, grant);
  expect(memory.recall(longest)).toBe(grant);
  expect(memory.recall(`${longest}y`)).toBeUndefined();
});

test('[36] remembers two million characters of keys, and forgets the oldest for one more', () => {
  const memory = new DecisionMemory();
  const key = (n: number) => `${n}`.padEnd(1_000, 'x');
  for (let n = 0; n < 2_000; n++) memory.keep(key(n), grant);
  expect(memory.recall(key(0))).toBe(grant);
  memory.keep('y', grant);
  expect(memory.recall(key(0))).toBeUndefined();
  expect(memory.recall(key(1))).toBe(grant);
  // What was forgotten makes room: 999 characters are left.
  memory.keep('z'.repeat(999), grant);
  expect(memory.recall(key(1))).toBe(grant);
  memory.keep('one more', grant);
  expect(memory.recall(key(1))).toBeUndefined();
  expect(memory.recall(key(2))).toBe(grant);
});
