import type { Grant } from './permission.ts';

const maxEntries = 10_000;
const maxKeyLength = 1_000;

/**
 * A bounded cache of decisions. The key of a decision must contain the caller's roles: otherwise, a caller would keep
 * the permissions of a role that was taken away.
 */
export class DecisionMemory {
  readonly #grants: Map<string, Grant | null> = new Map();

  /** Returns the cached decision: `null` if the request was refused, `undefined` if the cache has no entry. */
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
