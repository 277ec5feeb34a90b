import { EmulatorError, isError } from '../errors.ts';

interface StorageFault {
  /** What went wrong, as text to insert into an error message: a sentence without a final period. "It" is the database. */
  readonly reason: string;
  readonly status: 503 | 507;
  readonly code: 'storage_unavailable' | 'storage_full';
}

const faults: Readonly<Record<number, StorageFault>> = {
  // SQLITE_BUSY
  5: unavailable('it is in use by another emulator or program. Stop that program, or choose another file'),
  // SQLITE_READONLY
  8: unavailable('it is read-only'),
  // SQLITE_IOERR
  10: unavailable('reading or writing it failed'),
  // SQLITE_CORRUPT
  11: unavailable('it is damaged'),
  // SQLITE_FULL
  13: { reason: 'the disk is full', status: 507, code: 'storage_full' },
  // SQLITE_CANTOPEN
  14: unavailable('it cannot be opened. Its folder must exist and be writable'),
  // SQLITE_NOTADB
  26: unavailable('the file is not a SQLite database'),
  // SQLITE_IOERR_LOCK
  3850: unavailable('it cannot be locked. It is read-only, or its disk does not support locks'),
};

function unavailable(reason: string): StorageFault {
  return { reason, status: 503, code: 'storage_unavailable' };
}

export function storageFaultOf(error: unknown): StorageFault | undefined {
  if (!isError(error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // SQLite extended result codes contain the primary code in their lowest byte.
  return faults[error.errcode] ?? faults[error.errcode & 0xff];
}

const sqliteConstraintUnique = 2067;

export function isUniqueViolation(error: unknown): boolean {
  return isError(error) && 'errcode' in error && error.errcode === sqliteConstraintUnique;
}

export async function storing<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fault = storageFaultOf(error);
    if (fault === undefined) throw error;
    throw new EmulatorError('database_unusable', `The database cannot be written: ${fault.reason}.`, {
      cause: error,
    });
  }
}
