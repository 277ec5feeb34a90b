import { createRevocations, type FeedEntry, type RevocationFeed } from '@torii/revocation';
import { cutOff, type Scope, userIdOf } from './entries.ts';
import { connectStore } from './feeds.ts';
import type { StoreServer } from './servers.ts';

/** Fills a store through the feed of the product. */
export async function store(
  server: StoreServer,
  scope: Scope,
  entries: number,
  options: { readonly signingKey?: string; readonly onProgress?: (share: number) => void } = {},
): Promise<void> {
  await using client = await connectStore(server.name, server.port);
  const { signingKey, onProgress } = options;
  const revocations = createRevocations({
    ...scope,
    feed: batching(client.createFeed()),
    announceTimeoutMs: 60_000,
    ...(signingKey !== undefined && { signingKeys: [signingKey] }),
  });
  const at = new Date(cutOff * 1000);
  const batch = 1_000;
  for (let from = 0; from < entries; from += batch) {
    onProgress?.(from / entries);
    const length = Math.min(batch, entries - from);
    await Promise.all(Array.from({ length }, (_, index) => revocations.revokeUser(userIdOf(from + index), { at })));
  }
  await revocations.close();
}

/** Writes entries that are announced in the same turn together. */
function batching(feed: RevocationFeed): RevocationFeed {
  return {
    name: feed.name,
    open(reader) {
      const connection = feed.open(reader);
      let waiting: FeedEntry[] = [];
      let writing: Promise<void> | undefined;
      return {
        ask: () => connection.ask(),
        close: () => connection.close(),
        write(entries, options) {
          waiting.push(...entries);
          writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
            const batch = waiting;
            waiting = [];
            writing = undefined;
            return connection.write(batch, options);
          });
          return writing;
        },
      };
    },
  };
}
