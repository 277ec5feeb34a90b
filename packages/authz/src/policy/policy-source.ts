import { ToriiUnavailableError } from '@torii/core';
import { elapsedMs, type Instant, instantNow, raceDeadline } from '@torii/core/adapter';
import { DocumentError, fingerprintOf, type MalformedEntry } from './document.ts';
import { compilePolicy, type Policy } from './policy.ts';

/** What became of the document. */
export type PolicyEvent =
  | {
      readonly type: 'policy_loaded';
      /** The document's own `last_update`. */
      readonly lastUpdate: string | undefined;
      /** How many permissions are in force. */
      readonly permissions: number;
      /** The lines that grant nothing, and why. At most a hundred. */
      readonly malformed: readonly MalformedEntry[];
      readonly malformedCount: number;
      readonly durationMs: number;
    }
  /** Every request that needs a permission is answered 503, from `refreshSeconds` after the last good reading on. */
  | { readonly type: 'policy_failed'; readonly problem: string };

export interface SourceSettings {
  /** Gives the document as it is now. */
  readonly read: () => unknown;
  /** Undefined: what was read once holds until it is read again. */
  readonly refreshMs: number | undefined;
  readonly timeoutMs: number;
  readonly emit: (event: PolicyEvent) => void;
}

interface Known {
  readonly policy: Policy;
  readonly fingerprint: string;
  /** When reading it began: it says how things stood then. */
  readonly asOf: Instant;
  readonly turn: number;
}

interface Reading {
  readonly done: Promise<Policy>;
  readonly begunAt: Instant;
  readonly turn: number;
  waiting: number;
}

/** The share of its time after which a document is read again, while requests still go by it. */
const renewAt = 0.8;
/** After a failure: how long others are told so at once, instead of waiting to find out. */
const retryAfterMs = 1_000;
/** Requests that may wait for one reading. Beyond it something is wrong, and memory is not the place to keep it. */
const maxWaiting = 10_000;
const maxListed = 100;

/**
 * The document, read again before it is older than `refreshMs`, by one reading at a time. A document that cannot be read
 * is never taken for an empty one, nor is the last one believed for longer than that.
 */
export class PolicySource {
  readonly #settings: SourceSettings;
  #known: Known | undefined;
  #reading: Reading | undefined;
  #failedAt: Instant | undefined;
  #turns = 0;
  /** What was begun in an earlier turn may be from before the document was changed here. */
  #oldestTurn = 0;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
  }

  /**
   * Reads a document that is at hand, without waiting.
   *
   * @throws DocumentError for what is no document
   */
  readAtOnce(): void {
    this.#accept(this.#settings.read(), ++this.#turns, instantNow());
  }

  /**
   * The policy in force: at once where it is fresh, else when it has been read.
   *
   * @throws ToriiUnavailableError `policy_unavailable`, or rejects with it
   */
  current(): Policy | Promise<Policy> {
    const { refreshMs } = this.#settings;
    if (this.#known !== undefined && this.#known.turn >= this.#oldestTurn) {
      if (refreshMs === undefined) return this.#known.policy;
      const age = elapsedMs(this.#known.asOf);
      if (age < refreshMs) {
        if (age >= refreshMs * renewAt && this.#underWay() === undefined && !this.#failedJustNow()) void this.#begin();
        return this.#known.policy;
      }
    }
    if (this.#failedJustNow()) throw unavailable();
    return this.#wait(this.#underWay() ?? this.#begin());
  }

  /** Reads the document now. What was read or begun before counts for nothing, also where this fails. */
  async refresh(): Promise<void> {
    this.#oldestTurn = this.#turns + 1;
    await this.#wait(this.#begin());
  }

  // One that began too long ago says how things stood too long ago, or died with the request that began it.
  #underWay(): Reading | undefined {
    const reading = this.#reading;
    if (reading === undefined || reading.turn < this.#oldestTurn) return undefined;
    return elapsedMs(reading.begunAt) < this.#patienceMs() ? reading : undefined;
  }

  // Nobody waits for an answer that would be too old to go by when it comes.
  #patienceMs(): number {
    const { refreshMs, timeoutMs } = this.#settings;
    return Math.min(refreshMs ?? timeoutMs, timeoutMs);
  }

  #failedJustNow(): boolean {
    return this.#failedAt !== undefined && elapsedMs(this.#failedAt) < retryAfterMs;
  }

  #begin(): Reading {
    const turn = ++this.#turns;
    const begunAt = instantNow();
    const reading: Reading = { done: this.#read(turn, begunAt), begunAt, turn, waiting: 0 };
    this.#reading = reading;
    const end = (): void => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.done.then(end, end); // Handles a rejection too, where nobody waits.
    return reading;
  }

  async #read(turn: number, asOf: Instant): Promise<Policy> {
    try {
      const given: unknown = await this.#settings.read();
      return this.#accept(given, turn, asOf);
    } catch (cause) {
      throw this.#fail(cause, turn);
    }
  }

  #accept(given: unknown, turn: number, asOf: Instant): Policy {
    const fingerprint = fingerprintOf(given);
    const known = this.#known;
    // A slow reading must not undo a later one.
    if (known !== undefined && known.turn > turn) return known.policy;
    const isSame = known?.fingerprint === fingerprint;
    const policy = isSame ? known.policy : compilePolicy(fingerprint);
    this.#known = { policy, fingerprint, asOf, turn };
    this.#failedAt = undefined;
    if (!isSame) this.#tellLoaded(policy, elapsedMs(asOf));
    return policy;
  }

  async #wait(reading: Reading): Promise<Policy> {
    if (reading.waiting >= maxWaiting) throw unavailable();
    reading.waiting++;
    const { begunAt, done, turn } = reading;
    const patienceMs = this.#patienceMs();
    const tooLate = (): ToriiUnavailableError =>
      this.#fail(new DocumentError(`no answer within ${patienceMs} ms`), turn);
    const policy = await raceDeadline(done, patienceMs - elapsedMs(begunAt), () => {
      throw tooLate();
    });
    // Once more, by the clock: where the event loop was held up, a timer that is due has not been heard yet.
    if (this.#isOld()) throw tooLate();
    return policy;
  }

  #isOld(): boolean {
    const { refreshMs } = this.#settings;
    return refreshMs !== undefined && this.#known !== undefined && elapsedMs(this.#known.asOf) >= refreshMs;
  }

  #fail(cause: unknown, turn: number): ToriiUnavailableError {
    // A reading that was given up says nothing of how things are, once a later one has answered.
    if (this.#known !== undefined && this.#known.turn > turn) return unavailable(cause);
    // Once for a failure that many wait for.
    if (!this.#failedJustNow()) {
      const problem = cause instanceof DocumentError ? cause.message : 'it could not be read';
      this.#settings.emit({ type: 'policy_failed', problem });
    }
    this.#failedAt = instantNow();
    return unavailable(cause);
  }

  #tellLoaded({ lastUpdate, size, malformed }: Policy, durationMs: number): void {
    this.#settings.emit({
      type: 'policy_loaded',
      lastUpdate,
      permissions: size,
      malformed: malformed.slice(0, maxListed),
      malformedCount: malformed.length,
      durationMs,
    });
  }
}

function unavailable(cause?: unknown): ToriiUnavailableError {
  const message = 'What callers may do cannot be looked up at the moment.';
  return new ToriiUnavailableError('policy_unavailable', message, { cause, retryAfterSeconds: retryAfterMs / 1000 });
}
