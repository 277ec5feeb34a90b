import { elapsedMs, type Instant, instantNow, isPromise, random, wallMs } from '@torii/core/internal';
import { Answers } from './answers.ts';
import type { RevocationEvent } from './events.ts';
import type { FeedInstant } from './feed.ts';

/** If no timer fired for this long, the process was paused. */
const pauseMs = 5_000;
/** After `open`, `isCalm` answers for this long without looking at the state again. */
const calmMs = 200;
/** A bound on memory: further requests are refused at once. */
const maxWaiting = 10_000;
const maxAttempts = 3;
const askEveryMs = 2_000;
/** If no timer fired for so long, timers do not fire between requests, as on edge runtimes. */
const timersMs = 3_000;

export interface LivenessSettings {
  readonly maxStaleMs: number;
  readonly silenceMs: number;
  readonly waitMs: number;
  readonly whenStale: 'refuse' | 'accept';
  readonly beforeFirstSnapshot: 'refuse' | 'accept';
}

export interface LivenessHooks {
  emit(event: RevocationEvent): void;
  /** Asks the store. May return a promise that ends with the answer. */
  ask(): unknown;
  /** How old a proof may be until a request asks the store. `undefined`: the feed asks by itself. */
  askAfterMs(): number | undefined;
  /** Called when requests begin to be refused. */
  onUnavailable(): void;
}

/** `open`: decide by the entries in memory. `wait`: the feed may answer soon. `closed`: answer 503. */
export type Access = 'open' | 'wait' | 'closed';

/** How long ago the feed proved that it is alive, and what this means for requests. */
export class Liveness {
  readonly #settings: LivenessSettings;
  readonly #hooks: LivenessHooks;
  readonly #begunAt: Instant = instantNow();
  /** When this process last ran. */
  #ranAt: Instant = this.#begunAt;
  #askedAt: Instant = this.#begunAt;
  #askPauseMs = askEveryMs;
  /** The promise of the last question to the store. It ends with the answer. */
  #asked: Promise<unknown> | undefined;
  #hasAskedAgain = false;
  #provenAt: Instant | undefined;
  #hasSnapshot = false;
  #isFailing = false;
  #isStale = false;
  /** When a timer of this process last fired. */
  #timerAt: Instant = this.#begunAt;
  /** Set at the start and after a pause of the process, until the store has answered a request that was sent later. */
  #doubtSince: Instant | undefined = this.#begunAt;
  /** Whether a request to the store failed that was sent since `#doubtSince`. Then no caller waits for it. */
  #hasFailedSince = false;
  #calmFromMs = 0;
  #calmForMs = -1;
  readonly #answers = new Answers();
  #end: 'refused' | 'closed' | undefined;

  constructor(settings: LivenessSettings, hooks: LivenessHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
  }

  get hasSnapshot(): boolean {
    return this.#hasSnapshot;
  }

