import { raceDeadline } from './deadline.ts';
import { elapsedMs, type Instant, instantNow } from './instant.ts';

/** Where a value comes from, and how old it may be. An age counts from when the load began, not from when it ended. */
export interface RemoteSource<Value, Caller> {
  /** `signal` is aborted when the time limit has passed. A later result is still used, unless a newer load has given one. */
  load(signal: AbortSignal, caller: Caller): Value | Promise<Value>;
  /** From this age on, the value is renewed in the background. */
  readonly renewAfterMs: number;
  /** From this age on, callers wait for a renewal. */
  readonly staleAfterMs: number;
  /** A rate limit, asked before each load. */
  mayLoad(): boolean;
  onLoaded(value: Value, durationMs: number, caller: Caller): void;
  onFailed(cause: unknown, caller: Caller): void;
}

export interface Patience {
  /** How long the caller waits for a load, in milliseconds. A load may take as long as the most patient caller waits. */
  readonly timeoutMs: number;
  /** Up to this age, the value is used while it cannot be loaded. */
  readonly maxStaleMs: number;
}

/**
 * How an attempt to load the value ended. `tried`: with a result or a failure. `late`: it takes longer than the caller waits.
 * `forbidden`: too many callers wait, or a rate limit or the retry delay forbids a load.
 */
export type Renewal = 'tried' | 'late' | 'forbidden';

/** A load took longer than its time limit. */
export class TimeLimitError extends Error {}

export const retryDelayMs: number = 1_000;
const maxWaiting = 10_000;
// For this long after a failed load, in addition to its time limit, an old value is used without waiting.
const outageMs = 60_000;
// If a load is not over this long after its time limit, its timer did not fire: an edge runtime canceled the load together
// with the request that began it, or the process was paused.
const graceMs = 1_000;
const maxAttempts = 3;

interface Turn {
  readonly turn: number;
}

interface Held<Value> extends Turn {
  readonly value: Value;
  readonly asOf: Instant;
}

interface Failure extends Turn {
  readonly cause: unknown;
  readonly begunAt: Instant;
  /** The time limit that passed. Infinite after any other failure. */
  readonly timeoutMs: number;
}

interface Load extends Turn {
  readonly begunAt: Instant;
  readonly timeoutMs: number;
  readonly done: Promise<void>;
  waiting: number;
}

/**
 * A value that is loaded from an endpoint or a store, kept, and renewed as it ages. Callers share one load at a time. A
 * failure counts from when its load began: after a pause of the process (a frozen Lambda, SIGSTOP, sleep), loads that were
 * under way seem to fail, and must not keep the next caller from asking.
 */
export class RemoteValue<Value, Caller extends Patience = Patience> {
  readonly #source: RemoteSource<Value, Caller>;
  #held: Held<Value> | undefined;
  #failure: Failure | undefined;
  #load: Load | undefined;
  #turns = 0;
  /** Results of loads that began before this turn are ignored. */
  #firstTurn = 0;
  // The limit of the most patient caller. A shorter limit of others must not end loads: they could fail each time, and use
  // up the rate limit.
  #timeoutMs = 0;

  constructor(source: RemoteSource<Value, Caller>) {
    this.#source = source;
  }

  /** The value, if it need not be renewed yet. */
  peek(): Value | undefined {
    return this.#youngerThan(this.#source.renewAfterMs);
  }

  /** The last value, however old it is. */
  get latest(): Value | undefined {
    return this.#held?.value;
  }

  /** Why the last load failed. `undefined` after a load that did not fail. */
  get failure(): { readonly cause: unknown; readonly begunAt: Instant } | undefined {
    return this.#failure;
  }

  /** Returns a promise only if the caller must wait for a load. It resolves with `undefined` if there is no usable value. */
  current(caller: Caller): Value | Promise<Value | undefined> {
    const age = this.#ageMs();
    if (this.#held === undefined || (age >= this.#source.staleAfterMs && !this.#isInOutage(age, caller))) {
      return this.#renewed(caller);
    }
    if (age >= this.#source.renewAfterMs) this.renewInBackground(caller);
    return this.#held.value;
  }

  /** The value, if it is young enough for a caller who has tried to renew it. */
  usable({ maxStaleMs }: Caller): Value | undefined {
    return this.#youngerThan(Math.max(this.#source.staleAfterMs, maxStaleMs));
  }

  renewInBackground(caller: Caller): void {
    // An edge runtime can cancel a background load without notice. `#load` then stays set, so no second background load
    // begins. The next caller that waits begins a load.
    if (this.#load === undefined) void this.#renew(caller, 1);
  }

  /** Loads the value, or waits for the load that is under way. Never rejects. */
  renew(caller: Caller): Promise<Renewal> {
    return this.#renew(caller, maxAttempts);
  }

  /** How many milliseconds remain until the next load may begin. */
  retryInMs(caller: Caller): number {
    return Math.max(0, retryDelayMs - this.#sinceFailureMs(caller));
  }

  /** Sets the value without a load. */
  set(value: Value): void {
    this.#turns += 1;
    this.#held = { value, asOf: instantNow(), turn: this.#turns };
  }

  /** Drops the value, and the results of loads that have begun: the remote value has changed. */
  forget(): void {
    this.#firstTurn = this.#turns + 1;
    this.#held = undefined;
    this.#failure = undefined;
    this.#load = undefined;
  }

  #ageMs(): number {
    return this.#held === undefined ? Infinity : elapsedMs(this.#held.asOf);
  }

  #youngerThan(limitMs: number): Value | undefined {
    return this.#ageMs() < limitMs ? this.#held?.value : undefined;
  }

  // A load that was ended by the shorter time limit of another caller does not count as a failure for this one.
  #hasFailed({ timeoutMs }: Caller): boolean {
    return this.#failure !== undefined && this.#failure.timeoutMs >= timeoutMs;
  }

