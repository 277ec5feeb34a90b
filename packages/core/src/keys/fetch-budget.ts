import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const burst = 3;
const refillMs = 8_000;

export class FetchBudget {
  #left = burst;
  #countedAt: Instant = instantNow();

  take(): boolean {
    if (this.waitMs() > 0) return false;
    // Start the refill period with this fetch: the time during which the budget was full must not refill it.
    if (this.#left === burst) this.#countedAt = instantNow();
    this.#left -= 1;
    return true;
  }

  waitMs(): number {
    const elapsed = elapsedMs(this.#countedAt);
    // Refill for whole periods only: `elapsedMs` takes the larger of two clocks, so the sum of many short intervals could be
    // more than the time that has passed.
    const gained = Math.floor(elapsed / refillMs);
    if (gained > 0) {
      this.#left = Math.min(burst, this.#left + gained);
      this.#countedAt = instantNow();
    }
    return this.#left > 0 ? 0 : Math.max(0, refillMs - elapsed);
  }
}
