import type { RE2Set } from 're2js';

/** For all regular expressions of one document. By RE2's own count, which is 1.0 to 1.1 times lower than the real memory. */
const maxBytes = 8 << 20;

/**
 * Limits the memory of the automaton states that matching creates: callers choose the paths, so they decide how many
 * states there are. If there are too many, the states of the least recently used sets are dropped. RE2 creates
 * them again when they are needed, so matching gets slower, but its time stays linear.
 */
export class StateBudget {
  /** The bytes of each set, in the order of their last use. */
  readonly #bytesOf: Map<RE2Set, number> = new Map();
  #total = 0;

  /** Call it after each match. */
  noteUse(set: RE2Set): void {
    const { stateBudget, memBudget } = set.dfa;
    const bytes = stateBudget - memBudget;
    this.#total += bytes - (this.#bytesOf.get(set) ?? 0);
    this.#bytesOf.delete(set);
    this.#bytesOf.set(set, bytes);
    for (const [oldest, held] of this.#bytesOf) {
      if (this.#total <= maxBytes) break;
      oldest.dfa.clearCache();
      this.#bytesOf.delete(oldest);
      this.#total -= held;
    }
  }
}
