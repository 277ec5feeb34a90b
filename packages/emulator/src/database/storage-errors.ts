import { EmulatorError } from '../errors.ts';

interface StorageFault {
  /** A sentence without its full stop, about "it": the database. */
  readonly reason: string;
  /** What the REST API answers to a write that met the fault. Nothing of the write is stored. */
  readonly status: 503 | 507;
  readonly code: 'storage_unavailable' | 'storage_full';
}

/** What SQLite's result codes mean to whoever runs the emulator. */
const faults: Readonly<Record<number, StorageFault>> = {
  // SQLITE_BUSY
  5: unavailable('it is in use by another emulator or program. End that one, or choose another file'),
  // SQLITE_READONLY
  8: unavailable('it is read-only'),
  // SQLITE_IOERR
  10: unavailable('reading or writing it failed'),
  // SQLITE_CORRUPT
  11: unavailable('it is damaged'),
  // SQLITE_FULL
  13: { reason: 'the disk is full', status: 507, code: 'storage_full' },
  // SQLITE_CANTOPEN
  14: unavailable('it cannot be opened. Its folder must exist, and you must be allowed to write there'),
  // SQLITE_NOTADB
  26: unavailable('the file is something else than a database'),
  // SQLITE_IOERR_LOCK
  3850: unavailable('it cannot be locked: it is read-only, or on a disk that knows no locks'),
};

function unavailable(reason: string): StorageFault {
  return { reason, status: 503, code: 'storage_unavailable' };
}

/** What is the matter with the database, where that is what an error says. */
export function storageFaultOf(error: unknown): StorageFault | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The lowest byte says what; all of it, in which variant.
  return faults[error.errcode] ?? faults[error.errcode & 0xff];
}

/**
 * Does what stores something on behalf of the program under test.
 *
 * @throws EmulatorError `database_unusable` where the database refuses; nothing is stored then
 */
export async function storing<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fault = storageFaultOf(error);
    if (fault === undefined) throw error;
    throw new EmulatorError('database_unusable', `The database stores nothing now: ${fault.reason}.`, {
      cause: error,
    });
  }
}
