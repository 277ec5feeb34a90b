import { EmulatorError } from './errors.ts';

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
    // The clock only moves forward: otherwise an expired session could become valid again.
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new EmulatorError(
        'option_invalid',
        'advance() was called with an invalid value. Pass a finite number of seconds, 0 or more.',
      );
    }
    this.#skippedMs += seconds * 1000;
    for (const listener of this.#listeners) listener();
  }

  onAdvance(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
