import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import type { Gateway } from './gateway.ts';
import type { Health } from './health.ts';
import { nameOfAnyPem, nameOfKeyId } from './keys.ts';
import { noteOf, type Store } from './store.ts';
import type { WriteRules } from './write-rules.ts';

/** What a rotation must plan to do. */
export class PlanRules {
  readonly #world: World;
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #health: Health;
  readonly #writes: WriteRules;
  readonly #maxTtlSeconds: number;

  constructor(world: World, store: Store, gateway: Gateway, health: Health, writes: WriteRules, maxTtlSeconds: number) {
    this.#world = world;
    this.#store = store;
    this.#gateway = gateway;
    this.#health = health;
    this.#writes = writes;
    this.#maxTtlSeconds = maxTtlSeconds;
  }

  /** The step or the error that a plan must give, as the guide describes it. `undefined` if more than one is right. */
  stepOf(call: Call): string | undefined {
    if (!this.#isCalm(call)) return undefined;
    const { from, to, isLeaked } = call.purpose;
    const value = this.#store.slot?.value ?? '';
    const held = nameOfAnyPem(value);
    const { used } = this.#gateway;
    if (held === to) return used === to ? 'done' : 'confirm';
    if (value.trim() === '') return 'slot_empty';
    if (held !== from) return 'slot_taken';
    if (isLeaked) return 'flip';
    if (used !== from) return 'key_not_served';
    const entry = this.#store.note;
    const note = noteOf(entry);
    if (entry === undefined || note === null || nameOfKeyId(note.from) !== from) return 'begin';
    const ageSeconds = (epochMs + this.#world.nowMs + call.process.offsetMs) / 1000 - this.#writes.drainStartOf(entry);
    const drainSeconds = this.#maxTtlSeconds + 2;
    const edges = [-60, drainSeconds, drainSeconds + 86_400];
    if (edges.some((edge) => Math.abs(edge - ageSeconds) < 8)) return undefined;
    if (ageSeconds < -60 || ageSeconds > drainSeconds + 86_400) return 'begin';
    if (nameOfKeyId(note.to) !== to) return 'rotation_conflict';
    return ageSeconds < drainSeconds ? 'drain' : 'flip';
  }

  /** Whether nothing has changed since the call began, so that there is only one right answer. */
  #isCalm(call: Call): boolean {
    const isWell =
      this.#health.wellSinceMs(call.scopes) < call.startedAtMs && call.process.thawedAtMs <= call.startedAtMs;
    return isWell && this.#store.lastWriteAtMs < call.startedAtMs && this.#gateway.lastChange.atMs < call.startedAtMs;
  }
}
