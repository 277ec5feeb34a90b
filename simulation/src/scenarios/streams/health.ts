import type { World } from '../../world/world.ts';

/** Which parts are broken now, and since when the others have worked. Some time limits apply only while nothing is broken. */
export class Health {
  readonly #world: World;
  readonly #active: Map<string, number> = new Map();
  readonly #endedAtMs: Map<string, number> = new Map();

  constructor(world: World) {
    this.#world = world;
  }

  /** Records that something is broken from now on. Returns the function that ends this. */
  begin(scope: string): () => void {
    this.#active.set(scope, (this.#active.get(scope) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#active.set(scope, (this.#active.get(scope) ?? 0) - 1);
      this.#endedAtMs.set(scope, this.#world.nowMs);
    };
  }

  /** Records that something is broken for this long, or for an instant. */
  disturb(scope: string, forMs = 0): void {
    const end = this.begin(scope);
    if (forMs === 0) end();
    else this.#world.schedule.after(forMs, end);
  }

  /** Since when all of these have worked. A time in the future if one is broken now. */
  wellSinceMs(scopes: readonly string[]): number {
    let since = 0;
    for (const scope of scopes) {
      if ((this.#active.get(scope) ?? 0) > 0) return Number.POSITIVE_INFINITY;
      since = Math.max(since, this.#endedAtMs.get(scope) ?? 0);
    }
    return since;
  }
}
