import { EmulatorError } from './errors.ts';

/** The emulator's time: the machine's, plus what a test has skipped. Every timestamp, `iat` and `exp` is read here. */
export class Clock {
  #skippedMs = 0;
  readonly #listeners: (() => void)[] = [];

  now(): Date {
    return new Date(Date.now() + this.#skippedMs);
  }

  nowSeconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }

  advance(seconds: number): void {
    // Forwards only: a session that has ended must not come back to life.
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new EmulatorError('option_invalid', 'advance(seconds) takes a finite number of seconds, zero or more.');
    }
    this.#skippedMs += seconds * 1000;
    for (const listener of this.#listeners) listener();
  }

  /** Tells of every advance: what waits for a time may not have to any more. */
  onAdvance(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
