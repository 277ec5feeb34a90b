import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import { retriesForMs } from './failure-rules.ts';
import type { Health } from './health.ts';
import { nameOfKeyId } from './keys.ts';
import type { Lifetimes } from './lifetimes.ts';
import { noteOf, type Store } from './store.ts';
import type { WriteRules } from './write-rules.ts';

const atOnceMs = 1_000;
const watchEveryMs = 5_000;
/** One attempt, if the store and the gateway do not answer: three requests of five seconds, and seven seconds of the gateway. */
export const attemptMs = 25_000;
/** A sleep of 15 seconds, a pause between attempts, and an attempt. */
const settlesInMs = 40_000;
/** A run looks again after so long at most. */
export const longestSleepMs = 15_000;

/** Statement 34: by when calls are over, and how they retry. */
export class TimeRules {
  readonly #world: World;
  readonly #store: Store;
  readonly #health: Health;
  readonly #writes: WriteRules;
  readonly #lifetimes: Lifetimes;

  constructor(world: World, store: Store, health: Health, writes: WriteRules, lifetimes: Lifetimes) {
    this.#world = world;
    this.#store = store;
    this.#health = health;
    this.#writes = writes;
    this.#lifetimes = lifetimes;
  }

  begin(call: Call): void {
    this.#watch(call);
    if (call.purpose.isLeaked) this.#world.schedule.after(atOnceMs, () => this.#checkLeak(call));
  }

  #watch(call: Call): void {
    this.#world.schedule.after(watchEveryMs, () => {
      if (!call.isActive) return;
      if (!call.process.isFrozen) this.#checkTime(call);
      this.#watch(call);
    });
  }

  /** The time limits for a call: if everything has worked for a while, and in any case. */
  #checkTime(call: Call): void {
    const { nowMs } = this.#world;
    const { kind, from } = call.purpose;
    const { process, startedAtMs, abortedAtMs } = call;
    const seconds = (nowMs - startedAtMs) / 1000;
    if (call.asks.length > 60 + 6 * seconds) {
      this.#wrong(36, call, `has sent ${call.asks.length} requests`);
      return;
    }
    const since = Math.max(startedAtMs, process.thawedAtMs);
    const slow = Math.max(since, this.#health.wellSinceMs(call.scopes), this.#store.lastWriteAtMs) + settlesInMs;
    // After an abort, a sleeping run ends at once, and one that waits for the gateway to use a new key within five seconds.
    const wasWell = this.#health.wellSinceMs(call.scopes) < Math.max(since, abortedAtMs ?? 0);
    const stopMs = wasWell ? 6_000 : attemptMs;
    const stopsByMs = abortedAtMs === undefined ? Number.POSITIVE_INFINITY : Math.max(since, abortedAtMs) + stopMs;
    if (nowMs > stopsByMs) {
      this.#wrong(34, call, 'goes on although its signal was aborted');
      return;
    }
    if (kind !== 'run') {
      const limit = kind === 'cancel' ? 250_000 : 4 * attemptMs;
      if (nowMs > slow || nowMs > since + limit) this.#wrong(34, call, `is not over after ${seconds.toFixed(0)} s`);
      return;
    }
    const note = this.#store.note;
    const isDraining = note !== undefined && nameOfKeyId(noteOf(note)?.from) === from && !call.purpose.isLeaked;
    const ends = isDraining ? this.#writes.drainStartOf(note) + this.#lifetimes.maxTtlSeconds + 2 : 0;
    const overMs = ends * 1000 - epochMs - call.leastAheadMs;
    // A run that sleeps wakes up when its drain is over, and the gateway takes up to five seconds.
    if (nowMs > Math.max(overMs + 9_000, slow)) this.#wrong(34, call, `is not over after ${seconds.toFixed(0)} s`);
  }

  /** "With `oldKeyLeaked: true` the plan flips at once, regardless of which key the gateway uses." */
  #checkLeak(call: Call): void {
    const { name } = call.process;
    const { kind, from } = call.purpose;
    const wellSince = this.#health.wellSinceMs([name, 'store', `${name} store`, 'meddled']);
    const isQuiet = wellSince < call.startedAtMs && call.process.thawedAtMs <= call.startedAtMs;
    const held = this.#writes.heldBetween(call.startedAtMs, this.#world.nowMs);
    if ((kind !== 'run' && kind !== 'advance') || !isQuiet || call.abortedAtMs !== undefined || call.process.isDead)
      return;
    if (call.canceledAtMs !== undefined || this.#store.lastWriteAtMs >= call.startedAtMs) return;
    if (held.size === 1 && from !== null && held.has(from))
      this.#wrong(34, call, 'has not replaced the leaked key at once');
  }

  /** The call has told that it tries again. */
  retried(call: Call): void {
    const { nowMs } = this.#world;
    if (call.purpose.kind !== 'run') this.#wrong(34, call, 'retries, although only a run does');
    if (!call.hasFailedAsk) this.#wrong(34, call, 'retries, although the store and the gateway have answered');
    call.retriedAsks = call.asks.length;
    if (call.asks[0]?.failure !== undefined) this.#wrong(34, call, 'retries its first read of the store');
    call.retriesSinceMs ??= nowMs;
    if (this.#health.wellSinceMs(call.scopes) + 15_000 < Math.min(nowMs, call.startedAtMs + 15_000)) {
      this.#wrong(34, call, 'retries although all is well');
    }
    if (nowMs - call.retriesSinceMs > retriesForMs + attemptMs && call.process.thawedAtMs < call.retriesSinceMs) {
      this.#wrong(34, call, 'retries for more than a minute');
    }
    const last = call.lastRetryAtMs;
    if (last !== undefined && nowMs - last < 998 && call.process.thawedAtMs < last) {
      this.#wrong(34, call, 'retries more than once a second');
    }
    call.lastRetryAtMs = nowMs;
  }

  #wrong(statement: number, call: Call, text: string): void {
    this.#world.violate(statement, `${call.process.name} ${call.name} ${text}.`);
  }
}
