import type { StreamEvent } from '@torii/streams';
import { epochMs, type VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import { FailureRules, retriesForMs } from './failure-rules.ts';
import type { Gateway } from './gateway.ts';
import type { Health } from './health.ts';
import { type KeyName, nameOfKeyId, nameOfPem } from './keys.ts';
import { PlanRules } from './plan-rules.ts';
import { entriesBetween, noteOf, type Store } from './store.ts';
import type { WriteRules } from './write-rules.ts';

export interface Lifetimes {
  readonly maxTtlSeconds: number;
  readonly drainTtlSeconds: number;
}

const atOnceMs = 1_000;
const watchEveryMs = 5_000;
/** One attempt, if the store and the gateway do not answer: three requests of five seconds, and seven seconds of the gateway. */
const attemptMs = 25_000;
/** A sleep of 15 seconds, a pause between attempts, and an attempt. */
const settlesInMs = 40_000;
/** A run looks again after so long at most. */
const longestSleepMs = 15_000;

/** What the calls of operators and publications may end with, and by when. */
export class CallRules {
  readonly calls: Call[] = [];
  readonly #world: World;
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #health: Health;
  readonly #writes: WriteRules;
  readonly #lifetimes: Lifetimes;
  readonly #failures: FailureRules;
  readonly #plans: PlanRules;

  constructor(world: World, store: Store, gateway: Gateway, health: Health, writes: WriteRules, lifetimes: Lifetimes) {
    this.#world = world;
    this.#store = store;
    this.#gateway = gateway;
    this.#health = health;
    this.#writes = writes;
    this.#lifetimes = lifetimes;
    this.#failures = new FailureRules(world, store, health, writes);
    this.#plans = new PlanRules(world, store, gateway, health, writes, lifetimes.maxTtlSeconds);
  }

  begin(call: Call): void {
    this.calls.push(call);
    this.#world.note(call.process.name, `${call.name} begins`);
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

  /** The clock of a process was set. */
  noteClock(process: VirtualProcess): void {
    for (const call of this.calls) if (call.process === process) call.noteClock();
  }

  event(call: Call, event: StreamEvent): void {
    if (event.type === 'key_published') {
      call.publications += 1;
      if (event.changed !== call.hasWrittenSlot)
        this.#wrong(28, call, `tells that the slot ${event.changed ? 'has changed' : 'held the key before'}`);
    }
    if (event.type !== 'rotation_step') return;
    const { nowMs } = this.#world;
    call.lastStep = event.step;
    if (event.step === 'drain' || event.step === 'done') {
      call.retriesSinceMs = undefined;
      call.retryWindowMs = nowMs + Math.min(event.waitSeconds * 1000, longestSleepMs);
    }
    if (event.step !== 'retry') return;
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

  resolved(call: Call, result: unknown): void {
    const { kind, to, isLeaked } = call.purpose;
    const { nowMs } = this.#world;
    call.settledAtMs = nowMs;
    if (kind === 'cancel') {
      this.#canceled(call);
      return;
    }
    if (kind === 'publish') {
      this.#published(call, result);
      return;
    }
    const { step, waitSeconds, refusalSeconds } = result as {
      step: string;
      waitSeconds: number;
      refusalSeconds: number;
    };
    this.#world.note(call.process.name, `${call.name}: ${step}${waitSeconds > 0 ? `, ${waitSeconds} s left` : ''}`);
    const { maxTtlSeconds, drainTtlSeconds } = this.#lifetimes;
    const refusal = (isLeaked ? maxTtlSeconds : Math.min(drainTtlSeconds, maxTtlSeconds)) + 1;
    if (refusalSeconds !== refusal)
      this.#wrong(28, call, `announces ${refusalSeconds} s of refusals, not ${refusal} s`);
    if (waitSeconds > 0 !== (step === 'drain')) this.#wrong(28, call, `says ${step} and ${waitSeconds} s`);
    if (kind === 'run' && step !== 'done') this.#wrong(28, call, `ends with ${step}`);
    if (kind === 'advance' && step !== 'done' && step !== 'drain') this.#wrong(28, call, `ends with ${step}`);
    if (kind !== 'plan' && call.lastStep !== step) this.#wrong(28, call, 'has reported another step than it returns');
    if (step === 'done') this.#done(call, to);
    if (step === 'drain') this.#draining(call, waitSeconds);
    this.#expect(call, step);
    // An advance that has read the note before the cancel may still report it, without effect.
    const lateMs = nowMs - Math.max(call.canceledAtMs ?? nowMs, call.process.thawedAtMs);
    const isBegunAgain = this.#wasBegunSince(call.noteClearedAtMs ?? 0);
    if (step === 'drain' && lateMs > attemptMs && !isBegunAgain) {
      this.#wrong(28, call, 'goes on although it was canceled');
    }
  }

  /** "The gateway uses the new key": the last answer that reached the process says so, and the slot holds it. */
  #done(call: Call, to: KeyName): void {
    const { nowMs } = this.#world;
    if (call.lastServed !== to)
      this.#wrong(28, call, `is done, but the gateway has answered ${call.lastServed ?? 'nothing'}`);
    if (!this.#writes.heldBetween(call.startedAtMs, nowMs).has(to)) {
      this.#wrong(28, call, 'is done, but the slot does not hold the new key');
    }
    const note = noteOf(this.#store.note);
    const isLeft =
      nameOfKeyId(note?.from) === call.purpose.from && (this.#store.note?.writtenAtMs ?? 0) < call.startedAtMs;
    // A store that was rolled back has the note again.
    const isLost = this.#store.lostAtMs >= call.startedAtMs;
    if (isLeft && !isLost && call.purpose.kind !== 'plan')
      this.#wrong(28, call, 'is done, but its note is still there');
    const asked = call.asks.findLast((ask) => ask.to === 'gateway' && ask.served !== undefined);
    if (asked !== undefined && !this.#gateway.usedBetween(asked.sentAtMs, nowMs).has(to)) {
      this.#wrong(28, call, 'is done, but the gateway does not use the new key');
    }
  }

  /** "Seconds until the next step can be done." */
  #draining(call: Call, waitSeconds: number): void {
    const { nowMs } = this.#world;
    if (call.purpose.isLeaked) this.#wrong(28, call, 'drains although the key has leaked');
    const notes = entriesBetween(this.#store.notes, call.startedAtMs, nowMs).filter((entry) => noteOf(entry) !== null);
    if (notes.length === 0) {
      this.#wrong(28, call, 'drains without a note');
      return;
    }
    const ends = notes.map((entry) => this.#writes.drainStartOf(entry) + this.#lifetimes.maxTtlSeconds + 2);
    const most = Math.max(...ends) - (epochMs + call.startedAtMs + call.leastAheadMs) / 1000;
    const least = Math.min(...ends) - (epochMs + nowMs + call.mostAheadMs) / 1000;
    if (waitSeconds < least || waitSeconds >= most + 1) {
      this.#wrong(34, call, `says ${waitSeconds} s, and ${least.toFixed(3)} to ${most.toFixed(3)} s are left`);
    }
  }

  #canceled(call: Call): void {
    const { nowMs } = this.#world;
    const { from, to } = call.purpose;
    this.#world.note(call.process.name, `${call.name}: canceled`);
    this.#writes.lastCancelAtMs = call.clearedAtMs ?? nowMs;
    if (call.clearedAtMs === undefined) {
      this.#wrong(28, call, 'has resolved without clearing the note');
      return;
    }
    const held = this.#writes.heldBetween(call.startedAtMs, nowMs);
    if (nameOfPem(this.#store.slot?.value) === from && !call.hasWrittenSlot) {
      this.#wrong(28, call, 'has resolved although a flip in progress may still succeed');
    }
    const { slot } = this.#store;
    const lastAskAtMs = call.asks.at(-1)?.sentAtMs ?? 0;
    const hasFlipped = nameOfPem(slot?.value) === to && (slot?.writtenAtMs ?? nowMs) < lastAskAtMs;
    if (hasFlipped || (held.size === 1 && held.has(to)))
      this.#wrong(28, call, 'has resolved although the slot holds the new key');
    for (const other of this.calls) {
      const { kind } = other.purpose;
      const isSame = other.purpose.from === from && other.purpose.to === to;
      const hasRead = other.firstReadAtMs !== undefined && other.firstReadAtMs < call.clearedAtMs;
      if (!other.isActive || !isSame || !hasRead || (kind !== 'run' && kind !== 'advance')) continue;
      other.canceledAtMs ??= nowMs;
      other.noteClearedAtMs ??= call.clearedAtMs;
    }
  }

  #published(call: Call, result: unknown): void {
    const { nowMs } = this.#world;
    const { served, keyId, changed } = result as { served: boolean | null; keyId: string; changed: boolean };
    const { to } = call.purpose;
    this.#world.note(call.process.name, `${call.name}: published${changed ? '' : ' before'}, served: ${served}`);
    if (changed !== call.hasWrittenSlot) this.#wrong(28, call, `says changed: ${changed}`);
    if (call.publications !== 1) this.#wrong(28, call, `was told of ${call.publications} times`);
    if (nameOfKeyId(keyId) !== to) this.#wrong(28, call, 'has published another key');
    if (!this.#writes.heldBetween(call.startedAtMs, nowMs).has(to)) this.#wrong(28, call, 'has published nothing');
    const plain = entriesBetween(this.#store.slots, call.startedAtMs, nowMs).map(({ value }) => nameOfPem(value));
    if (!plain.includes(to)) this.#wrong(28, call, 'has left its key in a form that the gateway does not read');
    const last = call.asks.findLast((ask) => ask.to === 'gateway');
    const isAsked = last !== undefined;
    const isAnswered = last?.failure === undefined && last?.served !== undefined;
    if (served === false && !isAnswered)
      this.#wrong(28, call, 'says that a gateway that did not answer uses another key');
    if (served === null && isAsked && isAnswered && !last.isSlow && call.process.thawedAtMs < last.sentAtMs)
      this.#wrong(28, call, 'says that the gateway did not answer');
    if (served === true && call.lastServed !== to) this.#wrong(28, call, 'says that the gateway uses the key');
    if (served === false && call.lastServed === to) this.#wrong(28, call, 'says that the gateway does not use the key');
    if (served !== null && !isAsked) this.#wrong(28, call, 'has not asked the gateway');
    if (served !== true && isAsked && call.hasGivenUpInPause)
      this.#wrong(34, call, 'gives up by a question from before a pause');
  }

  rejected(call: Call, error: unknown): void {
    const { nowMs } = this.#world;
    call.settledAtMs = nowMs;
    const reason = String(Reflect.get(Object(error), 'reason') ?? Reflect.get(Object(error), 'name'));
    this.#world.note(call.process.name, `${call.name} fails: ${reason}`);
    if (call.abortedAtMs !== undefined && error === call.signal.signal.reason) return;
    this.#expect(call, reason);
    const problem = this.#failures.problemOf(call, reason);
    if (problem !== undefined) this.#wrong(38, call, `fails with ${reason}, ${problem}: ${String(error)}`);
  }

  #expect(call: Call, found: string): void {
    if (call.purpose.kind !== 'plan') return;
    const expected = this.#plans.stepOf(call);
    if (expected !== undefined && expected !== found) this.#wrong(28, call, `says ${found} instead of ${expected}`);
  }

  #wasBegunSince(sinceMs: number): boolean {
    return this.#store.notes.some((entry) => entry.writtenAtMs >= sinceMs && noteOf(entry) !== null);
  }

  #wrong(statement: number, call: Call, text: string): void {
    this.#world.violate(statement, `${call.process.name} ${call.name} ${text}.`);
  }
}
