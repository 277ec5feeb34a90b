import { elapsedMs, type Instant, instantNow } from '@torii/core/adapter';

/**
 * The entries that this process has written and not yet read back. One that does not come back was written to a server that
 * was replaced, for example to the old master during a failover.
 */
export class ExpectedEntries {
  readonly #ids = new Map<string, Instant>();
  readonly #readMeanwhile = new Set<string>();
  #writes = 0;

  /** Call before writing, and the returned function after it, with the ids of the entries. */
  begin(): (ids: readonly string[]) => void {
    this.#writes += 1;
    return (ids) => {
      this.#writes -= 1;
      const now = instantNow();
      for (const id of ids) if (!this.#readMeanwhile.has(id)) this.#ids.set(id, now);
      if (this.#writes === 0) this.#readMeanwhile.clear();
    };
  }

  /** An entry was read. */
  read(id: string): void {
    this.#ids.delete(id);
    if (this.#writes > 0) this.#readMeanwhile.add(id);
  }

  /** Whether an entry was written this long ago and not read since. */
  isMissing(afterMs: number): boolean {
    for (const since of this.#ids.values()) if (elapsedMs(since) >= afterMs) return true;
    return false;
  }

  clear(): void {
    this.#ids.clear();
  }
}
