import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

/** Which part of a store's client emits the errors of its connection, and what it emits. */
export interface ConnectionPlan {
  readonly emitter: 'none' | 'client' | 'adapter' | 'connection' | 'connection of the adapter';
  readonly emits: 'an error' | 'a text' | 'nothing';
  /** `plain`: an emitter of another library, whose errors do not name what was emitted. */
  readonly library: 'node' | 'plain';
  /** Whether the app listens to the errors. */
  readonly hasListener: boolean;
}

export const silentConnection: ConnectionPlan = {
  emitter: 'none',
  emits: 'an error',
  library: 'node',
  hasListener: false,
};

export const connections: fc.Arbitrary<ConnectionPlan> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(silentConnection) },
  {
    weight: 1,
    arbitrary: fc.record({
      emitter: fc.constantFrom('client', 'adapter', 'connection', 'connection of the adapter'),
      emits: fc.constantFrom('an error', 'a text', 'nothing'),
      library: fc.constantFrom('node', 'plain'),
      hasListener: fc.boolean(),
    }),
  },
);

type Listener = (...values: readonly unknown[]) => void;

interface Emitter {
  on(event: string, listener: Listener): unknown;
  emit(event: string, ...values: readonly unknown[]): boolean;
  listenerCount(event: string): number;
}

class PlainEmitter implements Emitter {
  readonly #listeners: Map<string, Listener[]> = new Map();

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  listenerCount(event: string): number {
    return this.#listeners.get(event)?.length ?? 0;
  }

  emit(event: string, ...values: readonly unknown[]): boolean {
    const listeners = this.#listeners.get(event) ?? [];
    const [value] = values;
    if (event === 'error' && listeners.length === 0)
      throw value instanceof Error ? value : new Error(`Uncaught: ${value}`);
    for (const listener of listeners) listener(...values);
    return listeners.length > 0;
  }
}

type Call = (...values: readonly never[]) => unknown;

/**
 * The client of a store as the product gets it: with the parts that Keyv, its adapters and their connections have. In Node, an
 * `error` event without a listener ends the process.
 */
export class StoreConnection<Methods extends object> {
  readonly client: Methods;
  readonly #world: World;
  readonly #process: VirtualProcess;
  readonly #plan: ConnectionPlan;
  readonly #emitter: Emitter;
  #heard = 0;

  constructor(world: World, process: VirtualProcess, plan: ConnectionPlan, methods: Methods) {
    [this.#world, this.#process, this.#plan] = [world, process, plan];
    this.#emitter = plan.library === 'node' ? new EventEmitter() : new PlainEmitter();
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
