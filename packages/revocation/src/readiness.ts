import { onAbort, startTimer, stopTimer, type Timer } from '@torii/core/internal';

const keepAliveMs = 60_000;

/** Code that waits for the first snapshot. */
export class Readiness {
  readonly #waiting: Set<() => void> = new Set();

  /** Resolves at the next `settle`. Rejects with the signal's reason if it is aborted. */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    // Without a timer, Node would end a process that only waits.
    let timer: Timer | undefined;
    const keepAlive = (): void => {
      timer = startTimer(keepAlive, keepAliveMs);
    };
    keepAlive();
    let stopListening = (): void => {};
    let settle = (): void => {};
    try {
      await new Promise<void>((resolve, reject) => {
        settle = resolve;
        this.#waiting.add(settle);
        if (signal !== undefined) stopListening = onAbort(signal, () => reject(signal.reason));
      });
    } finally {
      if (timer !== undefined) stopTimer(timer);
      stopListening();
      this.#waiting.delete(settle);
    }
  }

  settle(): void {
    for (const settle of [...this.#waiting]) settle();
  }
}
