import { ToriiConfigError } from '@torii/core';
import { assertOption, elapsedMs, type Instant, instantNow, pause, random } from '@torii/core/adapter';
import type { FeedConnection, FeedEntry, FeedReader } from '../feed.ts';
import type { Link, Server } from './client.ts';
import { answerMs, quickAnswerMs, within } from './limits.ts';
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
const lastDelayMs = 5_000;

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
  #isOver = false;
  #isAsking = false;
  /** Since when the feed has been connecting or reading. `undefined` while it waits for news, which may take long. */
  #busySince: Instant | undefined;
  #mustReconnect = false;
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
    this.#link?.close();
    this.#writer.close();
    await this.#ended;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      if ((await this.#reading.catchUp(this.#server.send, quickAnswerMs)) === 'current') return;
    } catch {
      // The connection of the app may be dead. A new one tells.
    } finally {
      this.#isAsking = false;
    }
    // A connection that is being made, or read from, answers or fails soon, unless the process was paused meanwhile.
    if (this.#busySince !== undefined && elapsedMs(this.#busySince) < answerMs) return;
    this.#mustReconnect = true;
    this.#link?.close();
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
  async #readOnce(): Promise<never> {
    assertRetention(this.#retentionSeconds, this.#reader.retentionSeconds);
    await this.#pause();
    this.#mustReconnect = false;
    const link = this.#server.open();
    this.#link = link;
    this.#busySince = instantNow();
    try {
      if (this.#isOver) throw new Error('closed');
      await within(answerMs, link.connect());
      const warning = await within(answerMs, checkServer(link.send));
      if (warning !== undefined && !this.#hasWarned) this.#reader.failed(warning);
      this.#hasWarned = true;
      for (let isNew = true; ; isNew = false) {
        await this.#reading.read(link.send, isNew);
        this.#failures = 0;
        this.#busySince = undefined;
        await this.#reading.waitForNews(link.send);
        this.#busySince = instantNow();
      }
    } finally {
      this.#busySince = undefined;
      link.close();
    }
  }

  async #pause(): Promise<void> {
    this.#delay = new AbortController();
    // A request waits for the answer to `ask`.
    if (this.#failures === 0 || this.#mustReconnect) return;
    const ms = Math.min(lastDelayMs, firstDelayMs * 2 ** (this.#failures - 1));
    await pause(ms * (0.5 + random() / 2), this.#delay.signal);
  }

  #report(error: unknown): void {
    if (this.#isOver || this.#mustReconnect) return;
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
