import { elapsedMs, type Instant, instantNow } from './instant.ts';

/**
 * Limits how many calls of a function of the app run at once. A call no longer counts if its signal is aborted, or if it takes
 * longer than `forgetAfterMs`: it may never end, and an edge runtime ends calls without notice.
 */
export class CallLimit {
  readonly #max: number;
  readonly #forgetAfterMs: number;
  readonly #running: Set<Instant> = new Set();

  constructor(max: number, forgetAfterMs: number) {
    this.#max = max;
    this.#forgetAfterMs = forgetAfterMs;
  }

  mayBegin(): boolean {
    for (const begunAt of this.#running) {
      if (elapsedMs(begunAt) < this.#forgetAfterMs) break;
      this.#running.delete(begunAt);
    }
    return this.#running.size < this.#max;
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
