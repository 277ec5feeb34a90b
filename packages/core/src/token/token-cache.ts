import type { Auth, Claims } from '../auth.ts';
import type { SetKey } from '../keys/jwks.ts';
import type { RevocableToken } from '../revocations.ts';
import { copyOf } from './parse.ts';

export interface VerifiedToken {
  readonly auth: Auth;
  /** Unix milliseconds, clock tolerance included. `validUntil` is exclusive. */
  readonly validFrom: number;
  readonly validUntil: number;
  readonly key: SetKey;
  readonly issuer: string;
  /** With the option `revocations` only. */
  readonly revocable: RevocableToken | undefined;
}

interface CacheEntry extends VerifiedToken {
  readonly token: string;
  readonly bytes: number;
}

/** The bound on the average size: 40 MB with the default of 5,000 tokens. A usual token counts as 2 to 4 kB. */
const maxBytesPerToken = 8_000;

export class TokenCache {
  readonly #byEnd: Map<string, CacheEntry> = new Map();
  readonly #maxEntries: number;
  #bytes = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(token: string): VerifiedToken | undefined {
    const found = this.#byEnd.get(endOf(token));
    return found?.token === token ? found : undefined;
  }

  add(token: string, verified: VerifiedToken): void {
    const maxBytes = this.#maxEntries * maxBytesPerToken;
    const bytes = bytesOf(token, verified.auth.raw);
    if (bytes > maxBytes) return;
    this.drop(token);
    for (const oldest of this.#byEnd.values()) {
      if (this.#byEnd.size < this.#maxEntries && this.#bytes + bytes <= maxBytes) break;
      this.drop(oldest.token);
    }
    const copy = copyOf(token);
    this.#byEnd.set(endOf(copy), { ...verified, token: copy, bytes });
    this.#bytes += bytes;
  }

  drop(token: string): void {
    const end = endOf(token);
    this.#bytes -= this.#byEnd.get(end)?.bytes ?? 0;
    this.#byEnd.delete(end);
  }
}

// Estimates the memory of an entry. The length of the token is not enough: three characters of claims, such as `[],` or
// `{},`, become an object of up to 70 bytes, so the claims of a token of 16 kB can take 350 kB. Up to 300 bytes are for the
// digest and the mark of a source of revocations.
function bytesOf(token: string, claims: Claims): number {
  const values: unknown[] = [claims];
  for (const value of values) {
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) values.push(inner);
  }
  return 800 + 3 * token.length + 64 * values.length;
}

// The cache key is the end of a token: hashing the whole token would take longer than the rest of a cache hit. `get`
// compares the whole token.
function endOf(token: string): string {
  return token.slice(-32);
}
