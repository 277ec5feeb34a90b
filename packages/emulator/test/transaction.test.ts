import { afterAll, expect, test } from 'vitest';
import { openStore } from '../src/database/store.ts';
import { transact } from '../src/database/transaction.ts';

const database = openStore(':memory:');
afterAll(() => database.close());

const insert = () =>
  database.exec("INSERT INTO environments (id, name, secret_key, created_at) VALUES ('e', 'n', 's', 'now')");
const count = () => database.prepare('SELECT count(*) AS n FROM environments').get()?.['n'];

test('stores nothing of a failed transaction, and can begin the next one', () => {
  const failure = new Error('half-way');
  const fail = () =>
    transact(database, () => {
      insert();
      throw failure;
    });
  expect(fail).toThrow(failure);
  expect(count()).toBe(0);
  transact(database, insert);
  expect(count()).toBe(1);
});

test('throws the original error if SQLite has already rolled back', () => {
  const failure = new Error('disk full');
  const fail = () =>
    transact(database, () => {
      database.exec('ROLLBACK');
      throw failure;
    });
  expect(fail).toThrow(failure);
});
