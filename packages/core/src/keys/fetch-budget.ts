import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const burst = 3;
const refillMs = 8_000;

/**
 * A rate limit for fetches of one key set: three in a row, then one every eight seconds. That is at most ten in any minute,
 * and the next fetch is never more than eight seconds away.
 */
export class FetchBudget {
  #left = burst;
  #countedAt: Instant = instantNow();

  take(): boolean {
    if (this.waitMs() > 0) return false;
    // A full budget does not refill: the refill period starts with the first fetch.
    if (this.#left === burst) this.#countedAt = instantNow();
    this.#left -= 1;
    return true;
  }

  waitMs(): number {
    const elapsed = elapsedMs(this.#countedAt);
    // Count whole periods only. `elapsedMs` takes the larger of two clocks; summing many short intervals would make it run
    // nearly twice as fast as either clock.
    const gained = Math.floor(elapsed / refillMs);
    if (gained > 0) {
      this.#left = Math.min(burst, this.#left + gained);
      this.#countedAt = instantNow();
    }
    return this.#left > 0 ? 0 : Math.max(0, refillMs - elapsed);
  }
}
