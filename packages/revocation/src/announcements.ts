import { ToriiRevocationError } from '@torii/core';
import {
  elapsedMs,
  type Instant,
  instantNow,
  loggable,
  loggableCause,
  raceDeadline,
  random,
  wrongOption,
} from '@torii/core/internal';
import { type Entry, keyOf } from './entries/entry.ts';
import type { RevocationEvent } from './events.ts';
import type { FeedConnection } from './feed.ts';
import type { Memory } from './memory.ts';
import type { HeldEntry } from './set/held-entry.ts';
import type { Settings } from './settings.ts';

const batchSize = 500;
/** Failed announcements are written again within this time after the store works again. */
const retryWithinMs = 1_000;
/** Each process writes back what the store has lost after a random time, unless another process was faster. */
const restoreWithinMs = 5_000;
const maxPauseMs = 60_000;

export interface AnnouncementHooks {
  emit(event: RevocationEvent): void;
  connection(): FeedConnection | undefined;
}

/** Writes to the store: revocations of this process, and entries that the store has lost. */
export class Announcements {
  readonly #settings: Settings;
  readonly #memory: Memory;
  readonly #hooks: AnnouncementHooks;
  /** Entries that the store may lack. */
  readonly #unstored: Set<Entry> = new Set();
  /** Entries that are being announced, and since when. */
  readonly #announcing: Map<Entry, Instant> = new Map();
  #flushAt: { readonly since: Instant; readonly afterMs: number } | undefined;
  #flushing: Instant | undefined;
  #failures = 0;

  constructor(settings: Settings, memory: Memory, hooks: AnnouncementHooks) {
    this.#settings = settings;
    this.#memory = memory;
    this.#hooks = hooks;
  }

  get pending(): number {
    return this.#unstored.size;
  }

  /** Applies the entry in this process, and resolves when the store has accepted it. */
  async announce(entry: Entry): Promise<void> {
    if (this.#hooks.connection()?.isReadOnly === true)
      throw wrongOption('feed', 'can only read, so nothing can be revoked here. Give pollFeed the option `write`');
    const begunAt = instantNow();
    const { kind } = entry;
    const id = entry.id === null ? null : loggable(entry.id);
    // A later cut-off may be held already. The store must not get an earlier one.
    const held = this.#memory.add(entry) ?? entry;
    this.#addUnstored(held);
    this.#announcing.set(held, instantNow());
    try {
      await this.#write([held]);
    } catch (thrown) {
      const cause = loggableCause(thrown);
      this.#hooks.emit({ type: 'announce_failed', kind, id, cause });
      this.#scheduleFlush(retryWithinMs);
      throw new ToriiRevocationError({ announce: () => this.announce(entry) }, { cause });
    } finally {
      this.#announcing.delete(held);
    }
    this.#hooks.emit({ type: 'announced', kind, id, durationMs: elapsedMs(begunAt) });
  }

  /** The store lacks these entries. `isLoss`: it has lost data. */
  restore(entries: readonly HeldEntry[], isLoss: boolean): void {
    if (this.#hooks.connection()?.isReadOnly === true) return;
    for (const entry of entries) this.#addUnstored(entry);
    // A compaction has replaced entries, so this process cannot write them back one by one.
    const { compacted } = this.#memory.set;
    if (isLoss && compacted !== undefined) this.#addUnstored(compacted);
    if (this.#unstored.size > 0) this.#scheduleFlush(restoreWithinMs);
  }

  noteStored(entry: HeldEntry): void {
    if (this.#unstored.size > 0 && !this.#announcing.has(entry)) this.#unstored.delete(entry);
  }

  /** The store works. `isRecovery`: it did not before. */
  noteProof(isRecovery: boolean): void {
    if (this.#unstored.size <= this.#announcing.size) return;
    if (isRecovery) this.#failures = 0;
    // A write that fails is a proof too, because its entries come back: it must not shorten the pause after it.
    const isIdle = this.#flushAt === undefined && this.#flushing === undefined;
    if (isRecovery || isIdle) this.#scheduleFlush(retryWithinMs);
  }

  /** Called about once a second. */
  tick(): void {
    // An edge runtime may have ended an announcement with its request.
    for (const [entry, since] of this.#announcing) if (this.#isDead(since)) this.#announcing.delete(entry);
    if (this.#flushAt === undefined || elapsedMs(this.#flushAt.since) < this.#flushAt.afterMs) return;
    if (this.#flushing !== undefined && !this.#isDead(this.#flushing)) return;
    this.#flushAt = undefined;
    void this.#flush();
  }

  // Never rejects.
  async #flush(): Promise<void> {
    const entries = [...this.#unstored].filter((entry) => !this.#announcing.has(entry) && !this.#isObsolete(entry));
    // Other processes may write the same entries at the same time, so each begins at a random one.
    const start = Math.floor(random() * entries.length);
    const rotated = [...entries.slice(start), ...entries.slice(0, start)];
    let restored = 0;
    try {
      for (let from = 0; from < rotated.length; from += batchSize) {
        this.#flushing = instantNow();
        const batch = rotated.slice(from, from + batchSize).filter((entry) => this.#unstored.has(entry));
        if (batch.length > 0) await this.#write(batch);
        restored += batch.length;
      }
      this.#failures = 0;
    } catch {
      // The feed reports its failures itself.
      this.#failures += 1;
      this.#scheduleFlush(Math.min(maxPauseMs, retryWithinMs * 2 ** this.#failures));
    } finally {
      this.#flushing = undefined;
    }
    if (restored > 0) this.#hooks.emit({ type: 'entries_restored', entries: restored });
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const connection = this.#hooks.connection();
    if (connection === undefined) throw new Error('the feed is closed');
    const { announceTimeoutMs: timeoutMs, text } = this.#settings;
    const written = entries.map((entry) => ({ entry, before: entry.before }));
    const texts = entries.map((entry) => ({ key: keyOf(entry), text: text.write(entry) }));
    // Async, so that a feed that throws at once fails like one that rejects.
    const writing = (async () => connection.write(texts, { timeoutMs }))();
    await raceDeadline(writing, timeoutMs, () => {
      throw new Error(`the store has not answered within ${timeoutMs} ms`);
    });
    for (const { entry, before } of written) if (entry.before === before) this.#unstored.delete(entry);
  }

  #isDead(since: Instant): boolean {
    return elapsedMs(since) >= this.#settings.announceTimeoutMs + 5_000;
  }

  #isObsolete(entry: Entry): boolean {
    const isOver = this.#memory.isOver(entry);
    if (isOver) this.#unstored.delete(entry);
    return isOver;
  }

  #addUnstored(entry: Entry): void {
    this.#unstored.add(entry);
    for (const oldest of this.#unstored) {
      if (this.#unstored.size <= this.#settings.maxEntries) break;
      this.#unstored.delete(oldest);
    }
  }

  #scheduleFlush(withinMs: number): void {
    const next = { since: instantNow(), afterMs: withinMs * (0.1 + 0.9 * random()) };
    const leftMs =
      this.#flushAt === undefined ? Number.POSITIVE_INFINITY : this.#flushAt.afterMs - elapsedMs(this.#flushAt.since);
    if (next.afterMs < leftMs) this.#flushAt = next;
  }
}
