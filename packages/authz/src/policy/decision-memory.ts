import type { Grant } from './permission.ts';

const maxEntries = 10_000;
const maxKeyLength = 1_000;

/** Keys must contain the caller's roles: otherwise, a caller would keep the grants of a role that was taken away. */
export class DecisionMemory {
  readonly #grants: Map<string, Grant | null> = new Map();

  /** `null` is a cached refusal, `undefined` a miss. */
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
