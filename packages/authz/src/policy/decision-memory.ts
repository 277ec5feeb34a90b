import type { Grant } from './permission.ts';

const maxEntries = 10_000;
const maxKeyLength = 1_000;

/**
 * A cache of permission decisions. Its keys must contain the roles of the caller, so that a caller who loses a role
 * also loses the cached grants.
 */
export class DecisionMemory {
  readonly #grants: Map<string, Grant | null> = new Map();

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
