import type { StoreCall, StoreObserver } from '../../world/key-value-store.ts';
import type { LastingFault } from '../../world/lasting-faults.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Answers } from './answers.ts';
import type { App } from './app.ts';
import { type Delivery, isOfEvent } from './delivery.ts';
import type { Once } from './once.ts';
import { goodLookups } from './plan.ts';

/** What the calls of the store mean for the deliveries that they belong to. */
export class StoreWatch implements StoreObserver {
  readonly #world: World;
  readonly #once: Once;
  readonly #answers: Answers;
  readonly #events: readonly { readonly id: string }[];
  readonly #appOf: (process: VirtualProcess) => App | undefined;

  constructor(
    world: World,
    once: Once,
    answers: Answers,
    events: readonly { readonly id: string }[],
    appOf: (process: VirtualProcess) => App | undefined,
  ) {
    this.#world = world;
    this.#once = once;
    this.#answers = answers;
    this.#events = events;
    this.#appOf = appOf;
  }

  onCalled(call: StoreCall): void {
    const delivery = call.purpose as Delivery;
    delivery.calls.push(call);
    this.#appOf(call.process)?.pending.add(call);
  }

  onDone(call: StoreCall): void {
    const delivery = call.purpose as Delivery;
    if (call.isFalse || call.hasFailed) delivery.isTroubled = true;
    this.#once.onDone(delivery, call, this.#answers.of(delivery.message.id));
    if (call.operation === 'get' || !isOfEvent(call)) return;
    for (const other of this.#answers.of(delivery.message.id)) if (other !== delivery) other.isOvertaken = true;
  }

  onAnswered(call: StoreCall): void {
    if (call.hasFailed) (call.purpose as Delivery).isTroubled = true;
    this.#appOf(call.process)?.pending.delete(call);
  }

  onChanged(key: string): void {
    const id = /evt_\d+$/.exec(key)?.[0];
    const touched = id === undefined ? this.#events.map((event) => event.id) : [id];
    for (const each of touched) {
      for (const delivery of this.#answers.of(each)) {
        delivery.isTroubled ||= delivery.settledAtMs === undefined;
        if (id !== undefined) delivery.voidAtMs = this.#world.nowMs;
      }
    }
  }

  faultOf(call: StoreCall): LastingFault | undefined {
    const { lookups, calls } = call.purpose as Delivery;
    if (lookups === goodLookups || call.operation !== 'get') return undefined;
    const { hidden, foreign } = lookups;
    if (foreign !== null) return isOfEvent(call) ? { kind: 'garbles', as: foreign, ...oneCall } : undefined;
    const trips = new Set(calls.filter(({ operation }) => operation === 'get').map(({ calledAtMs }) => calledAtMs))
      .size;
    return ((hidden >> (trips - 1)) & 1) === 1 ? { kind: 'hides', ...oneCall } : undefined;
  }
}

const oneCall = { atMs: 0, forMs: 0, percent: 100, most: 1, meets: 'reads' } as const;
