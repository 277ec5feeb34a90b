// What the state of a bucket says about entries that were lost. Times are in hours of the server's clock.
import { expect, test } from 'vitest';
import type { StreamInfo } from '../src/nats/bucket.ts';
import { Continuity, type Verdict } from '../src/nats/continuity.ts';

const hourMs = 3_600_000;

interface State {
  readonly created?: string;
  readonly first?: number;
  readonly last: number;
  readonly entries: number;
  readonly oldest?: number;
  readonly newest?: number;
}

/** A bucket that keeps entries for `maxAge` hours. Asked for each state at its hour. Returns what was said to the last one. */
function ask(maxAge: number, ...answers: readonly (readonly [hour: number, state: State])[]): Verdict | undefined {
  const continuity = new Continuity();
  return answers
    .map(([hour, state]) => continuity.compare(continuity.known, infoOf(maxAge, state), hour * hourMs))
    .at(-1);
}

function infoOf(maxAge: number, state: State): StreamInfo {
  const { created = 'monday', first = 1, last, entries, oldest = 0, newest = 0 } = state;
  const stamp = (hour: number): string =>
    entries === 0 ? '0001-01-01T00:00:00Z' : new Date(hour * hourMs).toISOString();
  const times = { first_ts: stamp(oldest), last_ts: new Date(newest * hourMs).toISOString() };
  return {
    created,
    config: { max_age: maxAge * hourMs * 1_000_000 },
    state: { first_seq: first, last_seq: last, messages: entries, ...times },
  } as StreamInfo;
}

test('nothing was lost if nothing has changed, or more was written', () => {
  expect(ask(2, [0, { last: 3, entries: 3 }], [1, { last: 3, entries: 3 }])).toBe('same');
  expect(ask(2, [0, { last: 3, entries: 3 }], [1, { last: 9, entries: 5 }])).toBe('same');
  expect(ask(2, [0, { last: 3, entries: 3 }], [1, { first: 3, last: 9, entries: 3 }])).toBe('same');
});

test('an empty bucket has lost something only at the first answer', () => {
  expect(ask(2, [0, { last: 0, entries: 0 }])).toBe('lost');
  expect(ask(2, [0, { last: 0, entries: 0 }], [1, { last: 0, entries: 0 }])).toBe('same');
});

test('a bucket that was created again or went back has lost entries', () => {
  expect(ask(2, [0, { last: 3, entries: 3 }], [1, { created: 'tuesday', last: 9, entries: 9 }])).toBe('lost');
  expect(ask(2, [0, { last: 3, entries: 3 }], [1, { last: 2, entries: 3 }])).toBe('lost');
});

test('entries that have reached their age were not lost', () => {
  const before = { last: 3, entries: 3, oldest: 0, newest: 0.5 };
  expect(ask(2, [1, before], [2.1, { first: 2, last: 3, entries: 2, oldest: 0.3, newest: 0.5 }])).toBe('same');
  expect(ask(2, [1, before], [3, { first: 4, last: 3, entries: 0, newest: 0.5 }])).toBe('same');
});

test('[43] entries that have not reached their age were lost', () => {
  const before = { last: 3, entries: 3, oldest: 0, newest: 0.5 };
  expect(ask(2, [1, before], [1.5, { last: 3, entries: 2, oldest: 0, newest: 0.5 }])).toBe('lost');
  expect(ask(2, [1, before], [2.2, { first: 4, last: 3, entries: 0, newest: 0.5 }])).toBe('lost');
  expect(ask(0, [1, before], [99, { first: 2, last: 3, entries: 2, oldest: 0.3, newest: 0.5 }])).toBe('lost');
});

test('[43] it is doubtful if entries were lost or replaced that all went while as many others were written', () => {
  const before = { last: 3, entries: 3, oldest: 0, newest: 0.5 };
  expect(ask(2, [1, before], [2.2, { first: 4, last: 9, entries: 3, oldest: 1.6, newest: 2 }])).toBe('doubtful');
});

test('[43] what arrived since the last answer was lost too', () => {
  const continuity = new Continuity();
  continuity.compare(undefined, infoOf(2, { last: 0, entries: 0 }), 0);
  continuity.saw(1, 0);
  const purged = infoOf(2, { first: 2, last: 1, entries: 0 });
  expect(continuity.compare(continuity.known, purged, hourMs)).toBe('lost');
});

test('what arrived since the last answer may have reached its age', () => {
  const continuity = new Continuity();
  continuity.compare(undefined, infoOf(2, { last: 0, entries: 0 }), 0);
  continuity.saw(1, 0);
  const over = infoOf(2, { first: 2, last: 1, entries: 0 });
  expect(continuity.compare(continuity.known, over, 3 * hourMs)).toBe('same');
});

test('an answer that is older than an entry that has arrived says nothing', () => {
  const continuity = new Continuity();
  continuity.compare(undefined, infoOf(2, { last: 3, entries: 3 }), 0);
  const before = continuity.known;
  continuity.saw(4, 0);
  expect(continuity.compare(before, infoOf(2, { last: 3, entries: 3 }), 0)).toBe('same');
  expect(continuity.compare(continuity.known, infoOf(2, { last: 3, entries: 3 }), 0)).toBe('lost');
});
