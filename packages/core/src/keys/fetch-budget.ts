import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const burst = 3;
const refillMs = 8_000;

/** Allows a number of fetches at once, and then one in each period. */
export class FetchBudget {
  readonly #burst: number;
  readonly #refillMs: number;
  #left: number;
  #countedAt: Instant = instantNow();

  constructor(most: number = burst, periodMs: number = refillMs) {
    this.#burst = most;
    this.#refillMs = periodMs;
    this.#left = most;
  }

  take(): boolean {
    if (this.waitMs() > 0) return false;
    // Start the refill period with this fetch: the time during which the budget was full must not refill it.
    if (this.#left === this.#burst) this.#countedAt = instantNow();
    this.#left -= 1;
    return true;
  }

  waitMs(): number {
    const elapsed = elapsedMs(this.#countedAt);
    // Refill for whole periods only: `elapsedMs` takes the larger of two clocks, so the sum of many short intervals could be
    // more than the time that has passed.
    const gained = Math.floor(elapsed / this.#refillMs);
    if (gained > 0) {
      this.#left = Math.min(this.#burst, this.#left + gained);
      this.#countedAt = instantNow();
    }
    return this.#left > 0 ? 0 : Math.max(0, this.#refillMs - elapsed);
  }
}
