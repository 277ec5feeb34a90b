import type { KeyStore } from '../keys/slot.ts';

/** The state of a rotation in progress, kept in the store. Error messages call this record "the note". */
export interface RotationRecord {
  readonly from: string;
  readonly to: string;
  /**
   * When app processes began to mint only short-lived tokens, in seconds since 1970: by the store's clock if the store
   * reports it, else by the clock of the machine that began the rotation.
   */
  readonly drainStartedAt: number;
}

export interface RotationRecordEntry {
  readonly record: RotationRecord | null;
  readonly revision: number;
}

// Keeps the record in its own bucket: the gateway does not document how it treats a second entry in the bucket of its
// key.
export class RotationRecords {
  readonly #store: KeyStore;
  readonly #bucket: string;
  readonly #key: string;

  constructor(store: KeyStore, slot: { readonly bucket: string; readonly key: string }) {
    this.#store = store;
    this.#bucket = `${slot.bucket}_ROTATION`;
    this.#key = slot.key;
  }

  async read(): Promise<RotationRecordEntry> {
    const entry = await this.#store.read(this.#bucket, this.#key);
    const record = parse(entry?.value ?? '');
    const drainStartedAt = entry?.createdAt ?? record?.drainStartedAt ?? 0;
    return { record: record && { ...record, drainStartedAt }, revision: entry?.revision ?? 0 };
  }

  async write(record: RotationRecord | null, lastRevision: number): Promise<boolean> {
    const text = record === null ? '' : JSON.stringify(record);
    return (await this.#store.write(this.#bucket, this.#key, text, lastRevision)) !== null;
  }
}

// Treats a malformed record as absent. The rotation then waits once more for old tokens to expire, which only costs
// time.
function parse(text: string): RotationRecord | null {
  try {
    const { from, to, drainStartedAt } = JSON.parse(text);
    const isRecord = typeof from === 'string' && typeof to === 'string' && Number.isFinite(drainStartedAt);
    return isRecord ? { from, to, drainStartedAt } : null;
  } catch {
    return null;
  }
}
