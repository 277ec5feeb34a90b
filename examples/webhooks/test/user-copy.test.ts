import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openUserCopy, type UserCopy } from '../src/user-copy.ts';

let folder: string;
let copy: UserCopy;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-copy-'));
  copy = openUserCopy(join(folder, 'users.db'));
});
afterEach(() => {
  copy.close();
  rmSync(folder, { recursive: true });
});

const at = (second: number) => `2026-11-22T12:00:0${second}.000Z`;
const ada = { id: 'ada', email: 'ada@example.com', name: 'Ada', status: 'active', updatedAt: at(1) } as const;
const states = [
  ada,
  { ...ada, name: 'Ada Lovelace', updatedAt: at(2) },
  { ...ada, name: null, status: 'banned', updatedAt: at(3) },
] as const;

test.each([
  ['in order', [0, 1, 2]],
  ['in reverse order', [2, 1, 0]],
  ['the first one last', [1, 2, 0]],
  ['each one twice', [0, 0, 1, 1, 2, 2]],
  ['all of them twice', [0, 1, 2, 0, 1, 2]],
])('keeps the newest state if states arrive %s', (_name, order) => {
  for (const index of order) copy.put(states[index] ?? ada);
  expect(copy.list()).toEqual([{ id: 'ada', email: 'ada@example.com', name: null, status: 'banned' }]);
});

test.each([
  ['after the last change', [0, 3]],
  ['before the first change', [3, 0]],
  ['twice', [0, 3, 3]],
])('keeps a user deleted if the deletion arrives %s', (_name, order) => {
  const deleted = { ...ada, status: 'deleted', updatedAt: at(4) } as const;
  for (const index of order) copy.put([...states, deleted][index] ?? ada);
  expect([copy.list(), copy.count()]).toEqual([[], 0]);
});

test('a change at the same time does not bring a deleted user back', () => {
  copy.put({ ...ada, status: 'deleted' });
  copy.put(ada);
  expect(copy.list()).toEqual([]);
});

test('keeps only the id and the time of a deleted user', () => {
  copy.put(ada);
  copy.put({ ...ada, status: 'deleted', updatedAt: at(4) });
  const database = new DatabaseSync(join(folder, 'users.db'), { readOnly: true });
  expect({ ...database.prepare('SELECT * FROM users').get() }).toEqual({
    id: 'ada',
    email: null,
    name: null,
    status: 'deleted',
    updated_at: Date.parse(at(4)) * 1000,
  });
  database.close();
});

test('keeps the first of two states with the same time, until `settle` is called', () => {
  const banned = { ...ada, status: 'banned' } as const;
  expect([copy.put(ada), copy.put(ada), copy.put(banned)]).toEqual(['done', 'done', 'tied']);
  expect(copy.list()).toMatchObject([{ status: 'active' }]);
  copy.settle(banned);
  expect(copy.list()).toMatchObject([{ status: 'banned' }]);
  copy.put({ ...ada, updatedAt: at(2) });
  copy.settle(banned);
  expect(copy.list()).toMatchObject([{ status: 'active' }]);
});

test('a deletion wins over a state with the same time', () => {
  copy.put(ada);
  expect(copy.put({ ...ada, status: 'deleted' })).toBe('done');
  expect(copy.list()).toEqual([]);
  copy.settle(ada);
  expect(copy.list()).toEqual([]);
});

test('compares times to the microsecond', () => {
  copy.put({ ...ada, updatedAt: '2026-11-22T12:00:00.000900Z', name: 'newer' });
  expect(copy.put({ ...ada, updatedAt: '2026-11-22T12:00:00.0001Z', name: 'older' })).toBe('done');
  expect(copy.put({ ...ada, updatedAt: '2026-11-22T13:00:00.000899+01:00', name: 'older' })).toBe('done');
  expect(copy.list()).toMatchObject([{ name: 'newer' }]);
});

test('compares times with different numbers of digits', () => {
  copy.put({ ...ada, updatedAt: '2026-11-22T12:00:00.900Z', name: 'newer' });
  copy.put({ ...ada, updatedAt: '2026-11-22T12:00:00Z', name: 'older' });
  expect(copy.list()).toMatchObject([{ name: 'newer' }]);
});
