import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

// OWASP minimum for argon2id, the default algorithm of @node-rs/argon2: 19 MiB of memory, 2 iterations, 1 lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

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

  /**
   * Checks a password. If there is no hash, does the same work with a decoy hash, so that the response time does not
   * reveal which emails exist.
   */
  async matches(passwordHash: string | null | undefined, password: string): Promise<boolean> {
    const matched = await verify(passwordHash ?? this.#decoyHash, password);
    return matched && typeof passwordHash === 'string';
  }
}
