import type { Auth } from './auth.ts';
import type { Validity } from './claims.ts';
import type { SetKey } from './jwks.ts';

/** A verified token: what it said, until when that holds, and by which key. */
export interface VerifiedToken {
  readonly auth: Auth;
  readonly validity: Validity;
  readonly key: SetKey;
  /** The configured issuer that it came from. */
  readonly issuer: string;
}

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/**
 * The tokens that one verifier has verified, by the whole token. One verifier has one set of options, so these need not
 * be part of the key. Only verified tokens get in: a stranger cannot fill it.
 */
export class Results {
  readonly #byToken: Map<string, VerifiedToken> = new Map();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(token: string): VerifiedToken | undefined {
    return this.#byToken.get(token);
  }

  add(token: string, result: VerifiedToken): void {
    if (this.#most === 0) return;
    if (this.#byToken.size >= this.#most) {
      // The oldest is the next to expire, give or take.
      for (const oldest of this.#byToken.keys()) {
        this.#byToken.delete(oldest);
        break;
      }
    }
    // A copy: a piece of a header keeps the whole header in memory, with whatever else is in it.
    this.#byToken.set(decoder.decode(encoder.encode(token)), result);
  }

  drop(token: string): void {
    this.#byToken.delete(token);
  }
}
