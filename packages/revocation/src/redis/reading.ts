import { elapsedMs, type Instant, instantNow } from '@torii/core/internal';
import type { FeedInstant, FeedReader } from '../feed.ts';
import { levelsToAdd, prepareStore } from './about.ts';
import { ExpectedEntries } from './expected-entries.ts';
import { answerMs, within } from './limits.ts';
import type { Send } from './link.ts';
import { FeedError } from './problems.ts';
import { readNews, type StreamEntry } from './replies.ts';
import { keptSeconds, type RetentionLevels, refusalOf } from './retention.ts';
import { isAfter, start } from './stream-id.ts';
import {
  batchSize,
  type Continuity,
  compare,
  type Keys,
  lagMsOf,
  look,
  type Position,
  replicationIdOf,
  type View,
} from './view.ts';

/** `behind`: there is more to read. */
type Progress = Exclude<Continuity, 'same'> | 'behind' | 'current';

// Behind a proxy that spreads commands over servers with different data, snapshots would never end.
const maxSnapshots = 3;

// By default, a master tells its replicas every ten seconds that it is alive.
const maxLagMs = 30_000;

/** How far the stream was read, over all connections. */
export class StreamReading {
  readonly #reader: FeedReader;
  readonly #keys: Keys;
  readonly #chosenSeconds: number | undefined;
  readonly #expected = new ExpectedEntries();
  /** A new object for each snapshot, so that replies to earlier commands are recognized. */
  #position: Position | undefined;
  /** Set while a snapshot is read. */
  #snapshot: { readonly isReset: boolean } | undefined;
  #levels: RetentionLevels = new Map();
  #provenAt: Instant | undefined;

  constructor(reader: FeedReader, keys: Keys, chosenSeconds: number | undefined) {
    this.#reader = reader;
    this.#keys = keys;
    this.#chosenSeconds = chosenSeconds;
  }

  /** Calls `write`, and expects to read the entries whose ids it returns. */
  async expectEntries(write: () => Promise<readonly string[]>): Promise<void> {
    let ids: readonly string[] = [];
    this.#expected.writeBegins();
    try {
      ids = await write();
    } finally {
      this.#expected.writeEnds(ids, this.#reader.now());
    }
  }

  /**
   * Reads everything that the server holds, and proves it. Begins a snapshot if entries may be missing.
   *
   * @param isNew Whether this is the first call for this connection.
   */
  async read(send: Send, isNew: boolean): Promise<void> {
    // Without its replication id, a server that was replaced looks the same.
    const isUnknown = isNew && this.#position?.replicationId === undefined;
    let progress: Progress = isUnknown ? 'replaced' : await this.catchUp(send, answerMs);
    for (let attempt = 0; progress !== 'current' && attempt < maxSnapshots; attempt++) {
      await this.#beginSnapshot(send, progress === 'lost');
      progress = await this.catchUp(send, answerMs);
    }
    if (progress !== 'current') throw new FeedError('Redis answers as several servers with different data would.');
  }

  /** Reads what is new, and proves it. Does not begin a snapshot: that is left to `read`. */
  async catchUp(send: Send, timeoutMs: number): Promise<Exclude<Progress, 'behind'>> {
    for (;;) {
      const progress = await this.#step(send, timeoutMs);
      if (progress !== 'behind') return progress;
    }
  }