  #sinceFailureMs(caller: Caller): number {
    return this.#failure !== undefined && this.#hasFailed(caller) ? elapsedMs(this.#failure.begunAt) : Infinity;
  }

  #isInOutage(age: number, caller: Caller): boolean {
    return age < caller.maxStaleMs && this.#sinceFailureMs(caller) < outageMs + caller.timeoutMs;
  }

  async #renewed(caller: Caller): Promise<Value | undefined> {
    const renewal = await this.renew(caller);
    // If the rate limit forbids a load because others have just failed, the value is used as after a failure.
    return renewal !== 'forbidden' || this.#failure !== undefined ? this.usable(caller) : undefined;
  }

  async #renew(caller: Caller, attempts: number): Promise<Renewal> {
    this.#timeoutMs = Math.max(this.#timeoutMs, caller.timeoutMs);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const load = this.#pendingLoad() ?? this.#begin(caller);
      if (load === undefined || load.waiting >= maxWaiting) return 'forbidden';
      load.waiting += 1;
      const isHasty = caller.timeoutMs < load.timeoutMs;
      const leftMs = leftMsOf(load);
      // In Cloudflare Workers, a promise of a request that has ended can reject. Treat its load as dead.
      const wait = await raceDeadline(
        load.done.then(() => 'tried'),
        isHasty ? Math.min(caller.timeoutMs, leftMs) : leftMs,
        () => 'late',
      ).catch(() => 'dead');
      if (wait === 'late' && isHasty && leftMsOf(load) > 0) return 'late';
      const isOver = wait === 'tried';
      if (!isOver && this.#load === load) this.#load = undefined;
      if (this.#isAnswered(load, isOver, caller)) return 'tried';
    }
    return 'tried';
  }

  #pendingLoad(): Load | undefined {
    return this.#load !== undefined && leftMsOf(this.#load) > 0 ? this.#load : undefined;
  }

  #begin(caller: Caller): Load | undefined {
    if (this.retryInMs(caller) > 0 || !this.#source.mayLoad()) return undefined;
    const timeoutMs = this.#timeoutMs;
    this.#turns += 1;
    const [turn, begunAt, abort] = [this.#turns, instantNow(), new AbortController()];
    const loading = (async () => {
      const value = await this.#source.load(abort.signal, caller);
      this.#accept({ value, asOf: begunAt, turn }, caller);
    })();
    const done = raceDeadline(loading, timeoutMs, () => {
      abort.abort();
      throw new TimeLimitError(`no answer within ${timeoutMs} ms`);
    })
      .catch((cause: unknown) => {
        const limit = cause instanceof TimeLimitError ? timeoutMs : Infinity;
        this.#fail({ cause, begunAt, turn, timeoutMs: limit }, caller);
      })
      .then(() => {
        if (this.#load?.turn === turn) this.#load = undefined;
      });
    const load = { turn, begunAt, timeoutMs, done, waiting: 0 };
    this.#load = load;
    return load;
  }

  #accept(held: Held<Value>, caller: Caller): void {
    if (this.#isOutdated(held)) return;
    this.#held = held;
    if (turnOf(this.#failure) <= held.turn) this.#failure = undefined;
    this.#source.onLoaded(held.value, elapsedMs(held.asOf), caller);
  }

  #fail(failure: Failure, caller: Caller): void {
    if (this.#isOutdated(failure) || turnOf(this.#failure) > failure.turn) return;
    this.#failure = failure;
    this.#source.onFailed(failure.cause, caller);
  }

  #isOutdated({ turn }: Turn): boolean {
    return turn < Math.max(this.#firstTurn, turnOf(this.#held));
  }

  // Whether this load, or a later one, has ended with a result or a failure that counts for the caller. If not, the caller
  // tries again.
  #isAnswered(load: Load, isOver: boolean, caller: Caller): boolean {
    const wasPaused = leftMsOf(load) <= 0;
    const isLoaded = isOver && turnOf(this.#held) === load.turn;
    // A later load may have ended before the pause.
    if (isLoaded || Math.max(turnOf(this.#held), turnOf(this.#failure)) > load.turn)
      return !wasPaused || this.#ageMs() < this.#source.staleAfterMs;
    return isOver && !wasPaused && this.#hasFailed(caller);
  }
}

function turnOf(ended: Turn | undefined): number {
  return ended?.turn ?? 0;
}

// How long a load may still be under way before it counts as dead.
function leftMsOf({ begunAt, timeoutMs }: Load): number {
  return timeoutMs + graceMs - elapsedMs(begunAt);
}
