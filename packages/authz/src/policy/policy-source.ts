import { ToriiUnavailableError } from '@torii/core';
import { elapsedMs, type Instant, instantNow, loggable, raceDeadline } from '@torii/core/adapter';
import { DocumentError, fingerprintOf, type MalformedEntry } from './document.ts';
import { compilePolicy, type Policy } from './policy.ts';

/** An event about loading the permissions. */
export type PolicyEvent =
  /** A new or changed document was loaded. */
  | {
      readonly type: 'policy_loaded';
      /** The value of `last_update` in the document, made safe for logs. */
      readonly lastUpdate: string | undefined;
      /** The number of valid permissions. */
      readonly permissions: number;
      /** The permissions that could not be parsed and therefore grant nothing. Only the first 100 are listed. */
      readonly malformed: readonly MalformedEntry[];
      /** The number of malformed permissions, including those that `malformed` leaves out. */
      readonly malformedCount: number;
      /** The time it took to read and compile the document, in milliseconds. */
      readonly durationMs: number;
    }
  /**
   * The document could not be read. Once the last loaded document is older than `refreshSeconds`, requests that need a
   * permission are answered 503.
   */
  | { readonly type: 'policy_failed'; readonly problem: string };

export interface SourceSettings {
  readonly read: () => unknown;
  readonly refreshMs: number | undefined;
  readonly timeoutMs: number;
  readonly emit: (event: PolicyEvent) => void;
}

interface Loaded {
  readonly policy: Policy;
  readonly fingerprint: string;
  /** When the read of this document started, not when it ended: the document may have changed during the read. */
  readonly asOf: Instant;
  readonly sequence: number;
}

interface Read {
  readonly done: Promise<Policy>;
  readonly startedAt: Instant;
  readonly sequence: number;
  waiters: number;
}

const refreshAheadAt = 0.8;
const retryAfterMs = 1_000;
const maxWaiters = 10_000;
const maxReportedEntries = 100;

