import type { World } from './world.ts';

/** Node warns about a leak when a signal has eleven listeners. */
const mostListeners = 10;

/** A caller's AbortSignal that counts its listeners. */
export class WatchedSignal {
  readonly signal: AbortSignal;
  readonly #world: World;
  readonly #controller: AbortController = new AbortController();
  readonly #listeners: unknown[] = [];
  #onAbort: (() => void)[] = [];
  #users = 0;

  constructor(world: World) {
    this.#world = world;
    const { signal } = this.#controller;
    const { addEventListener, removeEventListener } = signal;
    const listeners = this.#listeners;
    Object.assign(signal, {
      addEventListener(...given: Parameters<typeof addEventListener>) {
        if (!listeners.includes(given[1])) listeners.push(given[1]);
        if (listeners.length > mostListeners) world.violate(36, `A signal has ${listeners.length} listeners.`);
        return addEventListener.apply(signal, given);
      },
      removeEventListener(...given: Parameters<typeof removeEventListener>) {
        const index = listeners.indexOf(given[1]);
        if (index >= 0) listeners.splice(index, 1);
        return removeEventListener.apply(signal, given);
      },
    });
    this.signal = signal;
  }

  /** Calls `onAbort` before the product learns of the abort. */
  use(onAbort: () => void): void {
    this.#users += 1;
    this.#onAbort.push(onAbort);
  }

  /** A call that used the signal has ended. */
  release(): void {
    this.#users -= 1;
    const count = this.#listeners.length;
    if (this.#users === 0 && count > 0)
      this.#world.violate(36, `All calls have ended, but their signal has still ${count} listeners.`);
  }

  abort(reason: unknown): void {
    if (this.signal.aborted) return;
    for (const tell of this.#onAbort) tell();
    this.#onAbort = [];
    this.#controller.abort(reason);
  }
}