  /** Resolves with whether there is something new, at the latest after `silenceMs`. */
  async waitForNews(send: Send): Promise<boolean> {
    const ms = Math.max(1, Math.ceil(this.#reader.silenceMs));
    const last = this.#position?.last ?? start;
    const { stream } = this.#keys;
    // The entries in the reply are not used. They are read again, together with the time and the state of the server.
    const news = send(['xread', 'COUNT', '1', 'BLOCK', String(ms), 'STREAMS', stream, last]);
    return readNews(await within(ms + answerMs, news)).length > 0;
  }

  async #beginSnapshot(send: Send, isLost: boolean): Promise<void> {
    const askedAt = this.#reader.now();
    const view = await within(answerMs, look(send, this.#keys, start, 1));
    const isFirst = this.#position === undefined;
    const isReset = isLost || this.#snapshot?.isReset || view.levels.size === 0 || view.isEmpty;
    const added = isFirst
      ? levelsToAdd(view, this.#reader.retentionSeconds, this.#chosenSeconds)
      : this.#levelsToRestore(view);
    // Raises the retention even if it is too early to use it.
    await within(answerMs, prepareStore(send, this.#keys, view, added));
    const levels = new Map([...view.levels, ...added]);
    const refusal = isFirst ? refusalOf(levels, this.#reader.retentionSeconds, view.storeMs) : undefined;
    if (refusal !== undefined) throw refusal;
    this.#position = { last: start, first: undefined, replicationId: undefined, levels: new Map() };
    this.#snapshot = { isReset };
    this.#levels = new Map([...this.#levels, ...levels]);
    this.#expected.clear();
    // A snapshot ends only if the replica is less than `maxLagMs` behind.
    const asOf = before(askedAt, Math.min(lagMsOf(view), maxLagMs));
    this.#reader.snapshotBegins({ ...(isReset && { reset: true }), askedAt: asOf });
  }

  /** Reads one batch. */
  async #step(send: Send, timeoutMs: number): Promise<Progress> {
    const position = this.#position;
    if (position === undefined) return 'replaced';
    const askedAt = this.#reader.now();
    const view = await within(timeoutMs, look(send, this.#keys, position.last, batchSize));
    // Another connection has begun a snapshot meanwhile.
    if (position !== this.#position) return 'behind';
    const continuity = compare(position, view, this.#keptSeconds(view));
    if (continuity !== 'same') return continuity;
    position.first = view.first;
    position.replicationId = replicationIdOf(view);
    position.levels = view.levels;
    if (view.levels.size > 0) this.#levels = view.levels;
    this.#pass(position, view, askedAt);
    if (view.news.length >= batchSize) return 'behind';
    if (this.#expected.isMissing(askedAt, this.#reader.silenceMs)) {
      this.#reader.failed(new FeedError('Redis accepted an entry and lost it, for example in a failover.'));
      return 'lost';
    }
    this.#finish(askedAt, view);
    return 'current';
  }

  #pass(position: Position, { news, storeMs }: View, askedAt: FeedInstant): void {
    for (const { id } of news) {
      this.#expected.read(id);
      if (isAfter(id, position.last)) position.last = id;
    }
    const texts = news.map(({ text }: StreamEntry) => text).filter((text) => text !== undefined);
    // Called without entries too, because the reader needs the time.
    this.#reader.received(texts, storeMs, askedAt);
  }

  #finish(askedAt: FeedInstant, view: View): void {
    const lagMs = lagMsOf(view);
    if (lagMs > maxLagMs) {
      this.#reader.failed(new FeedError('The replica has lost its master, so its answers prove nothing.'));
      return;
    }
    if (this.#snapshot !== undefined) {
      this.#snapshot = undefined;
      this.#reader.snapshotEnds();
    }
    this.#provenAt = instantNow();
    this.#reader.proven(before(askedAt, lagMs));
  }

  #keptSeconds(view: View): number {
    return Math.max(keptSeconds(view.levels), keptSeconds(this.#levels), this.#reader.retentionSeconds);
  }

  /**
   * The retention levels to write again after the store has lost data. If this process was disconnected for longer than the
   * store keeps entries now, entries may be missing, so the levels count from the present.
   */
  #levelsToRestore(view: View): RetentionLevels {
    const awayMs = this.#provenAt === undefined ? Number.POSITIVE_INFINITY : elapsedMs(this.#provenAt);
    const isTrimmed = view.levels.size > 0 && awayMs > keptSeconds(view.levels) * 1_000;
    const known = this.#levels.size > 0 ? this.#levels : new Map([[this.#reader.retentionSeconds, 0]]);
    return new Map([...known].map(([seconds, sinceMs]) => [seconds, isTrimmed ? view.storeMs : sinceMs]));
  }
}

function before({ wallMs, steadyMs }: FeedInstant, ms: number): FeedInstant {
  return { wallMs: wallMs - ms, steadyMs: steadyMs - ms };
}
