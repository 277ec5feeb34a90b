import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

// argon2id is the library's default; the cost is what OWASP asks of it: 19 MiB, two passes, one lane. About 10 ms, and
// off the main thread.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes passwords with argon2id, and checks them in a time that does not tell whether the user exists. */
export class Passwords {
  readonly #decoyHash: string;

  private constructor(decoyHash: string) {
    this.#decoyHash = decoyHash;
  }

  static async create(): Promise<Passwords> {
    return new Passwords(await hash(randomBytes(16), cost));
  }

  hash(password: string): Promise<string> {
    return hash(password, cost);
  }

  /** Checks a password against a user's hash; where there is no user or no hash, the same work leads to a no. */
  async matches(passwordHash: string | null | undefined, password: string): Promise<boolean> {
    const matched = await verify(passwordHash ?? this.#decoyHash, password);
    return matched && typeof passwordHash === 'string';
  }
}
