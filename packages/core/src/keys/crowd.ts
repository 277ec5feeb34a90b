import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const periodMs = 200;
const maxCallers = 8;

// Tells a few simultaneous callers from a flood: an attacker can send tokens with unknown key ids to cause key fetches.
export class Crowd {
  #period: { readonly begunAt: Instant; size: number } | undefined;

  async isSmall(): Promise<boolean> {
    if (this.#period === undefined || elapsedMs(this.#period.begunAt) >= periodMs) {
      this.#period = { begunAt: instantNow(), size: 0 };
    }
    const period = this.#period;
    period.size += 1;
    if (period.size > maxCallers) return false;
    // One timer per caller: edge runtimes cancel the timers of a request when it ends.
    await new Promise((resolve) => setTimeout(resolve, periodMs - elapsedMs(period.begunAt)));
    return period.size <= maxCallers;
  }
}
