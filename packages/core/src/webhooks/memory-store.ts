import type { WebhookStore } from './repeats.ts';

/** An event takes about 200 bytes, so all of them take about 20 MB. */
const maxEvents = 100_000;

/** Remembers the events that this process has handled: the last 100,000. */
export class MemoryStore implements WebhookStore {
  readonly #entries: Map<string, object> = new Map();

  get(key: string): object | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: object): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxEvents) break;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
