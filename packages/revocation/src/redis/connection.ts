import { ToriiConfigError } from '@torii/core';
import { assertOption, elapsedMs, type Instant, instantNow, pause, random } from '@torii/core/internal';
import type { FeedConnection, FeedEntry, FeedReader } from '../feed.ts';
import { answerMs, quickAnswerMs, within } from './limits.ts';
import type { Link, Server } from './link.ts';
import { explain } from './problems.ts';
import { StreamReading } from './reading.ts';
import { checkServer } from './server-check.ts';
import type { Keys } from './view.ts';
import { type ReplicaWait, StreamWriter } from './writer.ts';

export interface FeedSettings {
  readonly retentionSeconds: number | undefined;
  readonly wait: ReplicaWait | undefined;
}

const firstDelayMs = 200;
// After a long outage, a fleet is current again within five seconds: this delay, and the reading.
const lastDelayMs = 3_000;
const floodMs = 50;

/**
 * Reads on a connection that it opens again after each failure, because after a pause of the process a connection may be dead
 * without an error.
 */
export class RedisConnection implements FeedConnection {
  readonly #server: Server;
  readonly #reader: FeedReader;
  readonly #reading: StreamReading;
  readonly #writer: StreamWriter;
  readonly #retentionSeconds: number | undefined;
  readonly #ended: Promise<void>;
  #link: Link | undefined;
  /** Ends reading on the present connection at once. A client may wait for a dead socket when it is closed. */
  #stopReading: () => void = () => {};
  #isOver = false;
  #isAsking = false;
  /** Since when the feed has been connecting or reading. `undefined` while it waits for news, which may take long. */
  #busySince: Instant | undefined;
  #hasWarned = false;
  #failures = 0;
  #delay = new AbortController();

  constructor(server: Server, keys: Keys, reader: FeedReader, { retentionSeconds, wait }: FeedSettings) {
    this.#server = server;
    this.#reader = reader;
    this.#retentionSeconds = retentionSeconds;
    this.#reading = new StreamReading(reader, keys, retentionSeconds);
    this.#writer = new StreamWriter(server, keys, Math.max(reader.retentionSeconds, retentionSeconds ?? 0), wait);
    this.#ended = this.#run();
  }

  async write(entries: readonly FeedEntry[], { timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    try {
      await this.#reading.expectEntries(() => within(timeoutMs, this.#writer.write(entries)));
    } catch (error) {
      this.#writer.close();
      throw explain(error);
    }
  }

  ask(): void {
    this.#delay.abort();
    if (!this.#isOver && !this.#isAsking) void this.#ask();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#delay.abort();
    this.#stopReading();
    this.#writer.close();
    await this.#ended;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      if ((await this.#reading.catchUp(this.#server.send, quickAnswerMs)) === 'current') return;
    } catch {
      // The connection of the app may be dead. A new connection will tell.
    } finally {
      this.#isAsking = false;
    }
    // A connection that is being made, or read from, answers or fails soon, unless the process was paused meanwhile.
    if (this.#busySince !== undefined && elapsedMs(this.#busySince) < answerMs) return;
    // Requests wait for the next connection, so it must not wait because of failures before the pause.
    this.#failures = 0;
    this.#stopReading();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#readOnce();
      } catch (error) {
        this.#report(error);
      }
    }
  }

  /** Reads until the connection fails. */
  async #readOnce(): Promise<void> {
    assertRetention(this.#retentionSeconds, this.#reader.retentionSeconds);
    await this.#pause();
    if (this.#isOver) return;
    const link = this.#server.open();
    const stopped = new Promise<void>((resolve) => {
      this.#stopReading = resolve;
    });
    this.#link = link;
    this.#busySince = instantNow();
    try {
      await Promise.race([this.#readFrom(link), stopped]);
    } finally {
      this.#link = undefined;
      this.#busySince = undefined;
      link.close();
    }
  }

  async #readFrom(link: Link): Promise<void> {
    await within(answerMs, link.connect());
    const warning = await within(answerMs, checkServer(link.send));
    if (warning !== undefined && !this.#hasWarned) this.#reader.failed(warning);
    this.#hasWarned = true;
    for (let isNew = true; this.#link === link; isNew = false) {
      await this.#reading.read(link.send, isNew);
      if (this.#link !== link) return;
      this.#failures = 0;
      this.#busySince = undefined;
      const readAt = instantNow();
      const hasNews = await this.#reading.waitForNews(link.send);
      // Reads a flood of entries in batches, or each one would cost every server of the fleet a round trip.
      if (hasNews && elapsedMs(readAt) < floodMs) await pause(floodMs);
      if (this.#link === link) this.#busySince = instantNow();
    }
  }

  async #pause(): Promise<void> {
    this.#delay = new AbortController();
    if (this.#failures === 0) return;
    const ms = Math.min(lastDelayMs, firstDelayMs * 2 ** (this.#failures - 1));
    await pause(ms * (0.5 + random() / 2), this.#delay.signal);
  }

  #report(error: unknown): void {
    if (this.#isOver) return;
    if (error instanceof ToriiConfigError) {
      this.#isOver = true;
      this.#reader.refused(error);
      return;
    }
    this.#failures += 1;
    this.#reader.failed(explain(error));
  }
}

function assertRetention(chosenSeconds: number | undefined, neededSeconds: number): void {
  const isEnough = chosenSeconds === undefined || chosenSeconds >= neededSeconds;
  const rule = `must be at least maxTokenSeconds + 1500, which is ${neededSeconds}`;
  assertOption('retentionSeconds', isEnough, `${rule}. Found: ${chosenSeconds}`);
}
