import type { DatabaseSync } from 'node:sqlite';

export function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // Ignore this error: if the disk is full, SQLite has already rolled back by itself, and ROLLBACK fails. Throw the
      // error of the transaction instead.
    }
    throw error;
  }
}
