import type { KeyStore } from '../keys/slot.ts';

/** The state of a rotation in progress, kept in the store. Error messages call this record "the note". */
export interface RotationRecord {
  readonly from: string;
  readonly to: string;
  /** When nodes began to mint short-lived tokens, in seconds since 1970, by the store's clock if known. */
  readonly drainStartedAt: number;
}

export interface RotationRecordEntry {
  readonly record: RotationRecord | null;
  readonly revision: number;
}

// Uses a separate bucket: how the gateway treats a second entry in the bucket with its key is not documented.
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

  /** Returns `false` if another process wrote since `lastRevision`. */
  async write(record: RotationRecord | null, lastRevision: number): Promise<boolean> {
    const text = record === null ? '' : JSON.stringify(record);
    return (await this.#store.write(this.#bucket, this.#key, text, lastRevision)) !== null;
  }
}

// A malformed record counts as absent: the rotation waits for old tokens to expire again, which costs only time.
function parse(text: string): RotationRecord | null {
  try {
    const { from, to, drainStartedAt } = JSON.parse(text);
    const isRecord = typeof from === 'string' && typeof to === 'string' && Number.isFinite(drainStartedAt);
    return isRecord ? { from, to, drainStartedAt } : null;
  } catch {
    return null;
  }
}