  get status(): 'starting' | 'current' | 'stale' | 'refused' | 'closed' {
    if (this.#end !== undefined) return this.#end;
    if (!this.#hasSnapshot) return 'starting';
    return this.#silentMs() < this.#settings.maxStaleMs ? 'current' : 'stale';
  }

  get silentSeconds(): number | null {
    return this.#provenAt === undefined ? null : secondsOf(this.#silentMs());
  }

  /** Whether requests are refused because the feed has been silent for too long. */
  get isStaleAndRefusing(): boolean {
    return this.#isStale && this.#settings.whenStale === 'refuse';
  }

  /** Whether nothing can have changed since `access` was last asked and said `open`. Takes a few nanoseconds. */
  isCalm(): boolean {
    const ms = wallMs() - this.#calmFromMs;
    return ms >= 0 && ms < this.#calmForMs;
  }

  access(): Access {
    this.noteRunning();
    this.#noteSilence();
    if (this.#end === 'refused') return 'closed';
    this.#askIfOverdue();
    if (this.#patienceMs() > 0) return 'wait';
    if (!this.#isPermitted()) return 'closed';
    const leftMs = this.#settings.maxStaleMs - this.#silentMs();
    this.#calmFromMs = wallMs();
    this.#calmForMs = leftMs > 0 ? Math.min(calmMs, leftMs) : calmMs;
    return 'open';
  }

  /** Waits until the feed has answered, `waitMs` at most. */
  async wait(): Promise<Access> {
    // The process may be paused again during the wait.
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (this.#answers.size >= maxWaiting) return 'closed';
      const doubt = this.#doubtSince;
      await this.#answers.wait({
        leftMs: () => (this.#doubtSince === doubt ? this.#patienceMs() : 0),
        asked: () => this.#asked,
        askAgain: () => this.#askAgain(),
      });
      const access = this.access();
      if (access !== 'wait') return access;
    }
    return this.#isPermitted() ? 'open' : 'closed';
  }

  /** Notices a pause of the process: its timers did not fire. Called before anything that the feed or a timer reports. */
  noteRunning(): void {
    const pausedMs = elapsedMs(this.#ranAt);
    this.#ranAt = instantNow();
    // A shorter pause can be as long as the silence that is allowed.
    const longMs = Math.min(pauseMs, this.#settings.maxStaleMs / 2);
    if (pausedMs < longMs || this.#end !== undefined) return;
    this.#doubt();
  }

  noteSnapshot(askedAt: FeedInstant): void {
    // The first snapshot answers a question of this process, even if it is that of a replica, whose state is older than this process.
    if (!this.#hasSnapshot && this.#doubtSince === this.#begunAt) this.#endDoubt();
    this.#hasSnapshot = true;
    this.noteProof(askedAt);
  }

  noteProof(askedAt: FeedInstant): void {
    if (this.#hasSnapshot && isInstant(askedAt)) this.#prove({ wallMs: askedAt.wallMs, steadyMs: askedAt.steadyMs });
  }

  /** `refused`: every request gets 503 from now on. `closed`: the entries in memory are used until they are stale. */
  end(how: 'refused' | 'closed'): void {
    if (this.#end === 'refused') return;
    this.#end = how;
    this.#calmForMs = -1;
    this.#doubtSince = undefined;
    if (how === 'refused') this.#hooks.onUnavailable();
    this.#answers.wake();
  }

  /** The feed says that the store cannot be reached. It goes on trying. */
  noteFailure(askedAt: FeedInstant | undefined): void {
    this.#isFailing = true;
    if (this.#doubtSince === undefined || !isInstant(askedAt) || isBefore(askedAt, this.#doubtSince)) return;
    this.#hasFailedSince = true;
    this.#answers.wake();
  }

  /** Called about once a second. `isTimer`: by a timer, not by a request. */
  tick(isTimer: boolean): void {
    if (isTimer) this.#timerAt = instantNow();
    this.noteRunning();
    this.#noteSilence();
    this.#askIfOverdue();
  }

  /** The feed has asked, and may have returned a promise that ends with the answer. */
  noteQuestion(asked: unknown): void {
    this.#asked = isPromise(asked) ? Promise.resolve(asked) : undefined;
    this.#asked?.catch(() => {});
  }

  #prove(askedAt: Instant): void {
    const silentMs = this.#silentMs();
    if (elapsedMs(askedAt) > silentMs && this.#provenAt !== undefined) return;
    this.#provenAt = askedAt;
    this.#isFailing = false;
    if (this.#doubtSince !== undefined && !isBefore(askedAt, this.#doubtSince)) this.#endDoubt();
    if (this.#isStale && this.#silentMs() < this.#settings.maxStaleMs) this.#recover(silentMs);
  }

  #endDoubt(): void {
    this.#doubtSince = undefined;
    this.#answers.wake();
  }

  #recover(silentMs: number): void {
    this.#isStale = false;
    this.#hooks.emit({ type: 'feed_recovered', silentSeconds: secondsOf(silentMs) });
  }

  #askAgain(): boolean {
    if (this.#hasAskedAgain) return false;
    this.#hasAskedAgain = true;
    this.#ask();
    return true;
  }

  #silentMs(): number {
    return elapsedMs(this.#provenAt ?? this.#begunAt);
  }

  #isPermitted(): boolean {
    const { maxStaleMs, whenStale, beforeFirstSnapshot } = this.#settings;
    if (this.#end === 'refused' || (!this.#hasSnapshot && beforeFirstSnapshot === 'refuse')) return false;
    return whenStale === 'accept' || this.#silentMs() < maxStaleMs;
  }

  #patienceMs(): number {
    if (this.#doubtSince === undefined || this.#hasFailedSince) return 0;
    if (!this.#hasSnapshot && this.#settings.beforeFirstSnapshot === 'accept') return 0;
    return this.#settings.waitMs - elapsedMs(this.#doubtSince);
  }

  #noteSilence(): void {
    // The clock was wrong, and was corrected.
    if (this.#isStale && this.#silentMs() < this.#settings.maxStaleMs) this.#recover(this.#silentMs());
    // After a pause of the process, requests wait for the feed before it counts as stale.
    if (this.#isStale || this.#silentMs() < this.#settings.maxStaleMs || this.#patienceMs() > 0) return;
    this.#isStale = true;
    this.#calmForMs = -1;
    const policy = this.#settings.whenStale;
    this.#hooks.emit({ type: 'feed_stale', policy, silentSeconds: secondsOf(this.#silentMs()) });
    if (policy === 'refuse') this.#hooks.onUnavailable();
  }

  /** Requests wait for a proof that is asked for now. */
  #doubt(): void {
    this.#doubtSince = instantNow();
    this.#hasFailedSince = false;
    this.#hasAskedAgain = false;
    this.#calmForMs = -1;
    this.#ask();
  }

  #askIfOverdue(): void {
    const timersFire = elapsedMs(this.#timerAt) < timersMs;
    const askAfterMs = this.#hooks.askAfterMs();
    // A feed that fails tries again by itself, after growing pauses. A feed that polls asks by itself too.
    if (timersFire && (this.#isFailing || askAfterMs !== undefined)) return;
    const overdueMs = 2 * Math.min(this.#settings.silenceMs, askAfterMs ?? Number.POSITIVE_INFINITY);
    const afterMs = askAfterMs ?? overdueMs;
    const silentMs = this.#silentMs();
    if (!timersFire && (silentMs >= overdueMs || !this.#hasSnapshot)) this.#doubtAgain();
    else if (silentMs >= afterMs && elapsedMs(this.#askedAt) >= Math.min(afterMs, this.#askPauseMs)) this.#ask();
  }

  // An edge runtime ends background work together with the request that began it. So some requests must wait for the answer.
  #doubtAgain(): void {
    if (this.#end !== undefined || this.#patienceMs() > 0) return;
    if (this.#doubtSince === undefined || elapsedMs(this.#askedAt) >= this.#askPauseMs) this.#doubt();
  }

  #ask(): void {
    if (this.#end !== undefined) return;
    this.#askedAt = instantNow();
    this.#askPauseMs = askEveryMs * (0.5 + random());
    this.noteQuestion(this.#hooks.ask());
  }
}

// `elapsedMs` is infinite if a clock was set back. JSON cannot express that.
function secondsOf(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, Math.floor(ms / 1000)) : Number.MAX_SAFE_INTEGER;
}

// The steady clock shows the same before and after a sleep that stops it.
function isBefore(one: FeedInstant, other: Instant): boolean {
  return one.steadyMs < other.steadyMs || (one.steadyMs === other.steadyMs && one.wallMs < other.wallMs);
}

function isInstant(value: unknown): value is FeedInstant {
  const { wallMs, steadyMs } = Object(value) as Partial<Record<string, unknown>>;
  return Number.isFinite(wallMs) && Number.isFinite(steadyMs);
}
