import type { Auth } from '../auth.ts';
import type { SetKey } from '../keys/jwks.ts';
import { copyOf } from './parse.ts';

export interface VerifiedToken {
  readonly auth: Auth;
  /** Unix milliseconds, clock tolerance included. `validUntil` is exclusive. */
  readonly validFrom: number;
  readonly validUntil: number;
  readonly key: SetKey;
  readonly issuer: string;
}

interface CacheEntry extends VerifiedToken {
  readonly token: string;
}

export class TokenCache {
  readonly #byEnd: Map<string, CacheEntry> = new Map();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(token: string): VerifiedToken | undefined {
    const found = this.#byEnd.get(endOf(token));
    return found?.token === token ? found : undefined;
  }

  add(token: string, { auth, validFrom, validUntil, key, issuer }: VerifiedToken): void {
    if (this.#maxEntries === 0) return;
    if (this.#byEnd.size >= this.#maxEntries) {
      for (const oldest of this.#byEnd.keys()) {
        this.#byEnd.delete(oldest);
        break;
      }
    }
    const copy = copyOf(token);
    this.#byEnd.set(endOf(copy), { token: copy, auth, validFrom, validUntil, key, issuer });
  }

  drop(token: string): void {
    this.#byEnd.delete(endOf(token));
  }
}

// The cache key is the end of a token: hashing the whole token would take longer than the rest of a cache hit. `get`
// compares the whole token.
function endOf(token: string): string {
  return token.slice(-32);
}
