import { maxBytesPerToken, TokenCache } from '../token/token-cache.ts';

const usualTokens = 5_000;

/**
 * Bounds several token caches together: to 5,000 tokens, or to the largest `cachedTokens` if one is larger. Otherwise, each set
 * of options would add as many tokens to the memory of the process.
 */
export class TokenBudget {
  readonly #caches: Set<TokenCache> = new Set();

  /** Creates a cache that counts as soon as `add` was called with it. */
  createCache(maxEntries: number): TokenCache {
    return new BudgetedCache(maxEntries, this);
  }

  add(cache: TokenCache): void {
    this.#caches.add(cache);
    this.trim();
  }

  remove(cache: TokenCache): void {
    this.#caches.delete(cache);
  }

  trim(): void {
    let [most, entries, bytes]: [number, number, number] = [usualTokens, 0, 0];
    for (const cache of this.#caches) {
      most = Math.max(most, cache.maxEntries);
      entries += cache.size;
      bytes += cache.bytes;
    }
    while (entries > most || bytes > most * maxBytesPerToken) {
      const [largest] = [...this.#caches].sort((a, b) => b.bytes - a.bytes);
      if (largest === undefined) return;
      entries -= largest.size;
      bytes -= largest.bytes;
      largest.dropOldest();
      entries += largest.size;
      bytes += largest.bytes;
    }
  }
}

class BudgetedCache extends TokenCache {
  readonly #budget: TokenBudget;

  constructor(maxEntries: number, budget: TokenBudget) {
    super(maxEntries);
    this.#budget = budget;
  }

  override add(...added: Parameters<TokenCache['add']>): void {
    super.add(...added);
    this.#budget.trim();
  }
}
