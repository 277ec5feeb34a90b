import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';
import { pause } from '../time/pause.ts';

const periodMs = 200;
const maxCallers = 8;

// Limits requests whose token names an unknown key id. A few at a time may cause a key fetch, but a flood may not: attackers
// can send tokens with made-up key ids.
export class Crowd {
  #period: { readonly begunAt: Instant; size: number } | undefined;

  async isSmall(): Promise<boolean> {
    if (this.#period === undefined || elapsedMs(this.#period.begunAt) >= periodMs) {
      this.#period = { begunAt: instantNow(), size: 0 };
    }
    const period = this.#period;
    period.size += 1;
    if (period.size > maxCallers) return false;
    // One pause per request, not a shared one: an edge runtime cancels a timer when the request that created it ends.
    await pause(Math.min(periodMs, periodMs - elapsedMs(period.begunAt)));
    return period.size <= maxCallers;
  }
}
