import { elapsedMs, type Instant, instantNow } from './instant.ts';

const maxTimes = 5;
const windowMs = 60_000;
const maxKeys = 100;

/** Warns once if something is made for each request that should be made once: five times within a minute. */
export class RepeatWatch {
  readonly #warning: (key: string) => string;
  readonly #times = new Map<string, number>();
  #since: Instant | undefined;
  #hasWarned = false;

  /** @param warning The text for `console.warn`. Says what to write instead. */
  constructor(warning: (key: string) => string) {
    this.#warning = warning;
  }

  note(key: string): void {
    if (this.#hasWarned) return;
    if (this.#since === undefined || elapsedMs(this.#since) >= windowMs || this.#times.size >= maxKeys) {
      this.#since = instantNow();
      this.#times.clear();
    }
    const times = (this.#times.get(key) ?? 0) + 1;
    this.#times.set(key, times);
    if (times < maxTimes) return;
    this.#hasWarned = true;
    this.#times.clear();
    console.warn(`[torii] ${this.#warning(key)}`);
  }
}
