import { expect, test, vi } from 'vitest';
import { PendingProofs } from '../src/nats/proofs.ts';

function begin() {
  const proven: number[] = [];
  const stuck = vi.fn();
  const proofs = new PendingProofs({ proven: ({ steadyMs }) => void proven.push(steadyMs) }, 1_000, stuck);
  const add = (steadyMs: number, sequence: number) => proofs.add({ askedAt: { wallMs: 0, steadyMs }, sequence });
  return { proofs, add, proven, stuck };
}

test('[42] an answer proves something only when everything that the bucket held then was passed on', () => {
  const { proofs, add, proven } = begin();
  proofs.begin();
  proofs.reach(3);
  add(1, 3);
  add(2, 5);
  expect(proven).toEqual([1]);
  proofs.reach(4);
  expect(proven).toEqual([1]);
  proofs.reach(5);
  expect(proven).toEqual([1, 2]);
  proofs.end();
});

test('[42] nothing is proven before the snapshot was read', () => {
  const { proofs, add, proven } = begin();
  proofs.reach(3);
  add(1, 3);
  expect(proven).toEqual([]);
  proofs.begin();
  proofs.reach(3);
  expect(proven).toEqual([1]);
  proofs.end();
});

test('notices that nothing arrives any more, unless nothing is missing', () => {
  vi.useFakeTimers();
  try {
    const { proofs, add, stuck } = begin();
    proofs.reach(1);
    vi.advanceTimersByTime(1_000);
    proofs.begin();
    proofs.reach(2);
    vi.advanceTimersByTime(60_000);
    expect(stuck).not.toHaveBeenCalled();
    add(1, 4);
    vi.advanceTimersByTime(500);
    proofs.reach(3);
    vi.advanceTimersByTime(1_400);
    expect(stuck).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(stuck).toHaveBeenCalledOnce();
    proofs.end();
  } finally {
    vi.useRealTimers();
  }
});

test('notices a snapshot that does not go on', () => {
  vi.useFakeTimers();
  try {
    const { stuck } = begin();
    vi.advanceTimersByTime(1_000);
    expect(stuck).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});
