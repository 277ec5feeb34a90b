import { type PollFeed, type PollSnapshot, pollFeed } from '@torii/revocation';

interface ClientOptions {
  readonly everyMs?: number;
  onRead?(): void;
}

/** A feed that reads and writes a store of the local server. */
export function feedOf(store: string, { everyMs, onRead }: ClientOptions = {}): PollFeed {
  return pollFeed({
    async read({ signal }) {
      onRead?.();
      const response = await fetch(store, { signal });
      if (!response.ok) throw new Error(`The store answered ${response.status}.`);
      const snapshot: PollSnapshot = JSON.parse(await response.text());
      return snapshot;
    },
    async write(entries, { signal }) {
      const body = JSON.stringify({ texts: entries.map(({ text }) => text) });
      const response = await fetch(store, { method: 'POST', body, signal });
      if (!response.ok) throw new Error(`The store answered ${response.status}.`);
    },
    ...(everyMs !== undefined && { everyMs }),
  });
}
