import type { Grant } from './permission.ts';

const maxEntries = 10_000;
const maxKeyLength = 1_000;

/**
 * What one version of a document decided. Bounded, and gone with its version; the key holds everything that a decision
 * depends on, so that none outlives a role that was lost.
 */
export class DecisionMemory {
  readonly #grants: Map<string, Grant | null> = new Map();

  /** Null for a no; undefined where nothing is remembered. */
  recall(key: string): Grant | null | undefined {
    return this.#grants.get(key);
  }

  keep(key: string, grant: Grant | null): void {
    if (key.length > maxKeyLength) return;
    if (this.#grants.size >= maxEntries) {
      for (const oldest of this.#grants.keys()) {
        this.#grants.delete(oldest);
        break;
      }
    }
    this.#grants.set(key, grant);
  }
}
