import type { World } from '../../world/world.ts';

/** Since when nothing has disturbed a process, its link to the store, or the store. */
export class Calm {
  /** Called when a disturbance has ended. */
  onCalm: () => void = () => {};
  readonly #world: World;
  readonly #disturbances: Set<{ readonly fromMs: number; readonly isDeaf: boolean }> = new Set();
  #sinceMs: number;
  readonly #parent: Calm | undefined;

  constructor(world: World, parent?: Calm) {
    this.#world = world;
    this.#parent = parent;
    this.#sinceMs = world.nowMs;
  }

  /** Infinity while it is disturbed. */
  get sinceMs(): number {
    const own = this.#disturbances.size > 0 ? Number.POSITIVE_INFINITY : this.#sinceMs;
    return Math.max(own, this.#parent?.sinceMs ?? 0);
  }

  /** How long it has lasted. Negative while it is disturbed. */
  get ms(): number {
    return this.#world.nowMs - this.sinceMs;
  }

  /** Since when no answer of the store can have come. Infinity if answers come. */
  get deafFromMs(): number {
    const deaf = [...this.#disturbances].filter(({ isDeaf }) => isDeaf).map(({ fromMs }) => fromMs);
    return Math.min(...deaf, this.#parent?.deafFromMs ?? Number.POSITIVE_INFINITY);
  }

  /** Something happens at this moment. */
  disturb(): void {
    this.#sinceMs = this.#world.nowMs;
    this.onCalm();
  }

  /** Something begins. Returns the function that ends it. `isDeaf`: no answers of the store come meanwhile. */
  begin(isDeaf = false): () => void {
    const disturbance = { fromMs: this.#world.nowMs, isDeaf };
    this.#disturbances.add(disturbance);
    return () => {
      if (!this.#disturbances.delete(disturbance)) return;
      this.#sinceMs = this.#world.nowMs;
      this.onCalm();
    };
  }
}
