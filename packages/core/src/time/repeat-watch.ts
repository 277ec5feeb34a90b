import { elapsedMs, type Instant, instantNow } from './instant.ts';

const maxTimes = 5;
const windowMs = 60_000;
const maxKeys = 100;

/** Warns once if something is made for each request that should be made once: five times within a minute. */
export class RepeatWatch {
  readonly #warning: (key: string) => string;
  readonly #seen = new Map<string, { readonly since: Instant; times: number }>();
  #hasWarned = false;

  /** @param warning The text for `console.warn`. Says what to write instead. */
  constructor(warning: (key: string) => string) {
    this.#warning = warning;
  }

  note(key: string): void {
    if (this.#hasWarned) return;
    const known = this.#seen.get(key);
    const entry = known !== undefined && elapsedMs(known.since) < windowMs ? known : { since: instantNow(), times: 0 };
    entry.times += 1;
    this.#seen.delete(key);
    this.#seen.set(key, entry);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= maxKeys) break;
      this.#seen.delete(oldest);
    }
    if (entry.times < maxTimes) return;
    this.#hasWarned = true;
    this.#seen.clear();
    console.warn(`[torii] ${this.#warning(key)}`);
  }
}
