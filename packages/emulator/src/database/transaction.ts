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
      // ROLLBACK fails if SQLite has already rolled back, as it does when the disk is full. Only the first error
      // matters.
    }
    throw error;
  }
}
