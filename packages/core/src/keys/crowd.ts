import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const periodMs = 200;
const maxCallers = 8;

/**
 * Counts callers in periods of 200 ms to tell a few simultaneous callers from a flood. Used for tokens with unknown key ids,
 * of which an attacker can send many to cause key fetches.
 */
export class Crowd {
  #period: { readonly begunAt: Instant; size: number } | undefined;

  /**
   * Waits until the current period ends, and returns `true` if it had at most eight callers. The ninth and later callers get
   * `false` immediately.
   */
  async isSmall(): Promise<boolean> {
    if (this.#period === undefined || elapsedMs(this.#period.begunAt) >= periodMs) {
      this.#period = { begunAt: instantNow(), size: 0 };
    }
    const period = this.#period;
    period.size += 1;
    if (period.size > maxCallers) return false;
    // Set one timer per caller: edge runtimes cancel the timers of a request when it ends, so a shared timer might never fire.
    await new Promise((resolve) => setTimeout(resolve, periodMs - elapsedMs(period.begunAt)));
    return period.size <= maxCallers;
  }
}
