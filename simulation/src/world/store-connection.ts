import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

/** Which part of a store's client emits the errors of its connection, and what it emits. */
export interface ConnectionPlan {
  readonly emitter: 'none' | 'client' | 'adapter' | 'connection' | 'connection of the adapter';
  readonly emits: 'an error' | 'a text' | 'nothing';
  /** Whether the app listens to the errors. */
  readonly hasListener: boolean;
}

export const silentConnection: ConnectionPlan = { emitter: 'none', emits: 'an error', hasListener: false };

export const connections: fc.Arbitrary<ConnectionPlan> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(silentConnection) },
  {
    weight: 1,
    arbitrary: fc.record({
      emitter: fc.constantFrom('client', 'adapter', 'connection', 'connection of the adapter'),
      emits: fc.constantFrom('an error', 'a text', 'nothing'),
      hasListener: fc.boolean(),
    }),
  },
);

type Call = (...values: readonly never[]) => unknown;

/**
 * The client of a store as the product gets it: with the parts that Keyv, its adapters and their connections have. In Node, an
 * `error` event that nobody listens to ends the process.
 */
export class StoreConnection<Methods extends object> {
  readonly client: Methods;
  readonly #world: World;
  readonly #process: VirtualProcess;
  readonly #plan: ConnectionPlan;
  readonly #emitter: EventEmitter = new EventEmitter();
  #heard = 0;

  constructor(world: World, process: VirtualProcess, plan: ConnectionPlan, methods: Methods) {
    [this.#world, this.#process, this.#plan] = [world, process, plan];
    this.client = this.#clientOf(methods);
    if (!plan.hasListener) return;
    this.#emitter.on('error', () => {
      this.#heard += 1;
    });
  }

  /** The connection breaks: its client tells the app. */
  #break(error: unknown): void {
    const { emits, hasListener } = this.#plan;
    const before = this.#heard;
    try {
      if (emits === 'nothing') this.#emitter.emit('error');
      else this.#emitter.emit('error', emits === 'a text' ? String(error) : error);
    } catch {
      this.#world.violate(38, `${this.#process.name} ends: its store has emitted ${emits} as the event "error"`);
    }
    if (hasListener && this.#heard !== before + 1)
      this.#world.violate(38, `${this.#process.name}: the app does not hear an error of its store`);
  }

  #clientOf(given: Methods): Methods {
    if (this.#plan.emitter === 'none') return given;
    const methods = Object.fromEntries(
      Object.entries(given as Record<string, Call>).map(([name, call]) => [name, this.#breaking(call)]),
    ) as Methods;
    const emitter = this.#emitter;
    switch (this.#plan.emitter) {
      case 'client':
        return Object.assign(emitter, methods);
      case 'adapter':
        return { ...methods, store: emitter };
      case 'connection':
        return { ...methods, connection: emitter };
      case 'connection of the adapter':
        return { ...methods, store: { connection: emitter } };
    }
  }

  #breaking(call: Call): Call {
    return async (...values) => {
      try {
        return await call(...values);
      } catch (error) {
        this.#break(error);
        throw error;
      }
    };
  }
}
