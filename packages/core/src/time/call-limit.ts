import { elapsedMs, type Instant, instantNow } from './instant.ts';

/**
 * Limits how many calls of a function of the app run at once, and how many wait for their turn. A call no longer counts after its
 * signal is aborted, or after `forgetAfterMs`: it may never end, and an edge runtime can cut it off without notice.
 */
export class CallLimit {
  readonly #max: number;
  readonly #forgetAfterMs: number;
  readonly #maxWaiting: number;
  readonly #running: Set<Instant> = new Set();
  readonly #waiting: Set<() => void> = new Set();

  constructor(max: number, forgetAfterMs: number, maxWaiting = 0) {
    this.#max = max;
    this.#forgetAfterMs = forgetAfterMs;
    this.#maxWaiting = maxWaiting;
  }

  mayBegin(): boolean {
    for (const begunAt of this.#running) {
      if (elapsedMs(begunAt) < this.#forgetAfterMs) break;
      this.#running.delete(begunAt);
    }
    return this.#running.size < this.#max;
  }

  /** Whether a call may begin, or wait for its turn. */
  mayWait(): boolean {
    return this.mayBegin() || this.#waiting.size < this.#maxWaiting;
  }

  /** Rejects if the signal is aborted before its turn. */
  async runInTurn<Result>(work: () => Result | Promise<Result>, signal: AbortSignal): Promise<Result> {
    // Check in a loop, because another call may have begun between the wake-up and this turn.
    while (!this.mayBegin()) await this.#turn(signal);
    try {
      return await this.run(work, signal);
    } finally {
      // Do not wake the next call after a time limit: the function may hang, and the waiting calls have limits of their own.
      if (!signal.aborted) this.#wake();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      this.#waiting.add(resolve);
      const leave = (): void => {
        if (this.#waiting.delete(resolve)) reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #wake(): void {
    let free = this.#max - this.#running.size;
    for (const begin of this.#waiting) {
      if (free <= 0) return;
      free -= 1;
      this.#waiting.delete(begin);
      begin();
    }
  }

  async run<Result>(work: () => Result | Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const begunAt = instantNow();
    const end = (): void => void this.#running.delete(begunAt);
    this.#running.add(begunAt);
    signal?.addEventListener('abort', end, { once: true });
    try {
      return await work();
    } finally {
      end();
    }
  }
}
