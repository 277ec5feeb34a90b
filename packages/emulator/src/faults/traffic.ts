import type { Surface } from './faults.ts';

/** How many requests each surface has been sent, refused and failed ones included; of webhooks, how many it has sent. */
export type RequestCounts = Readonly<Record<Surface, number>>;

/** Counts requests. */
export class Traffic {
  readonly #counts: Record<Surface, number> = { keys: 0, api: 0, signIn: 0, session: 0, webhooks: 0 };

  get counts(): RequestCounts {
    return { ...this.#counts };
  }

  count(surface: Surface): void {
    this.#counts[surface] += 1;
  }
}
