import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const burst = 3;
const refillMs = 8_000;

// At most ten fetches in any minute: three in a row, then one every eight seconds.
export class FetchBudget {
  #left = burst;
  #countedAt: Instant = instantNow();

  take(): boolean {
    if (this.waitMs() > 0) return false;
    // Start the refill period now: the budget was full, so the time before this fetch must not count.
    if (this.#left === burst) this.#countedAt = instantNow();
    this.#left -= 1;
    return true;
  }

  waitMs(): number {
    const elapsed = elapsedMs(this.#countedAt);
    // Count whole periods only: as `elapsedMs` takes the larger of two clocks, short intervals could add up to too much
    // time.
    const gained = Math.floor(elapsed / refillMs);
    if (gained > 0) {
      this.#left = Math.min(burst, this.#left + gained);
      this.#countedAt = instantNow();
    }
    return this.#left > 0 ? 0 : Math.max(0, refillMs - elapsed);
  }
}
