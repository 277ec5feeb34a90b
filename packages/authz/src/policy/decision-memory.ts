import type { Grant } from './permission.ts';

const maxEntries = 10_000;
const maxKeyLength = 1_000;
/** The length of all keys together. Callers choose the path in a key, so they choose its length. */
const maxCharacters = 2_000_000;

/**
 * A cache of permission decisions. Its keys must contain the roles of the caller, so that a caller who loses a role
 * also loses the cached grants.
 */
export class DecisionMemory {
  readonly #grants: Map<string, Grant | null> = new Map();
  #characters = 0;

  recall(key: string): Grant | null | undefined {
    return this.#grants.get(key);
  }

  keep(key: string, grant: Grant | null): void {
    if (key.length > maxKeyLength || this.#grants.has(key)) return;
    this.#characters += key.length;
    for (const oldest of this.#grants.keys()) {
      if (this.#grants.size < maxEntries && this.#characters <= maxCharacters) break;
      this.#grants.delete(oldest);
      this.#characters -= oldest.length;
    }
    this.#grants.set(key, grant);
  }
}
