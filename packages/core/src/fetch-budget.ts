import { elapsedMs, type Instant, instantNow } from './instant.ts';

const burst = 3;
const refillMs = 9_000;

/**
 * How often a key set may be fetched, whatever the reason: three times in a row, then once in nine seconds. That is at
 * most nine times in any minute, and never further than nine seconds away.
 */
export class FetchBudget {
  #left = burst;
  #countedAt: Instant = instantNow();

  /** True, and one less, where a fetch may begin now. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    this.#left -= 1;
    return true;
  }

  /** Milliseconds until a fetch may begin. */
  waitMs(): number {
    this.#left = Math.min(burst, this.#left + elapsedMs(this.#countedAt) / refillMs);
    this.#countedAt = instantNow();
    return Math.max(0, (1 - this.#left) * refillMs);
  }
}
