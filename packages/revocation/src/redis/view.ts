import type { Send } from './link.ts';
import { isForbidden } from './problems.ts';
import { readInfo, readMap, readNews, readRange, readTimeMs, type StreamEntry } from './replies.ts';
import { type RetentionLevels, readLevels } from './retention.ts';
import { beginningId, isAfter, msOf, start } from './stream-id.ts';

/** The names of the two keys. Redis Cluster keeps keys with the same text in braces on one server. */
export interface Keys {
  readonly stream: string;
  readonly about: string;
}

export function keysOf(channel: string): Keys {
  const stream = `torii:revocations:{${channel}}`;
  return { stream, about: `${stream}:about` };
}

export const batchSize = 1_000;

/** The state of a server, read in one round trip. */
export interface View {
  readonly storeMs: number;
  readonly replication: ReadonlyMap<string, string>;
  readonly levels: RetentionLevels;
  readonly isEmpty: boolean;
  /** The id of the oldest entry, without the one that marks the beginning. */
  readonly first: string | undefined;
  /** Whether the entry at `last` is still there. */
  readonly holdsLast: boolean;
  /** Entries after `last`. */
  readonly news: readonly StreamEntry[];
}

/** @param count How many entries after `last` are read, at most. */
export async function look(send: Send, { stream, about }: Keys, last: string, count: number): Promise<View> {
  const [time, replication, levels, oldest, atLast, news] = await Promise.all([
    send(['time']),
    send(['info', 'replication']).catch(ignoreForbidden),
    send(['hgetall', about]),
    send(['xrange', stream, '-', '+', 'COUNT', '2']),
    send(['xrange', stream, last, last, 'COUNT', '1']),
    send(['xread', 'COUNT', String(count), 'STREAMS', stream, last]),
  ]);
  return {
    storeMs: readTimeMs(time),
    replication: readInfo(replication),
    levels: readLevels(readMap(levels)),
    isEmpty: readRange(oldest).length === 0,
    first: readRange(oldest).find(({ id }) => id !== beginningId)?.id,
    holdsLast: readRange(atLast).length > 0,
    news: readNews(news),
  };
}

export function ignoreForbidden(error: unknown): undefined {
  if (!isForbidden(error)) throw error;
}

/** How far a server was read. */
export interface Position {
  /** The id of the last entry that was read. */
  last: string;
  /** The id of the oldest entry, without the one that marks the beginning. */
  first: string | undefined;
  /** Changes when the server is restarted or replaced. Absent if the user may not ask for it. */
  replicationId: string | undefined;
  levels: RetentionLevels;
}

/** `replaced`: it is another server, which may lack entries. `lost`: entries are missing. */
export type Continuity = 'same' | 'replaced' | 'lost';

/**
 * Compares a server with an earlier position. Ids are times, so a stream that was deleted and begun again also has a higher last
 * id. Therefore the first and the last known entry must still exist, unless they are old enough to be trimmed.
 */
export function compare({ last, first, replicationId, levels }: Position, view: View, keptSeconds: number): Continuity {
  const isOld = (id: string): boolean => msOf(id) < view.storeMs - keptSeconds * 1_000;
  if (last !== start && !view.holdsLast && !isOld(last)) return 'lost';
  if (first !== undefined && view.first !== first && (!isOld(first) || isBefore(view.first, first))) return 'lost';
  if ([...levels.keys()].some((seconds) => !view.levels.has(seconds))) return 'lost';
  return replicationId === undefined || replicationId === replicationIdOf(view) ? 'same' : 'replaced';
}

function isBefore(id: string | undefined, other: string): boolean {
  return id !== undefined && isAfter(other, id);
}

export function replicationIdOf({ replication }: View): string | undefined {
  return replication.get('master_replid');
}

/** How long ago a replica has heard from its master, in milliseconds. 0 for a master. Infinity if the link is down. */
export function lagMsOf({ replication }: View): number {
  if (replication.get('role') !== 'slave') return 0;
  if (replication.get('master_link_status') !== 'up') return Number.POSITIVE_INFINITY;
  const seconds = Number(replication.get('master_last_io_seconds_ago'));
  // The server rounds down.
  return seconds >= 0 ? (seconds + 1) * 1_000 : Number.POSITIVE_INFINITY;
}
