import type { Auth } from '../auth.ts';
import type { SetKey } from '../keys/jwks.ts';
import { copyOf } from './parse.ts';

/** A verified token: what it said, from when until when that holds, and by which key. */
export interface VerifiedToken {
  readonly auth: Auth;
  /** Milliseconds since 1970, leeway included: good from the one on, and before the other. */
  readonly validFrom: number;
  readonly validUntil: number;
  readonly key: SetKey;
  /** The configured issuer that it came from. */
  readonly issuer: string;
}

/** One entry, in one object: there are thousands. */
interface Remembered extends VerifiedToken {
  readonly token: string;
}

/**
 * The tokens that one verifier has verified, by the whole token. One verifier has one set of options, so these need not
 * be part of the key. Only verified tokens get in: a stranger cannot fill it.
 */
export class TokenCache {
  readonly #byEnd: Map<string, Remembered> = new Map();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(token: string): VerifiedToken | undefined {
    const found = this.#byEnd.get(endOf(token));
    return found?.token === token ? found : undefined;
  }

  add(token: string, { auth, validFrom, validUntil, key, issuer }: VerifiedToken): void {
    if (this.#most === 0) return;
    if (this.#byEnd.size >= this.#most) {
      // The oldest is the next to expire, give or take.
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

// A map hashes the whole of a text that it has not seen, as each request brings its token, and that takes longer than all the
// rest. The end of a signature tells tokens apart just as well; the whole token is compared all the same.
function endOf(token: string): string {
  return token.slice(-32);
}
