import { elapsedMs, type Instant } from '@torii/core/internal';

const maxKept = 1_000;
/** Of the texts of all kept tokens and of the tokens that they were made for. */
const maxKeptLength = 4_000_000;

export interface Minted {
  readonly token: string;
  readonly begunAt: Instant;
  /** How long it can be handed out, from `begunAt` on. */
  readonly usableMs: number;
}

/** The tokens of templates that can still be handed out, by the template and the user's own token. The oldest go first. */
export class KeptTokens {
  readonly #byKey: Map<string, Minted> = new Map();
  #length = 0;

  get(key: string): Minted | undefined {
    const found = this.#byKey.get(key);
    if (found === undefined) return undefined;
    if (elapsedMs(found.begunAt) < found.usableMs) return found;
    this.#drop(key);
    return undefined;
  }

  add(key: string, minted: Minted): void {
    const length = key.length + minted.token.length;
    if (elapsedMs(minted.begunAt) >= minted.usableMs) return;
    this.#drop(key);
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size < maxKept && this.#length + length <= maxKeptLength) break;
      this.#drop(oldest);
    }
    this.#byKey.set(key, minted);
    this.#length += length;
  }

  #drop(key: string): void {
    const found = this.#byKey.get(key);
    if (found === undefined) return;
    this.#byKey.delete(key);
    this.#length -= key.length + found.token.length;
  }
}
