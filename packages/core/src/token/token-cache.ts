import type { Auth, Claims } from '../auth.ts';
import type { SetKey } from '../keys/jwks.ts';
import type { KeySource } from '../keys/remote-key-set.ts';
import type { RevocableToken } from '../revocations.ts';
import { copyOf } from './parse.ts';

export interface VerifiedToken {
  readonly auth: Auth;
  /** Unix seconds, rounded up: the later one of `iat` and `nbf`. */
  readonly startsAt: number;
  readonly key: SetKey;
  /** The keys of the issuer. */
  readonly source: KeySource;
  /** Present only with the option `revocations`. */
  readonly revocable: RevocableToken | undefined;
}

interface CacheEntry extends VerifiedToken {
  readonly token: string;
  readonly bytes: number;
}

/** The bound on the average size: 40 MB with the default of 5,000 tokens. A usual token counts as 2 to 4 kB. */
export const maxBytesPerToken = 8_000;

/** Stores verified tokens. */
export interface TokenMemory {
  has(token: string): boolean;
  get(token: string): VerifiedToken | undefined;
  add(token: string, verified: VerifiedToken): void;
  drop(token: string): void;
}

export class TokenCache {
  readonly maxEntries: number;
  /** An estimate of the memory that the cache uses. */
  bytes = 0;
  readonly #byEnd: Map<number, CacheEntry> = new Map();
  // By the whole token, if another token has the same end.
  readonly #sameEnd: Map<string, CacheEntry> = new Map();
  // Reuse the iterator: a new one would first walk over all removed entries (V8).
  #oldest: Iterator<CacheEntry> | undefined;

  constructor(maxEntries: number) {
    this.maxEntries = maxEntries;
  }

  get size(): number {
    return this.#byEnd.size + this.#sameEnd.size;
  }

  // Compares the whole token: anyone can write other claims before a known signature.
  get(token: string): CacheEntry | undefined {
    const found = this.#byEnd.get(endOf(token));
    if (found?.token === token) return found;
    // A map hashes the whole token even if it is empty.
    return this.#sameEnd.size > 0 ? this.#sameEnd.get(token) : undefined;
  }

  has(token: string): boolean {
    return this.get(token) !== undefined;
  }

  add(token: string, { auth, startsAt, key, source, revocable }: VerifiedToken): void {
    const maxBytes = this.maxEntries * maxBytesPerToken;
    const bytes = bytesOf(token, auth.raw);
    if (bytes > maxBytes) return;
    this.drop(token);
    while (this.size >= this.maxEntries || this.bytes + bytes > maxBytes) this.dropOldest();
    const entry = { auth, startsAt, key, source, revocable, token: copyOf(token), bytes };
    const end = endOf(token);
    if (this.#byEnd.has(end)) this.#sameEnd.set(entry.token, entry);
    else this.#byEnd.set(end, entry);
    this.bytes += bytes;
  }

  drop(token: string): void {
    const entry = this.get(token);
    if (entry === undefined) return;
    this.#remove(entry);
    // An iterator that is not used keeps all former tables of the map in memory (V8).
    this.#oldest = undefined;
  }

  dropOldest(): void {
    let [oldest] = this.#sameEnd.values();
    if (oldest === undefined) {
      this.#oldest ??= this.#byEnd.values();
      oldest = this.#oldest.next().value;
    }
    if (oldest === undefined) this.#oldest = undefined;
    else this.#remove(oldest);
  }

  #remove({ token, bytes }: CacheEntry): void {
    this.bytes -= bytes;
    if (this.#sameEnd.size === 0 || !this.#sameEnd.delete(token)) this.#byEnd.delete(endOf(token));
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

// A hash (FNV-1a) of eight characters of the signature. The whole token is not hashed: that would take longer than the rest of
// a cache hit. Thirty bits, because V8 stores larger numbers as separate objects.
function endOf(token: string): number {
  let hash = 0;
  for (let at = token.length - 9; at < token.length - 1; at++)
    hash = Math.imul(hash ^ token.charCodeAt(at), 0x01000193);
  return hash & 0x3fffffff;
}

export function createTokenCache({ cachedTokens }: { readonly cachedTokens: number }): TokenMemory {
  return new TokenCache(cachedTokens);
}
