import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';

export const slotBucket = 'TC_PUBKEYS';
export const noteBucket = 'TC_PUBKEYS_ROTATION';
const entryKey = 'rails_public_key';

export interface Entry {
  /** `null`: deleted. */
  readonly value: string | null;
  readonly revision: number;
  /** In virtual milliseconds. */
  readonly writtenAtMs: number;
  /** In milliseconds, by the clock of the store. */
  readonly createdAtMs: number;
}

interface Bucket {
  lastRevision: number;
  entry: Entry | undefined;
  before: { readonly lastRevision: number; readonly entry: Entry | undefined } | undefined;
}

/** NATS with a bucket for the slot and one for the note. Revisions count per bucket, from 1 in a new bucket. */
export class Store {
  readonly hasClock: boolean;
  readonly aheadMs: number;
  /** All that the slot has held. */
  readonly slots: Entry[] = [];
  /** All that the note has been. */
  readonly notes: Entry[] = [];
  /** When revisions were last lost. New writes get the same ones again, so a process may take them for those it has seen. */
  lostAtMs: number = Number.NEGATIVE_INFINITY;
  /** Called after each change of the slot. */
  onSlotChanged: () => void = () => {};
  readonly #world: World;
  readonly #buckets: Map<string, Bucket> = new Map();

  constructor(world: World, hasClock: boolean, aheadMs: number) {
    this.#world = world;
    this.hasClock = hasClock;
    this.aheadMs = aheadMs;
  }

  get lastWriteAtMs(): number {
    return Math.max(this.slots.at(-1)?.writtenAtMs ?? 0, this.notes.at(-1)?.writtenAtMs ?? 0);
  }

  get slot(): Entry | undefined {
    return this.#buckets.get(slotBucket)?.entry;
  }

  get note(): Entry | undefined {
    return this.#buckets.get(noteBucket)?.entry;
  }

  read(bucket: string, key: string): { value: string | null; revision: number; createdAt?: number } | null {
    const entry = key === entryKey ? this.#buckets.get(bucket)?.entry : undefined;
    if (entry === undefined) return null;
    const { value, revision, createdAtMs } = entry;
    return this.hasClock ? { value, revision, createdAt: createdAtMs / 1000 } : { value, revision };
  }

  write(bucket: string, key: string, value: string, lastRevision: number): number | null {
    if (key !== entryKey) throw new Error(`An unexpected key: ${bucket}/${key}`);
    if ((this.#buckets.get(bucket)?.entry?.revision ?? 0) !== lastRevision) return null;
    return this.put(bucket, value).revision;
  }

  /** What other tools do: without a look at the revision. */
  put(name: string, value: string | null): Entry {
    const bucket = this.#bucketOf(name);
    bucket.before = { lastRevision: bucket.lastRevision, entry: bucket.entry };
    bucket.lastRevision += 1;
    const { nowMs } = this.#world;
    const createdAtMs = Math.floor(epochMs + nowMs + this.aheadMs);
    const entry = { value, revision: bucket.lastRevision, writtenAtMs: nowMs, createdAtMs };
    this.#set(name, bucket, entry);
    return entry;
  }

  /** A restart that loses the last write of each bucket. */
  rollBack(): void {
    this.lostAtMs = this.#world.nowMs;
    for (const [name, bucket] of this.#buckets) {
      if (bucket.before === undefined) continue;
      const { lastRevision, entry } = bucket.before;
      bucket.before = undefined;
      bucket.lastRevision = lastRevision;
      this.#set(name, bucket, entry);
    }
  }

  loseBuckets(): void {
    this.lostAtMs = this.#world.nowMs;
    this.#buckets.clear();
    this.#record(slotBucket, undefined);
    this.#record(noteBucket, undefined);
    this.onSlotChanged();
  }

  #bucketOf(name: string): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const bucket: Bucket = { lastRevision: 0, entry: undefined, before: undefined };
    this.#buckets.set(name, bucket);
    return bucket;
  }

  #set(name: string, bucket: Bucket, entry: Entry | undefined): void {
    bucket.entry = entry;
    this.#record(name, entry);
    if (name === slotBucket) this.onSlotChanged();
  }

  #record(name: string, entry: Entry | undefined): void {
    const { nowMs } = this.#world;
    const gone = { value: null, revision: 0, createdAtMs: 0 };
    (name === slotBucket ? this.slots : this.notes).push({ ...(entry ?? gone), writtenAtMs: nowMs });
  }
}

/** The entries that were there between two times, from the history of one. */
export function entriesBetween(history: readonly Entry[], fromMs: number, toMs: number): readonly Entry[] {
  return history.filter((entry, index) => {
    const next = history[index + 1];
    return entry.writtenAtMs <= toMs && (next === undefined || next.writtenAtMs >= fromMs);
  });
}

export interface Note {
  readonly from: string;
  readonly to: string;
  readonly drainStartedAt: number;
}

/** The note of a rotation, as docs/decisions/streams.md describes it. */
export function noteOf(entry: Entry | undefined): Note | null {
  try {
    const { from, to, drainStartedAt } = JSON.parse(entry?.value ?? '');
    return typeof from === 'string' && typeof to === 'string' && Number.isFinite(drainStartedAt)
      ? { from, to, drainStartedAt }
      : null;
  } catch {
    return null;
  }
}
