import type { KeyStore } from '../keys/slot.ts';

/** The note that survives a deploy that crashes: since when nodes mint short tokens. */
export interface RotationRecord {
  /** The ids of the old and the new key. */
  readonly from: string;
  readonly to: string;
  /** Seconds since 1970, by the store's clock if known: the clock of the machine that began may be wrong. */
  readonly drainStartedAt: number;
}

export interface RotationRecordEntry {
  readonly record: RotationRecord | null;
  readonly revision: number;
}

/**
 * Stores the note of the rotation in progress. It has a separate bucket, because it is not documented how the gateway
 * treats a second key in the bucket that it watches.
 */
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

  /** Writes or, with `null`, clears the note. `false` if something else was written since `lastRevision`. */
  async write(record: RotationRecord | null, lastRevision: number): Promise<boolean> {
    const text = record === null ? '' : JSON.stringify(record);
    return (await this.#store.write(this.#bucket, this.#key, text, lastRevision)) !== null;
  }
}

// A malformed note counts as absent. The drain then starts again, which costs only time.
function parse(text: string): RotationRecord | null {
  try {
    const { from, to, drainStartedAt } = JSON.parse(text);
    const isRecord = typeof from === 'string' && typeof to === 'string' && Number.isFinite(drainStartedAt);
    return isRecord ? { from, to, drainStartedAt } : null;
  } catch {
    return null;
  }
}
