import { appendFile, readFile } from 'node:fs/promises';
import { pollFeed, type RevocationFeed } from '@torii/revocation';

/**
 * Revocations in a file instead of Redis, so that the shop runs with nothing installed. If your services run on several machines,
 * use `redisFeed(redis)` or `natsFeed(connection)`.
 */
export function fileFeed(path: string): RevocationFeed {
  return pollFeed({
    read: async () => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== ''),
    write: (entries) => appendFile(path, entries.map(({ text }) => `${text}\n`).join('')),
    everyMs: 250,
  });
}
