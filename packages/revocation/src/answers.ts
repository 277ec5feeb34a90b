import { elapsedMs, instantNow, raceDeadline } from '@torii/core/adapter';

/** Requests that wait for an answer of the feed. */
export class Answers {
  readonly #waiting: Set<() => void> = new Set();

  /** Ends at the next `wake`, and after `withinMs`. */
  async wait(withinMs: number): Promise<void> {
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#waiting.add(wake);
    // One timer per request: edge runtimes cancel the timers of a request when it ends.
    await raceDeadline(woken, withinMs, () => {});
    this.#waiting.delete(wake);
  }

  /**
   * Ends with `asked`, a promise of the request that has asked, and after `withinMs`. Returns whether `asked` has ended. On
   * Cloudflare Workers, the promise of a request that has ended stays pending, or rejects: then the wait takes `withinMs`.
   */
  async waitFor(asked: Promise<unknown>, withinMs: number): Promise<boolean> {
    const begunAt = instantNow();
    const over = asked.then(() => true);
    const end = await raceDeadline(over, withinMs, () => false).catch(() => 'dead');
    if (typeof end === 'boolean') return end;
    await this.rest(withinMs - elapsedMs(begunAt));
    return false;
  }

  async rest(ms: number): Promise<void> {
    await raceDeadline(new Promise(() => {}), Math.max(0, ms), () => {});
  }

  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
