import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';

const windowMs = 200;
const maxCallers = 8;

/** Tells a few simultaneous callers from a flood. */
export class Crowd {
  #window: { readonly begunAt: Instant; size: number } | undefined;

  /** Waits until the window ends. From the ninth caller on, returns `false` immediately. */
  async isSmall(): Promise<boolean> {
    if (this.#window === undefined || elapsedMs(this.#window.begunAt) >= windowMs) {
      this.#window = { begunAt: instantNow(), size: 0 };
    }
    const window = this.#window;
    window.size += 1;
    if (window.size > maxCallers) return false;
    // One timer per caller: edge runtimes cancel a request's timers when it ends, so a shared timer might never fire.
    await new Promise((resolve) => setTimeout(resolve, windowMs - elapsedMs(window.begunAt)));
    return window.size <= maxCallers;
  }
}
