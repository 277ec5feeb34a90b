import { readFunction, readKnownOptions, readNumber, wrongOption, wrongValue } from '@torii/core/internal';
import type { FeedEntry } from './feed.ts';

export interface PollQuery {
  /** Aborted when the read has taken too long. */
  readonly signal: AbortSignal;
  /**
   * Entries that were written before this moment, by the clock of the store, may be left out. Absent if all entries are needed:
   * at the start, about once a minute, after a failure, and if `read` does not return `storeTime`.
   */
  readonly since?: Date;
}

/** The texts of all entries that the store holds. */
export type PollResult = readonly string[] | PollSnapshot;

export interface PollSnapshot {
  readonly texts: readonly string[];
  /**
   * The present time by the clock of the store: a Date, or ISO 8601 with a time zone. Needed for `since`. The moments of
   * revocations then follow this clock, which all servers share.
   */
  readonly storeTime?: Date | string;
}

export interface PollFeedOptions {
  /** Reads the texts of all entries, or of those that were written since a moment. */
  read(query: PollQuery): Promise<PollResult>;
  /**
   * Stores entries. Resolves when the store has accepted all of them. Writing an entry twice must have no effect but to keep it
   * for longer. Keep all texts with the same key, each for `retentionSeconds`. Without `write`, this process only reads.
   */
  write?(entries: readonly FeedEntry[], options: PollWriteOptions): Promise<unknown>;
  /**
   * How often to read, in milliseconds, from 250 to 10000. Each pause is up to a fifth shorter or longer, so that processes do
   * not read at the same time.
   * @default 5000
   */
  readonly everyMs?: number;
  /**
   * How long a read may take, in milliseconds, from 100 to 60000.
   * @default 5000
   */
  readonly timeoutMs?: number;
}

export interface PollWriteOptions {
  /** Aborted when the write has taken too long. */
  readonly signal: AbortSignal;
  /** How long the store must keep the entries, in seconds. */
  readonly retentionSeconds: number;
}

export interface PollSettings {
  readonly read: PollFeedOptions['read'];
  readonly write: PollFeedOptions['write'];
  readonly everyMs: number;
  readonly timeoutMs: number;
}

export function readPollSettings(given: PollFeedOptions): PollSettings {
  const example = 'pollFeed({ read: async () => texts, write: async (entries) => {} })';
  const options = readKnownOptions(given, ['read', 'write', 'everyMs', 'timeoutMs'], example, 'options', {
    everyMs: 'interval intervalms period pollms',
    read: 'load fetch poll',
    write: 'save store',
  });
  const read = readFunction<PollSettings['read']>(options, 'read');
  if (read === undefined) throw wrongValue('read', 'a function', undefined, example);
  if ('write' in options && options.write === undefined)
    throw wrongOption('write', 'is undefined. Write a function, or leave it out if this process only reads');
  return {
    read,
    write: readFunction<PollSettings['write'] & object>(options, 'write'),
    everyMs: readNumber(options, 'everyMs', { from: 250, to: 10_000, absent: 5_000 }),
    timeoutMs: readNumber(options, 'timeoutMs', { from: 100, to: 60_000, absent: 5_000 }),
  };
}
