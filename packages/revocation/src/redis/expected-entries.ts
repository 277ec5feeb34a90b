import type { FeedInstant } from '../feed.ts';

/**
 * The entries that this process has written and not yet read back. One that does not come back was written to a server that
 * was replaced, for example to the old master during a failover.
 */
export class ExpectedEntries {
  readonly #ids = new Map<string, FeedInstant>();
  readonly #readMeanwhile = new Set<string>();
  #writes = 0;

  /** Call before entries are written. */
  writeBegins(): void {
    this.#writes += 1;
  }

  /** Call after entries were written, or could not be. */
  writeEnds(ids: readonly string[], now: FeedInstant): void {
    this.#writes -= 1;
    for (const id of ids) if (!this.#readMeanwhile.has(id)) this.#ids.set(id, now);
    if (this.#writes === 0) this.#readMeanwhile.clear();
  }

  /** Call when an entry was read. */
  read(id: string): void {
    this.#ids.delete(id);
    if (this.#writes > 0) this.#readMeanwhile.add(id);
  }

  /** Whether an entry that was written at least `ms` before `askedAt` was not read back. */
  isMissing(askedAt: FeedInstant, ms: number): boolean {
    for (const writtenAt of this.#ids.values()) if (askedAt.steadyMs - writtenAt.steadyMs >= ms) return true;
    return false;
  }

  clear(): void {
    this.#ids.clear();
  }
}
