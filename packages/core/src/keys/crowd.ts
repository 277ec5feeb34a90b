import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const gatherMs = 200;
const maxGathered = 8;

/** Tells a few from many: those who come within a moment are counted, and wait for the count. */
export class Crowd {
  #gathering: { readonly begunAt: Instant; size: number } | undefined;

  /** True where not more than eight came within the same moment. The ninth is told at once, so that few ever wait. */
  async isSmall(): Promise<boolean> {
    if (this.#gathering === undefined || elapsedMs(this.#gathering.begunAt) >= gatherMs) {
      this.#gathering = { begunAt: instantNow(), size: 0 };
    }
    const gathering = this.#gathering;
    gathering.size += 1;
    if (gathering.size > maxGathered) return false;
    // A timer for each: edge runtimes end a request's timers with it, and the others would wait for ever.
    await new Promise((resolve) => setTimeout(resolve, gatherMs - elapsedMs(gathering.begunAt)));
    return gathering.size <= maxGathered;
  }
}
