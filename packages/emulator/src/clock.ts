import { EmulatorError } from './errors.ts';

export class Clock {
  #skippedMs = 0;
  readonly #listeners: (() => void)[] = [];
  readonly #resetListeners: (() => void)[] = [];

  now(): Date {
    return new Date(Date.now() + this.#skippedMs);
  }

  nowSeconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }

  get isAhead(): boolean {
    return this.#skippedMs > 0;
  }

  advance(seconds: number): void {
    // Only forward: `reset()` is the one way back.
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new EmulatorError(
        'option_invalid',
        'advance() was called with an invalid value. Pass a finite number of seconds, 0 or more.',
      );
    }
    this.#skippedMs += seconds * 1000;
    for (const listener of this.#listeners) listener();
  }

  /** Returns to the machine's time. What happened while the clock was ahead then lies in the future. */
  reset(): void {
    this.#skippedMs = 0;
    for (const listener of this.#resetListeners) listener();
  }

  onReset(listener: () => void): void {
    this.#resetListeners.push(listener);
  }

  onAdvance(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