// Loads and caches the permission document. If reads fail, the last document is used until it is older than
// `refreshMs`. Then requests fail: a failed read is never treated as an empty document.
export class PolicySource {
  readonly #settings: SourceSettings;
  #loaded: Loaded | undefined;
  #read: Read | undefined;
  #failedAt: Instant | undefined;
  #lastSequence = 0;
  /**
   * Reads with a lower sequence number started before the last `refresh()`. They are ignored, because they may return
   * the document from before the change.
   */
  #minSequence = 0;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
  }

  readAtOnce(): void {
    this.#accept(this.#settings.read(), ++this.#lastSequence, instantNow());
  }

  /**
   * Returns a promise only if the document must be read first. If a read failed within the last second and no usable
   * document is cached, throws synchronously.
   */
  current(): Policy | Promise<Policy> {
    const { refreshMs } = this.#settings;
    if (this.#loaded !== undefined && this.#loaded.sequence >= this.#minSequence) {
      if (refreshMs === undefined) return this.#loaded.policy;
      const age = elapsedMs(this.#loaded.asOf);
      if (age < refreshMs) {
        const isDue = age >= refreshMs * refreshAheadAt;
        if (isDue && this.#readInFlight() === undefined && !this.#failedRecently()) void this.#startRead();
        return this.#loaded.policy;
      }
    }
    if (this.#failedRecently()) throw unavailable();
    return this.#wait(this.#readInFlight() ?? this.#startRead());
  }

  async refresh(): Promise<void> {
    this.#minSequence = this.#lastSequence + 1;
    await this.#wait(this.#startRead());
  }

  // Returns the read in progress, unless it is older than the timeout: an old read may never end, because edge runtimes
  // cancel a read when the request that started it ends.
  #readInFlight(): Read | undefined {
    const read = this.#read;
    if (read === undefined || read.sequence < this.#minSequence) return undefined;
    return elapsedMs(read.startedAt) < this.#timeoutMs() ? read : undefined;
  }

  #timeoutMs(): number {
    const { refreshMs, timeoutMs } = this.#settings;
    return Math.min(refreshMs ?? timeoutMs, timeoutMs);
  }

  #failedRecently(): boolean {
    return this.#failedAt !== undefined && elapsedMs(this.#failedAt) < retryAfterMs;
  }

  #startRead(): Read {
    const sequence = ++this.#lastSequence;
    const startedAt = instantNow();
    const read: Read = { done: this.#load(sequence, startedAt), startedAt, sequence, waiters: 0 };
    this.#read = read;
    const clear = (): void => {
      if (this.#read === read) this.#read = undefined;
    };
    read.done.then(clear, clear); // Also prevents an unhandled rejection if no request waits.
    return read;
  }

  async #load(sequence: number, asOf: Instant): Promise<Policy> {
    try {
      const given: unknown = await this.#settings.read();
      return this.#accept(given, sequence, asOf);
    } catch (cause) {
      throw this.#fail(cause, sequence);
    }
  }

  #accept(given: unknown, sequence: number, asOf: Instant): Policy {
    const fingerprint = fingerprintOf(given);
    const previous = this.#loaded;
    if (previous !== undefined && previous.sequence > sequence) return previous.policy;
    const isUnchanged = previous?.fingerprint === fingerprint;
    const policy = isUnchanged ? previous.policy : compilePolicy(fingerprint);
    this.#loaded = { policy, fingerprint, asOf, sequence };
    this.#failedAt = undefined;
    if (!isUnchanged) this.#emitLoaded(policy, elapsedMs(asOf));
    return policy;
  }

  async #wait(read: Read): Promise<Policy> {
    if (read.waiters >= maxWaiters) throw unavailable();
    read.waiters++;
    const { startedAt, done, sequence } = read;
    const timeoutMs = this.#timeoutMs();
    const timedOut = (): ToriiUnavailableError =>
      this.#fail(new DocumentError(`the permissions were not read within ${timeoutMs} ms`), sequence);
    const policy = await raceDeadline(done, timeoutMs - elapsedMs(startedAt), () => {
      throw timedOut();
    });
    // If the event loop was blocked, a read that took longer than the timeout can still end before the timer fires.
    if (this.#isStale()) throw timedOut();
    return policy;
  }

  #isStale(): boolean {
    const { refreshMs } = this.#settings;
    return refreshMs !== undefined && this.#loaded !== undefined && elapsedMs(this.#loaded.asOf) >= refreshMs;
  }

  #fail(cause: unknown, sequence: number): ToriiUnavailableError {
    if (this.#loaded !== undefined && this.#loaded.sequence > sequence) return unavailable(cause);
    if (!this.#failedRecently()) {
      const problem = cause instanceof DocumentError ? cause.message : 'the permissions could not be read';
      this.#settings.emit({ type: 'policy_failed', problem });
    }
    this.#failedAt = instantNow();
    return unavailable(cause);
  }

  #emitLoaded({ lastUpdate, size, malformed }: Policy, durationMs: number): void {
    this.#settings.emit({
      type: 'policy_loaded',
      lastUpdate: lastUpdate === undefined ? undefined : loggable(lastUpdate),
      permissions: size,
      malformed: malformed.slice(0, maxReportedEntries).map(safeEntry),
      malformedCount: malformed.length,
      durationMs,
    });
  }
}

function safeEntry({ role, entry, problem }: MalformedEntry): MalformedEntry {
  return { role: loggable(role), entry: entry === undefined ? undefined : loggable(entry), problem: loggable(problem) };
}

function unavailable(cause?: unknown): ToriiUnavailableError {
  const message = 'The permissions cannot be looked up at the moment.';
  return new ToriiUnavailableError('policy_unavailable', message, { cause, retryAfterSeconds: retryAfterMs / 1000 });
}
