import { steadyMs } from '@torii/core/internal';
import type { FeedConnection, FeedReader, RevocationFeed } from './feed.ts';

/**
 * Keeps revocations in memory: for one process, and for tests. Several `createRevocations` that share the feed see the same
 * revocations.
 */
export function memoryFeed(): RevocationFeed {
  const stores = new Map<string, Store>();
  return {
    name: 'memory',
    open(reader) {
      const store = stores.get(reader.channel) ?? new Store();
      stores.set(reader.channel, store);
      return store.connect(reader);
    },
  };
}

interface Stored {
  readonly text: string;
  readonly endsAtMs: number;
}

class Store {
  readonly #entries: Map<string, Stored> = new Map();
  readonly #readers: Set<FeedReader> = new Set();

  connect(reader: FeedReader): FeedConnection {
    this.#readers.add(reader);
    reader.snapshotBegins();
    reader.received([...this.#entries.values()].map(({ text }) => text));
    reader.snapshotEnds();
    return {
      write: async (entries) => {
        const endsAtMs = steadyMs() + reader.retentionSeconds * 1000;
        for (const { key, text } of entries) {
          const stored = this.#entries.get(key);
          this.#entries.delete(key);
          this.#entries.set(key, { text: stored === undefined ? text : reader.later(stored.text, text), endsAtMs });
        }
        this.#trim();
        const texts = entries.map(({ text }) => text);
        for (const each of this.#readers) each.received(texts);
      },
      ask: () => {
        reader.proven(reader.now());
      },
      close: async () => {
        this.#readers.delete(reader);
      },
    };
  }

  // The map is in the order of the ends: an entry that is written again moves to the end of the map.
  #trim(): void {
    for (const [key, { endsAtMs }] of this.#entries) {
      if (endsAtMs > steadyMs()) break;
      this.#entries.delete(key);
    }
  }
}
