import { EmulatorError } from './errors.ts';

/** 1,000 years. Dates after the year 9999 are written with more digits, so that they no longer sort as text. */
const longestLeadMs = 1000 * 31_557_600_000;

/** How far ahead a time may be before it counts as in the future, as in the verifiers of @torii/core by default. */
export const toleranceSeconds: number = 30;

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

  /** Whether a time is in the future: the clock was ahead and has been reset since. */
  isFuture(timeMs: number): boolean {
    return timeMs > this.now().getTime() + toleranceSeconds * 1000;
  }

  get isAhead(): boolean {
    return this.#skippedMs > 0;
  }

  advance(seconds: number): void {
    // The clock only moves forward. Only `reset()` sets it back.
    const skippedMs = this.#skippedMs + seconds * 1000;
    if (!Number.isFinite(seconds) || seconds < 0 || skippedMs > longestLeadMs) {
      throw new EmulatorError(
        'option_invalid',
        'advance() was called with an invalid value. Pass a finite number of seconds, 0 or more. The clock can be at most ' +
          '1,000 years ahead of the machine.',
      );
    }
    this.#skippedMs = skippedMs;
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
