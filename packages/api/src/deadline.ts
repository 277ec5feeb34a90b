import type { ConnectionReason } from '@torii/core';

type Ending = Exclude<ConnectionReason, 'network'>;

/** Thrown out of whatever a call waits for, when its time is over or its signal says so. */
export class CallEnded {
  readonly reason: Ending;

  constructor(reason: Ending) {
    this.reason = reason;
  }
}

/** The end of a call: when its time is over, or as soon as its signal says so. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #endsAt: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #signal: AbortSignal | undefined;
  readonly #ended: Promise<never>;
  #reject: (ended: CallEnded) => void = () => {};

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#endsAt = performance.now() + timeoutMs;
    this.#signal = signal;
    this.#ended = new Promise((_resolve, reject) => {
      this.#reject = reject;
    });
    this.#ended.catch(() => {});
    this.#timer = setTimeout(() => this.#end('timeout'), timeoutMs);
    if (signal?.aborted) this.#end('aborted');
    else signal?.addEventListener('abort', this.#abort);
  }

  /** For a fetch. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#endsAt - performance.now();
  }

  /**
   * The result of a piece of work, whose end is not waited for when the call ends first: not every fetch heeds a signal.
   *
   * @throws CallEnded
   */
  async race<T>(work: () => Promise<T>): Promise<T> {
    // Begun only now: a call that is over sends nothing.
    if (this.signal.aborted) return this.#ended;
    return Promise.race([work(), this.#ended]);
  }

  /** @throws CallEnded */
  async wait(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await this.race(
        () =>
          new Promise<void>((resolve) => {
            timer = setTimeout(resolve, ms);
          }),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** To be called when the call is over, so that neither timer nor listener outlives it. */
  release(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#end('aborted');

  #end(reason: Ending): void {
    this.#reject(new CallEnded(reason));
    this.#controller.abort();
  }
}
