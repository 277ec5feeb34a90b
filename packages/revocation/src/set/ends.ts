import type { HeldEntry } from './held-entry.ts';

const bucketSeconds = 60;
/** Forgetting a million entries at once would block the event loop for about a second. */
const maxPerCall = 20_000;

/** Entries by the minute in which they end. If the end of an entry is moved, the entry stays in its bucket until that is due. */
export class Ends {
  readonly #buckets: Map<number, HeldEntry[]> = new Map();
  /** The earliest bucket, so that most calls of `due` look at none. */
  #first = Number.POSITIVE_INFINITY;

  /** @param earliest In seconds of the steady clock. The entry is not due before. */
  add(entry: HeldEntry, earliest: number): void {
    const bucket = Math.floor(Math.max(entry.endsAt, earliest) / bucketSeconds) + 1;
    const entries = this.#buckets.get(bucket);
    if (entries === undefined) this.#buckets.set(bucket, [entry]);
    else entries.push(entry);
    this.#first = Math.min(this.#first, bucket);
  }

  /** Takes out the entries whose minute is over, a limited number. */
  due(nowSeconds: number): readonly HeldEntry[] {
    const last = Math.floor(nowSeconds / bucketSeconds);
    const taken: HeldEntry[] = [];
    while (this.#first <= last && taken.length < maxPerCall) {
      const entries = this.#buckets.get(this.#first) ?? [];
      taken.push(...entries.splice(Math.max(0, entries.length - (maxPerCall - taken.length))));
      if (entries.length > 0) break;
      this.#buckets.delete(this.#first);
      this.#first = Math.min(...this.#buckets.keys());
    }
    return taken;
  }
}
