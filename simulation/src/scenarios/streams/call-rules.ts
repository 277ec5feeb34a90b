import type { StreamEvent } from '@torii/streams';
import { epochMs, type VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import { FailureRules } from './failure-rules.ts';
import type { Gateway } from './gateway.ts';
import type { Health } from './health.ts';
import { type KeyName, nameOfKeyId, nameOfPem } from './keys.ts';
import type { Lifetimes } from './lifetimes.ts';
import { PlanRules } from './plan-rules.ts';
import { entriesBetween, noteOf, type Store } from './store.ts';
import { attemptMs, longestSleepMs, TimeRules } from './time-rules.ts';
import type { WriteRules } from './write-rules.ts';

/** What the calls of operators and publications may end with, and by when. */
export class CallRules {
  readonly calls: Call[] = [];
  readonly #world: World;
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #writes: WriteRules;
  readonly #lifetimes: Lifetimes;
  readonly #failures: FailureRules;
  readonly #plans: PlanRules;
  readonly #times: TimeRules;

  constructor(world: World, store: Store, gateway: Gateway, health: Health, writes: WriteRules, lifetimes: Lifetimes) {
    this.#world = world;
    this.#store = store;
    this.#gateway = gateway;
    this.#writes = writes;
    this.#lifetimes = lifetimes;
    this.#failures = new FailureRules(world, store, health, writes);
    this.#times = new TimeRules(world, store, health, writes, lifetimes);
    this.#plans = new PlanRules(world, store, gateway, health, writes, lifetimes.maxTtlSeconds);
  }

  begin(call: Call): void {
    this.calls.push(call);
    this.#world.note(call.process.name, `${call.name} begins`);
    this.#times.begin(call);
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
    if (event.step === 'retry') this.#times.retried(call);
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
