import type { KeyStore } from '../keys/slot.ts';

/** What must outlive a deploy that crashes: since when tokens have been minted short. */
export interface RotationRecord {
  /** Key ids. */
  readonly from: string;
  readonly to: string;
  /** Seconds since 1970: by the store's clock where it tells, since the clock of whoever began may be wrong. */
  readonly drainStartedAt: number;
}

/** A record and the revision that it was read at. */
export interface RotationRecordEntry {
  readonly record: RotationRecord | null;
  readonly revision: number;
}

/**
 * Keeps the record of the rotation that is under way. In a bucket of its own: the gateway watches the other one, and
 * nobody has said what it makes of a second key there.
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

  /** False where somebody else wrote since `lastRevision`. */
  async write(record: RotationRecord | null, lastRevision: number): Promise<boolean> {
    const text = record === null ? '' : JSON.stringify(record);
    return (await this.#store.write(this.#bucket, this.#key, text, lastRevision)) !== null;
  }
}

// What cannot be read is no record: the drain begins anew, which costs time and nothing else.
function parse(text: string): RotationRecord | null {
  try {
    const { from, to, drainStartedAt } = JSON.parse(text);
    const isRecord = typeof from === 'string' && typeof to === 'string' && Number.isFinite(drainStartedAt);
    return isRecord ? { from, to, drainStartedAt } : null;
  } catch {
    return null;
  }
}
