import type { World } from '../../world/world.ts';

/** Since when nothing has disturbed a process, its link to the store, or the store. */
export class Calm {
  /** Called when a disturbance has ended. */
  onCalm: () => void = () => {};
  readonly #world: World;
  readonly #disturbances: Set<object> = new Set();
  #sinceMs: number;
  readonly #parent: Calm | undefined;

  constructor(world: World, parent?: Calm) {
    this.#world = world;
    this.#parent = parent;
    this.#sinceMs = world.nowMs;
  }

  /** Since when there has been no disturbance. Infinity during one. */
  get sinceMs(): number {
    const own = this.#disturbances.size > 0 ? Number.POSITIVE_INFINITY : this.#sinceMs;
    return Math.max(own, this.#parent?.sinceMs ?? 0);
  }

  /** How long there has been no disturbance. Negative during one. */
  get ms(): number {
    return this.#world.nowMs - this.sinceMs;
  }

  /** Records a short disturbance at this moment. */
  disturb(): void {
    this.#sinceMs = this.#world.nowMs;
    this.onCalm();
  }

  /** Records the beginning of a disturbance. Returns the function that ends it. */
  begin(): () => void {
    const disturbance = {};
    this.#disturbances.add(disturbance);
    return () => {
      if (!this.#disturbances.delete(disturbance)) return;
      this.#sinceMs = this.#world.nowMs;
      this.onCalm();
    };
  }
}
