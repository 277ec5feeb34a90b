import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import type { Health } from './health.ts';
import { keyOf, nameOfPem } from './keys.ts';
import { entriesBetween, noteOf, type Store } from './store.ts';
import type { WriteRules } from './write-rules.ts';

/** "`run()` retries for a minute." */
export const retriesForMs = 60_000;

/** Which errors the calls of operators and publications may end with. */
export class FailureRules {
  readonly #world: World;
  readonly #store: Store;
  readonly #health: Health;
  readonly #writes: WriteRules;

  constructor(world: World, store: Store, health: Health, writes: WriteRules) {
    this.#world = world;
    this.#store = store;
    this.#health = health;
    this.#writes = writes;
  }

  /** Why a failure is not explained by anything that happened. */
  problemOf(call: Call, reason: string): string | undefined {
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
        return this.#store.slots.some((e) => e.writtenAtMs >= call.startedAtMs && nameOfPem(e.value) !== to)
          ? undefined
          : 'but no other process has written another key to the slot';
      case 'key_not_served':
        if (call.lastServed === (held.has(to) && held.size === 1 ? to : from) && held.size === 1)
          return 'but the gateway uses the key';
        if (call.hasGivenUpInPause) return 'by a question from before a pause';
        return this.#isFollowing(call) ? 'but the gateway follows the slot' : undefined;
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

  /** "Two deploys run the plan: they work together." Whether nothing but a flip can have moved the gateway from the slot. */
  #isFollowing(call: Call): boolean {
    const { from, to } = call.purpose;
    const { nowMs } = this.#world;
    // Trouble of the gateway and foreign writes count here. Pauses of the process do not.
    const wellSince = this.#health.wellSinceMs(['gateway', 'meddled']);
    const isQuiet = wellSince + 15_000 < Math.min(nowMs, call.startedAtMs + 15_000);
    const names = entriesBetween(this.#store.slots, call.startedAtMs, nowMs).map(({ value }) => nameOfPem(value));
    const changes = names.filter((name, index) => index > 0 && name !== names[index - 1]);
    return isQuiet && changes.length <= 1 && names.every((name) => name !== null && (name === from || name === to));
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
      if (note === null) return false;
      // A rotation ignores a note of a rotation from another key. A cancel does not.
      return kind === 'cancel'
        ? note.from !== own[0] || note.to !== own[1]
        : note.from === own[0] && note.to !== own[1];
    });
    if (isOther) return true;
    if (kind === 'cancel')
      return (
        this.#writes.heldBetween(call.startedAtMs, nowMs).has(to) ||
        this.#othersWrote(call, this.#store.notes) ||
        this.#othersWrote(call, this.#store.slots)
      );
    const isCleared = this.#store.notes.some((e) => e.writtenAtMs >= call.startedAtMs && noteOf(e) === null);
    // A clock that is a minute slow or a day fast, as the guide says.
    const storeAheadMs = this.#store.hasClock ? this.#store.aheadMs : 0;
    const behindMs = storeAheadMs - call.leastAheadMs;
    const isClockOff = behindMs > 58_000 || call.mostAheadMs - storeAheadMs > 86_000_000 || !this.#store.hasClock;
    return isCleared || call.canceledAtMs !== undefined || isClockOff;
  }

  /** "`run()` retries for a minute, then throws. At the very start it throws at once." */
  #unavailableProblem(call: Call, server: 'store' | 'gateway'): string | undefined {
    const { nowMs } = this.#world;
    const { process } = call;
    const scopes = [process.name, server, `${process.name} ${server}`];
    if (this.#health.wellSinceMs(scopes) + 15_000 < Math.min(nowMs, call.startedAtMs + 15_000)) {
      return `but the ${server} is well`;
    }
    const isPermanent = call.asks.some(({ failure }) => failure === 'untrusted');
    const isFirst = call.asks.length === 1;
    if (call.purpose.kind !== 'run' && server === 'gateway' && call.hasGivenUpInPause)
      return 'by a question from before a pause';
    if (call.purpose.kind !== 'run' || isPermanent || isFirst) return undefined;
    // A clock may be fast.
    const endMs = call.retryWindowMs + retriesForMs - 20;
    if (nowMs < endMs) return `after ${nowMs - call.retryWindowMs} ms`;
    // Statement 34: an attempt that a pause has interrupted is not the last one, unless the minute was over before it.
    const last = call.asks.at(-1)?.sentAtMs ?? 0;
    return last < process.thawedAtMs && last < endMs ? 'by a request from before a pause' : undefined;
  }
}
