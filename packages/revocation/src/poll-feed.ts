import { assertNoSecond } from '@torii/core/internal';
import type { RevocationFeed } from './feed.ts';
import { type PollFeedOptions, readPollSettings } from './poll-options.ts';
import { Poller } from './poller.ts';

export interface PollFeed extends RevocationFeed {
  /** Reads at once. Call it when the store notifies you of a change, as PostgreSQL does with LISTEN. */
  poll(): void;
}

/**
 * Carries revocations through any store that your functions read and write, such as a table.
 * @example
 * const feed = pollFeed({
 *   read: async () => (await sql`select text from revocations`).map((row) => row.text),
 *   write: (entries) => sql`insert into revocations ${sql(entries, 'text')} on conflict do nothing`,
 * });
 * @throws ToriiConfigError if an option is wrong. The message says what to write.
 */
export function pollFeed(options: PollFeedOptions): PollFeed;
export function pollFeed(given: PollFeedOptions, unexpected?: unknown): PollFeed {
  assertNoSecond('pollFeed', unexpected);
  const settings = readPollSettings(given);
  const pollers = new Set<Poller>();
  return Object.freeze<PollFeed>({
    name: 'poll',
    open(reader) {
      const poller = new Poller(settings, reader, () => pollers.delete(poller));
      pollers.add(poller);
      poller.start();
      return poller;
    },
    poll() {
      for (const poller of pollers) poller.poll();
    },
  });
}
