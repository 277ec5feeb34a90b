import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const burst = 3;
const refillMs = 8_000;

// At most ten fetches in any minute: three in a row, then one every eight seconds.
export class FetchBudget {
  #left = burst;
  #countedAt: Instant = instantNow();

  take(): boolean {
    if (this.waitMs() > 0) return false;
    // A full budget does not refill, so the period starts with its first fetch.
    if (this.#left === burst) this.#countedAt = instantNow();
    this.#left -= 1;
    return true;
  }

  waitMs(): number {
    const elapsed = elapsedMs(this.#countedAt);
    // Whole periods only: `elapsedMs` returns the larger of two clocks, so short intervals would add up to too much.
    const gained = Math.floor(elapsed / refillMs);
    if (gained > 0) {
      this.#left = Math.min(burst, this.#left + gained);
      this.#countedAt = instantNow();
    }
    return this.#left > 0 ? 0 : Math.max(0, refillMs - elapsed);
  }
}
