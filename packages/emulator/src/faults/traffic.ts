import type { Surface } from './faults.ts';

/** The number of requests per surface, including refused and failed ones. For `webhooks`: the delivery attempts. */
export type RequestCounts = Readonly<Record<Surface, number>>;

export class Traffic {
  readonly #counts: Record<Surface, number> = { keys: 0, api: 0, signIn: 0, session: 0, webhooks: 0 };

  get counts(): RequestCounts {
    return { ...this.#counts };
  }

  count(surface: Surface): void {
    this.#counts[surface] += 1;
  }
}
