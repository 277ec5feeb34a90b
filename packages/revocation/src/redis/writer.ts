import { readKnownOptions, readWhole } from '@torii/core/internal';
import type { FeedEntry } from '../feed.ts';
import { answerMs, within } from './limits.ts';
import type { Link, Send, Server } from './link.ts';
import { FeedError } from './problems.ts';
import { readMap, readTimeMs } from './replies.ts';
import { keptSeconds, marginSeconds, readLevels } from './retention.ts';
import type { Keys } from './view.ts';

export interface ReplicaWait {
  readonly replicas: number;
  /** In milliseconds. */
  readonly timeoutMs: number;
}

export function readReplicaWait(given: unknown): ReplicaWait {
  const names = ['replicas', 'timeoutMs'] as const;
  const own = readKnownOptions(
    given as ReplicaWait,
    names,
    'waitForReplicas: { replicas: 1, timeoutMs: 1000 }',
    'waitForReplicas',
  );
  return {
    replicas: readWhole(own, 'replicas', { from: 1, to: 100, absent: 1 }),
    timeoutMs: readWhole(own, 'timeoutMs', { from: 1, to: 60_000, absent: 1_000 }),
  };
}

const pipelined = 500;

/** Appends entries to the stream. */
export class StreamWriter {
  readonly #server: Server;
  readonly #keys: Keys;
  readonly #neededSeconds: number;
  readonly #wait: ReplicaWait | undefined;
  #link: Link | undefined;

  constructor(server: Server, keys: Keys, neededSeconds: number, wait: ReplicaWait | undefined) {
    this.#server = server;
    this.#keys = keys;
    this.#neededSeconds = neededSeconds;
    this.#wait = wait;
  }

  /** Resolves with the ids of the entries. */
  async write(entries: readonly FeedEntry[]): Promise<readonly string[]> {
    if (this.#wait === undefined) return this.#append(this.#server.send, entries);
    const link = this.#link;
    try {
      return await this.#confirmed(entries, this.#wait);
    } catch (error) {
      // The connection of earlier writes may have been lost since then, for example in a failover.
      if (link === undefined || error instanceof FeedError) throw error;
      if (link === this.#link) this.close();
      return this.#confirmed(entries, this.#wait);
    }
  }

  async #confirmed(entries: readonly FeedEntry[], { replicas, timeoutMs }: ReplicaWait): Promise<readonly string[]> {
    // Uses a separate connection, because WAIT counts only the writes of its connection, and blocks later commands.
    const send = await this.#connected();
    const ids = await this.#append(send, entries);
    const confirmed = Number(await send(['wait', String(replicas), String(timeoutMs)]));
    if (confirmed >= replicas) return ids;
    throw new FeedError(
      `Only ${confirmed} of ${replicas} replicas have confirmed the entry within ${timeoutMs} ms. Redis holds it, but may lose it in a failover.`,
    );
  }

  close(): void {
    this.#link?.close();
    this.#link = undefined;
  }

  async #connected(): Promise<Send> {
    if (this.#link !== undefined) return this.#link.send;
    const link = this.#server.open();
    this.#link = link;
    await within(answerMs, link.connect());
    return link.send;
  }

  /** Trims the stream by the clock of the server: that of this process may be wrong. */
  async #append(send: Send, entries: readonly FeedEntry[]): Promise<readonly string[]> {
    const { stream, about } = this.#keys;
    const [time, fields] = await Promise.all([send(['time']), send(['hgetall', about])]);
    const kept = Math.max(keptSeconds(readLevels(readMap(fields))), this.#neededSeconds);
    const oldest = String(readTimeMs(time) - (kept + marginSeconds) * 1_000);
    const ids: string[] = [];
    for (let index = 0; index < entries.length; index += pipelined) {
      const replies = entries
        .slice(index, index + pipelined)
        .map(({ key, text }) => send(['xadd', stream, 'MINID', '~', oldest, '*', 'key', key, 'entry', text]));
      ids.push(...(await Promise.all(replies)).map(String));
    }
    return ids;
  }
}
