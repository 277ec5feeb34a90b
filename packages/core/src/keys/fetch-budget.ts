import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const burst = 3;
const refillMs = 8_000;

/**
 * How often a key set may be fetched, whatever the reason: three times in a row, then once in eight seconds. That is at
 * most ten times in any minute, and never further than eight seconds away.
 */
export class FetchBudget {
  #left = burst;
  #countedAt: Instant = instantNow();

  /** True, and one less, where a fetch may begin now. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    // A full budget earns nothing: the first period begins with the first fetch.
    if (this.#left === burst) this.#countedAt = instantNow();
    this.#left -= 1;
    return true;
  }

  /** Milliseconds until a fetch may begin. */
  waitMs(): number {
    const elapsed = elapsedMs(this.#countedAt);
    // Whole periods only: added up bit by bit, the larger of two clocks that tick apart runs nearly twice as fast.
    const gained = Math.floor(elapsed / refillMs);
    if (gained > 0) {
      this.#left = Math.min(burst, this.#left + gained);
      this.#countedAt = instantNow();
    }
    return this.#left > 0 ? 0 : Math.max(0, refillMs - elapsed);
  }
}
