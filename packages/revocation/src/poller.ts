import {
  describeValue,
  elapsedMs,
  type Instant,
  instantNow,
  pause,
  raceDeadline,
  random,
  startTimer,
  stopTimer,
  TimeLimitError,
  type Timer,
  wrongOption,
  wrongValue,
} from '@torii/core/internal';
import type { FeedConnection, FeedEntry, FeedInstant, FeedReader } from './feed.ts';
import { msOf } from './moment.ts';
import type { PollResult, PollSettings } from './poll-options.ts';

/** How often all entries are read, to notice entries that the store has lost. */
const fullEveryMs = 60_000;
/** An entry that was written before `since` may become visible after it, when its transaction ends. */
const overlapMs = 60_000;
/** Limits the reads, because many notifications may arrive at once. */
const minPauseMs = 100;
/** A read that has taken longer may have ended with its request (edge runtimes). */
const doubtfulMs = 500;
const maxRunning = 2;
const maxPauseMs = 30_000;
const sliceLength = 5_000;

interface Snapshot {
  readonly texts: readonly string[];
  readonly storeMs: number | undefined;
}

interface Turn {
  readonly turn: number;
  readonly askedAt: FeedInstant;
  /** Whether everything was asked for. */
  readonly isFull: boolean;
}

/** Reads a store again and again, for one reader. */
export class Poller implements FeedConnection {
  readonly #settings: PollSettings;
  readonly #reader: FeedReader;
  readonly #onClose: () => void;
  readonly #everyMs: number;
  readonly #running: Set<{ readonly begunAt: Instant; readonly abort: AbortController }> = new Set();
  #begunAt: Instant | undefined;
  #newest: Promise<void> | undefined;
  #turns = 0;
  /** The last read whose result was used. The results of earlier ones are outdated. */
  #usedTurn = 0;
  #isWanted = false;
  #hasRead = false;
  #failures = 0;
  #fullAt: Instant | undefined;
  #storeMs: number | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(settings: PollSettings, reader: FeedReader, onClose: () => void) {
    this.#settings = settings;
    this.#reader = reader;
    this.#onClose = onClose;
    this.#everyMs = Math.min(settings.everyMs, reader.silenceMs);
  }

  get askAfterMs(): number {
    return this.#everyMs * 1.5;
  }

  get isReadOnly(): boolean {
    return this.#settings.write === undefined;
  }

  start(): void {
    this.#newest = this.#read();
  }

  ask(): Promise<void> | undefined {
    this.#forgetDead();
    const isYoung = this.#begunAt !== undefined && elapsedMs(this.#begunAt) < doubtfulMs;
    if (isYoung && this.#running.size > 0) return this.#newest;
    const [oldest] = this.#running;
    if (oldest !== undefined && this.#running.size >= maxRunning) {
      this.#running.delete(oldest);
      abortSafely(oldest.abort);
    }
    this.#newest = this.#read();
    return this.#newest;
  }

  poll(): void {
    this.#forgetDead();
    // A read that has already begun may miss the change.
    if (this.#running.size > 0) this.#isWanted = true;
    else this.#schedule(0);
  }

  async write(entries: readonly FeedEntry[], { timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const { write } = this.#settings;
    if (write === undefined) throw wrongOption('write', 'is missing in pollFeed, so this process can only read');
    const abort = new AbortController();
    const { retentionSeconds } = this.#reader;
    const writing = (async () => write(entries, { signal: abort.signal, retentionSeconds }))();
    await raceDeadline(writing, timeoutMs, () => {
      abort.abort();
      throw new TimeLimitError(`\`write\` has not ended within ${timeoutMs} ms`);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    for (const { abort } of this.#running) abortSafely(abort);
    this.#onClose();
  }

  // Never rejects.
  async #read(): Promise<void> {
    if (this.#isClosed) return;
    this.#stopTimer();
    this.#isWanted = false;
    this.#turns += 1;
    const turn = this.#turns;
    const run = { begunAt: instantNow(), abort: new AbortController() };
    this.#begunAt = run.begunAt;
    this.#running.add(run);
    const askedAt = this.#reader.now();
    try {
      const since = this.#since();
      const found = await this.#load(since, run.abort);
      if (this.#isClosed || turn < this.#usedTurn) return;
      this.#usedTurn = turn;
      if (!(await this.#pass(found, { turn, askedAt, isFull: since === undefined }))) return;
      if (since === undefined) this.#fullAt = run.begunAt;
      this.#storeMs = found.storeMs;
      this.#failures = 0;
      this.#reader.proven(askedAt);
    } catch (problem) {
      if (this.#isClosed || turn < this.#usedTurn) return;
      this.#failures += 1;
      // The next read must find out what the store holds.
      this.#fullAt = undefined;
      this.#reader.failed(problem, askedAt);
    } finally {
      this.#running.delete(run);
      this.#scheduleNext();
    }
  }

  async #load(since: Date | undefined, abort: AbortController): Promise<Snapshot> {
    const { read, timeoutMs } = this.#settings;
    const reading = (async () => read({ signal: abort.signal, ...(since !== undefined && { since }) }))();
    const result = await raceDeadline(reading, timeoutMs, () => {
      abort.abort();
      throw new TimeLimitError(`\`read\` has not ended within ${timeoutMs} ms`);
    });
    return snapshotFrom(result);
  }

  /** Returns `false` if a later read was faster. */
  async #pass({ texts, storeMs }: Snapshot, { turn, askedAt, isFull }: Turn): Promise<boolean> {
    if (isFull) this.#reader.snapshotBegins({ reset: !this.#hasRead && texts.length === 0, askedAt });
    this.#hasRead = true;
    for (let from = 0; from < texts.length; from += sliceLength) {
      // Lets requests through between the parts of a large snapshot.
      if (from > 0) await pause(1);
      if (this.#isClosed || turn < this.#usedTurn) return false;
      this.#reader.received(texts.slice(from, from + sliceLength), from === 0 ? storeMs : undefined, askedAt);
    }
    if (texts.length === 0) this.#reader.received([], storeMs, askedAt);
    if (isFull) this.#reader.snapshotEnds();
    return true;
  }

  #since(): Date | undefined {
    const isFullDue = this.#fullAt === undefined || elapsedMs(this.#fullAt) >= fullEveryMs;
    return isFullDue || this.#storeMs === undefined ? undefined : new Date(this.#storeMs - overlapMs);
  }

  #scheduleNext(): void {
    if (this.#isClosed || this.#running.size > 0) return;
    if (this.#isWanted && this.#failures === 0) {
      this.#schedule(0);
      return;
    }
    const pauseMs = this.#everyMs * (0.8 + 0.4 * random());
    this.#schedule(Math.max(pauseMs, Math.min(maxPauseMs, this.#everyMs * 2 ** this.#failures * random())));
  }

  #schedule(afterMs: number): void {
    this.#stopTimer();
    const youngMs = this.#begunAt === undefined ? minPauseMs : elapsedMs(this.#begunAt);
    try {
      const timer = startTimer(() => this.start(), Math.max(afterMs, minPauseMs - youngMs, 0));
      if (typeof timer === 'object') (timer as { unref?(): void }).unref?.();
      this.#timer = timer;
    } catch {
      // Some edge runtimes have no timers outside of requests. Requests ask.
    }
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) stopTimer(this.#timer);
    this.#timer = undefined;
  }

  #forgetDead(): void {
    for (const run of this.#running) {
      if (elapsedMs(run.begunAt) > this.#settings.timeoutMs + 1_000) this.#running.delete(run);
    }
  }
}

function abortSafely(abort: AbortController): void {
  try {
    abort.abort();
  } catch {
    // On edge runtimes, the read may belong to a request that has ended.
  }
}

function snapshotFrom(result: PollResult): Snapshot {
  const isList = Array.isArray(result);
  const texts: unknown = isList ? result : Reflect.get(Object(result), 'texts');
  const example = 'the texts of the entries, such as rows.map((row) => row.text)';
  if (!Array.isArray(texts)) throw wrongValue('read', 'a function that resolves with a list of texts', result, example);
  if (texts.length > 0 && texts.every((text) => typeof text !== 'string')) {
    throw wrongOption(
      'read',
      `resolved with a list of other values than texts. Found: ${describeValue(texts[0])}. Return ${example}`,
    );
  }
  return { texts, storeMs: isList ? undefined : msOf(Reflect.get(Object(result), 'storeTime')) };
}
