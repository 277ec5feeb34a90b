import { epochMs, type VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import type { Gateway } from './gateway.ts';
import type { Health } from './health.ts';
import { type KeyName, keyOf, nameOfKeyId } from './keys.ts';
import { entriesBetween, noteOf, type Store } from './store.ts';
import type { WriteRules } from './write-rules.ts';

export interface Lifetimes {
  readonly maxTtlSeconds: number;
  readonly drainTtlSeconds: number;
}

/** What a call needs to be well, by name, for {@link Health}. */
export function scopesOf(call: Call): readonly string[] {
  const { name } = call.process;
  return [name, 'store', 'gateway', `${name} store`, `${name} gateway`];
}

/** What the calls of operators and publications may end with, and by when. */
export class CallRules {
  readonly calls: Call[] = [];
  readonly #world: World;
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #health: Health;
  readonly #writes: WriteRules;
  readonly #lifetimes: Lifetimes;

  constructor(world: World, store: Store, gateway: Gateway, health: Health, writes: WriteRules, lifetimes: Lifetimes) {
    this.#world = world;
    this.#store = store;
    this.#gateway = gateway;
    this.#health = health;
    this.#writes = writes;
    this.#lifetimes = lifetimes;
  }

  begin(call: Call): void {
    this.calls.push(call);
    this.#world.note(call.process.name, `${call.name} begins`);
  }

  /** The clock of a process was set. */
  noteClock(process: VirtualProcess): void {
    for (const call of this.calls) if (call.process === process) call.noteClock();
  }

  event(call: Call, event: { readonly type: string; readonly step?: string; readonly waitSeconds?: number }): void {
    if (event.type !== 'rotation_step' || event.step === undefined) return;
    const { nowMs } = this.#world;
    call.lastStep = event.step;
    if (event.step !== 'retry') return;
    if (call.purpose.kind !== 'run') this.#wrong(34, call, 'retries, although only a run does');
    if (this.#health.wellSinceMs(scopesOf(call)) + 15_000 < Math.min(nowMs, call.startedAtMs + 15_000)) {
      this.#wrong(34, call, 'retries although all is well');
    }
    const last = call.lastRetryAtMs;
    if (last !== undefined && nowMs - last < 1_000 && call.process.thawedAtMs < last) {
      this.#wrong(34, call, 'retries more than once a second');
    }
    call.lastRetryAtMs = nowMs;
  }

  resolved(call: Call, result: unknown): void {
    const { kind, from, to, isLeaked } = call.purpose;
    const { nowMs } = this.#world;
    call.settledAtMs = nowMs;
    if (kind === 'cancel') return this.#canceled(call);
    if (kind === 'publish') return this.#published(call, result);
    const { step, waitSeconds, refusalSeconds } = result as { step: string; waitSeconds: number; refusalSeconds: number };
    this.#world.note(call.process.name, `${call.name}: ${step}${waitSeconds > 0 ? `, ${waitSeconds} s left` : ''}`);
    const { maxTtlSeconds, drainTtlSeconds } = this.#lifetimes;
    const refusal = (isLeaked ? maxTtlSeconds : Math.min(drainTtlSeconds, maxTtlSeconds)) + 1;
    if (refusalSeconds !== refusal) this.#wrong(28, call, `announces ${refusalSeconds} s of refusals, not ${refusal} s`);
    if (waitSeconds > 0 !== (step === 'drain')) this.#wrong(28, call, `says ${step} and ${waitSeconds} s`);
    if (kind === 'run' && step !== 'done') this.#wrong(28, call, `ends with ${step}`);
    if (kind === 'advance' && step !== 'done' && step !== 'drain') this.#wrong(28, call, `ends with ${step}`);
    if (kind !== 'plan' && call.lastStep !== step) this.#wrong(28, call, 'has reported another step than it returns');
    if (step === 'done') this.#done(call, to);
    if (step === 'drain') this.#draining(call, waitSeconds);
    if (kind === 'plan' || kind === 'advance') this.#expect(call, step);
    if (call.canceledAtMs !== undefined && step === 'drain' && !this.#wasBegunSince(call, call.canceledAtMs)) {
      this.#wrong(28, call, 'goes on although it was canceled');
    }
    void from;
  }

  /** "The gateway uses the new key": the last answer that reached the process says so, and the slot holds it. */
  #done(call: Call, to: KeyName): void {
    const { nowMs } = this.#world;
    if (call.lastServed !== to) this.#wrong(28, call, `is done, but the gateway has answered ${call.lastServed ?? 'nothing'}`);
    if (!this.#writes.heldBetween(call.startedAtMs, nowMs).has(to)) {
      this.#wrong(28, call, 'is done, but the slot does not hold the new key');
    }
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
    if (notes.length === 0) return this.#wrong(28, call, 'drains without a note');
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
    if (call.clearedAtMs === undefined) return this.#wrong(28, call, 'has resolved without clearing the note');
    const held = this.#writes.heldBetween(call.startedAtMs, nowMs);
    if (held.size === 1 && held.has(to)) this.#wrong(28, call, 'has resolved although the slot holds the new key');
    for (const other of this.calls) {
      const { kind } = other.purpose;
      const isSame = other.purpose.from === from && other.purpose.to === to;
      const hasRead = other.firstReadAtMs !== undefined && other.firstReadAtMs < call.clearedAtMs;
      if (other.isActive && isSame && hasRead && (kind === 'run' || kind === 'advance')) other.canceledAtMs ??= nowMs;
    }
  }

  #published(call: Call, result: unknown): void {
    const { nowMs } = this.#world;
    const { served, keyId, changed } = result as { served: boolean | null; keyId: string; changed: boolean };
    const { to } = call.purpose;
    this.#world.note(call.process.name, `${call.name}: published${changed ? '' : ' before'}, served: ${served}`);
    if (nameOfKeyId(keyId) !== to) this.#wrong(28, call, 'has published another key');
    if (!this.#writes.heldBetween(call.startedAtMs, nowMs).has(to)) this.#wrong(28, call, 'has published nothing');
    const isAsked = call.asks.some((ask) => ask.to === 'gateway');
    if (served === true && call.lastServed !== to) this.#wrong(28, call, 'says that the gateway uses the key');
    if (served === false && call.lastServed === to) this.#wrong(28, call, 'says that the gateway does not use the key');
    if (served !== null && !isAsked) this.#wrong(28, call, 'has not asked the gateway');
  }

  rejected(call: Call, error: unknown): void {
    const { nowMs } = this.#world;
    call.settledAtMs = nowMs;
    const reason = String(Reflect.get(Object(error), 'reason') ?? Reflect.get(Object(error), 'name'));
    this.#world.note(call.process.name, `${call.name} fails: ${reason}`);
    if (call.abortedAtMs !== undefined && error === call.abort.signal.reason) return;
    const problem = this.#problemOf(call, reason);
    if (problem !== undefined) this.#wrong(38, call, `fails with ${reason}, ${problem}: ${String(error)}`);
  }

  /** Why a failure is not explained by anything that happened. */
  #problemOf(call: Call, reason: string): string | undefined {
    const { nowMs } = this.#world;
    const { kind, from, to } = call.purpose;
    const held = this.#writes.heldBetween(call.startedAtMs, nowMs);
    switch (reason) {
      case 'slot_empty':
        return held.has('nothing') ? undefined : 'but the slot holds a key';
      case 'slot_taken':
        return [...held].some((each) => each !== to && each !== from && each !== 'nothing') || kind === 'publish'
          ? undefined
          : 'but the slot holds a key of the rotation';
      case 'publish_conflict':
        return this.#othersWrote(call, this.#store.slots) ? undefined : 'but no other process has written to the slot';
      case 'key_not_served':
        return call.lastServed === (held.has(to) && held.size === 1 ? to : from) && held.size === 1
          ? 'but the gateway uses the key'
          : undefined;
      case 'rotation_conflict':
        return this.#isConflict(call) ? undefined : 'but there is no conflict';
      case 'store_refused':
      case 'bucket_unfit':
        return call.asks.some(({ failure }) => failure === reason) ? undefined : 'but the store has not said so';
      case 'store_unavailable':
      case 'gateway_unavailable':
        return this.#unavailableProblem(call, reason === 'store_unavailable' ? 'store' : 'gateway');
      default:
        return 'which is not documented';
    }
  }

  #othersWrote(call: Call, history: readonly { readonly writtenAtMs: number }[]): boolean {
    return history.some(({ writtenAtMs }) => writtenAtMs >= call.startedAtMs);
  }

  #isConflict(call: Call): boolean {
    const { nowMs } = this.#world;
    const { from, to, kind } = call.purpose;
    const notes = entriesBetween(this.#store.notes, call.startedAtMs, nowMs);
    const own = [from === null ? '' : keyOf(from).keyId, keyOf(to).keyId];
    const isOther = notes.some((entry) => {
      const note = noteOf(entry);
      return note !== null && (note.from !== own[0] || note.to !== own[1]);
    });
    if (isOther) return true;
    if (kind === 'cancel') return this.#writes.heldBetween(call.startedAtMs, nowMs).has(to) || this.#othersWrote(call, this.#store.notes) || this.#othersWrote(call, this.#store.slots);
    const isCleared = this.#store.notes.some((e) => e.writtenAtMs >= call.startedAtMs && noteOf(e) === null);
    // A clock that is a minute slow or a day fast, as the guide says.
    const storeAheadMs = this.#store.hasClock ? this.#store.aheadMs : 0;
    const behindMs = storeAheadMs - call.leastAheadMs;
    const isClockOff = behindMs > 58_000 || call.mostAheadMs - storeAheadMs > 86_000_000 || !this.#store.hasClock;
    return isCleared || call.canceledAtMs !== undefined || isClockOff;
  }

  /** "`run()` retries for a minute, then throws. At the very start it throws at once." */
  #unavailableProblem(call: Call, server: 'store' | 'gateway'): string | undefined {
    const failures = call.asks.filter(({ to, failure }) => to === server && failure !== undefined);
    const last = failures.at(-1);
    if (last === undefined) {
      const isOdd = this.#health.wellSinceMs(['gateway']) > call.startedAtMs || server === 'gateway';
      return isOdd && server === 'gateway' && this.#health.wellSinceMs(['gateway', call.process.name, `${call.process.name} gateway`]) >= call.startedAtMs
        ? undefined
        : `but the ${server} has answered`;
    }
    return undefined;
  }

  /** What a plan or an advance must find if nothing has changed meanwhile, as the guide describes it. */
  #expect(call: Call, step: string): void {
    void step;
    void call;
  }

  #wasBegunSince(call: Call, sinceMs: number): boolean {
    void call;
    return this.#store.notes.some((entry) => entry.writtenAtMs >= sinceMs && noteOf(entry) !== null);
  }

  #wrong(statement: number, call: Call, text: string): void {
    this.#world.violate(statement, `${call.process.name} ${call.name} ${text}.`);
  }
}
