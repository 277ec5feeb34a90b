// How stores behave when an adapter emits the error of a lost connection. The tests in packages/authz use real servers.
import { describe, expect, test, vi } from 'vitest';
import { surviveOutages } from '../src/stores/outages.ts';

type Listener = (...details: readonly unknown[]) => void;

/** Throws an `error` event that has no listener, as Node's EventEmitter does. */
class Emitter {
  readonly #listeners = new Map<string, Listener[]>();

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  listenerCount(event: string): number {
    return this.#listeners.get(event)?.length ?? 0;
  }

  emit(event: string, ...details: readonly unknown[]): boolean {
    const listeners = this.#listeners.get(event) ?? [];
    if (listeners.length === 0 && event === 'error') throw details[0];
    for (const listener of listeners) listener(...details);
    return listeners.length > 0;
  }
}

class Adapter extends Emitter {
  readonly client: Emitter = new Emitter();
  readonly ownClient: Emitter = new Emitter().on('error', rethrow);
}

/** Like Keyv 6: forwards the errors of its adapter, and throws them if they have no listener. */
class Keyv extends Emitter {
  readonly store: object;

  constructor(store: Emitter) {
    super();
    this.store = store;
    store.on('error', (error) => this.emit('error', error));
  }
}

function rethrow(error: unknown): never {
  throw error;
}

const lost = new Error('the connection was lost');

describe('[38] an error event without a listener', () => {
  test.each<[string, (adapter: Adapter) => object]>([
    ['an adapter', (adapter) => adapter],
    ['a Keyv', (adapter) => new Keyv(adapter)],
    ['a Keyv around another', (adapter) => new Keyv(new Keyv(adapter))],
  ])('does not throw in %s', (_name, storeOf) => {
    const adapter = new Adapter();
    const store = storeOf(adapter);
    expect(() => adapter.client.emit('error', lost)).toThrow(lost);
    surviveOutages(store);
    for (const emitter of [adapter, adapter.client]) expect(() => emitter.emit('error', lost)).not.toThrow();
  });

  test.each<[string, unknown]>([
    ['a text', 'lost'],
    ['undefined', undefined],
    ['an error of another realm, which Node wraps', { name: 'Error', message: 'lost' }],
  ])('does not throw if it carries %s', (_name, carried) => {
    class NodeEmitter extends Emitter {
      override emit(event: string, ...details: readonly unknown[]): boolean {
        if (event !== 'error') return super.emit(event, ...details);
        throw Object.assign(new Error('Unhandled error.'), { code: 'ERR_UNHANDLED_ERROR', context: details[0] });
      }
    }
    const adapter = new NodeEmitter();
    surviveOutages(adapter);
    expect(() => adapter.emit('error', carried)).not.toThrow();
  });
});

describe('[38] the parts of a store', () => {
  test('are all protected, whatever else the store holds', () => {
    const parts = { none: null, text: 'x', list: [], on: { on() {} }, first: new Emitter(), second: new Emitter() };
    const bare = { on() {}, emit: () => rethrow(lost) };
    const half = { emit: () => rethrow(lost) };
    surviveOutages(Object.assign(new Emitter(), parts, { bare, half }));
    for (const emitter of [parts.first, parts.second]) expect(emitter.emit('error', lost)).toBe(false);
    expect(() => Reflect.apply(bare.emit, bare, ['error', lost])).not.toThrow();
    expect(() => half.emit()).toThrow(lost);
  });

  test('include a Keyv inside of a Keyv, and a store whose `store` is no object, or is itself', () => {
    const inner = new Keyv(new Adapter());
    surviveOutages(new Keyv(inner));
    const odd = [Object.assign(new Emitter(), { store: 'text' }), Object.assign(new Emitter(), { store: {} })];
    Object.assign(odd[1] ?? {}, { store: odd[1] });
    for (const store of odd) surviveOutages(store);
    for (const emitter of [inner, ...odd]) expect(() => emitter.emit('error', lost)).not.toThrow();
  });

  test('are wrapped once, and can still be replaced', () => {
    const adapter = new Adapter();
    surviveOutages(adapter);
    const { emit } = adapter;
    surviveOutages(adapter);
    expect(adapter.emit).toBe(emit);
    expect(Object.keys(adapter)).not.toContain('emit');
    expect(Reflect.set(adapter, 'emit', rethrow)).toBe(true);
    expect(Reflect.deleteProperty(adapter, 'emit')).toBe(true);
  });
});

describe('what stays as it was', () => {
  test('an object that is no emitter, no adapter of PostgreSQL and no adapter of Memcached', () => {
    const query = (): void => {};
    const [client, other] = [{ flush() {} }, {}];
    for (const store of [
      {},
      { query },
      { query, opts: {} },
      { query, opts: { dialect: 'mysql' } },
      { opts: { dialect: 'postgres' } },
      { opts: {}, client },
      { opts: {}, client: other, formatKey: query },
      { opts: {}, formatKey: query },
      { client, formatKey: query },
    ]) {
      const before = { ...store, ...('opts' in store && { opts: { ...store.opts } }) };
      surviveOutages({ store });
      expect(store).toEqual(before);
      if ('query' in store) expect(store.query).toBe(query);
      expect(Object.keys(store)).toEqual(Object.keys(before));
      expect('emit' in store).toBe(false);
    }
  });

  test('listeners get the errors, and all other events', () => {
    const adapter = new Adapter();
    const [onError, onReady] = [vi.fn(), vi.fn()];
    new Keyv(adapter).on('error', onError).on('ready', onReady);
    adapter.on('ready', onReady);
    surviveOutages(adapter);
    expect(() => adapter.emit('error', lost)).not.toThrow();
    adapter.on('error', onError);
    adapter.emit('error', lost);
    expect(adapter.emit('ready', 1)).toBe(true);
    expect(onError.mock.calls.length).toBeGreaterThan(0);
    expect(onReady.mock.calls).toEqual([[1]]);
  });

  test('a Keyv still throws its own errors, so that a failed call is not taken for a missing entry', () => {
    const keyv = new Keyv(new Adapter());
    surviveOutages(keyv);
    expect(() => keyv.emit('error', lost)).toThrow(lost);
  });

  test('other errors of a listener are thrown', () => {
    const bug = new Error('a bug of the listener');
    const adapter = new Adapter().on('error', () => rethrow(bug)).on('ready', () => rethrow(lost));
    surviveOutages(adapter);
    expect(() => adapter.emit('error', lost)).toThrow(bug);
    expect(() => adapter.emit('ready')).toThrow(lost);
  });

  test('a connection that has a listener', () => {
    const adapter = new Adapter();
    surviveOutages(adapter);
    expect(() => adapter.ownClient.emit('error', lost)).toThrow(lost);
  });

  test.each<[string, object]>([
    ['a Map', new Map()],
    ['a frozen object', Object.freeze({ on() {}, emit() {} })],
    ['an object that contains itself', containingItself()],
    ['objects that contain each other', containingEachOther()],
    ['a function as emit only', { emit() {} }],
    ['an object whose properties throw', new Proxy({}, { get: () => rethrow(lost) })],
  ])('%s', (_name, store) => {
    expect(() => surviveOutages(store)).not.toThrow();
  });
});

function containingEachOther(): object {
  const store: { store?: object } = {};
  store.store = { store };
  return store;
}

function containingItself(): object {
  const store: { store?: object } = {};
  store.store = store;
  return store;
}

describe('[38] an adapter that parses entries where nothing catches its errors, as @keyv/memcache does', () => {
  const createAdapter = (deserialize?: (text: unknown) => unknown) =>
    Object.assign(new Emitter(), { opts: { deserialize }, client: { flush() {} }, formatKey() {} });

  test('returns the text, which Keyv parses', () => {
    const adapter = createAdapter();
    surviveOutages(new Keyv(adapter));
    expect(adapter.opts.deserialize?.('{"value":')).toBe('{"value":');
  });

  test('keeps its own parser, or is used without a Keyv', () => {
    const parse = (): string => 'parsed';
    const [own, alone] = [createAdapter(parse), createAdapter()];
    surviveOutages(new Keyv(own));
    surviveOutages(alone);
    expect([own.opts.deserialize, alone.opts.deserialize]).toEqual([parse, undefined]);
  });
});

describe('[38] an adapter with a hidden pool of pg', () => {
  /** Like the connection of `pg`: the pool throws the error of an idle connection through it. */
  class Connection extends Emitter {
    readonly client: object = { connection: this };

    lose(): void {
      this.on('end', () => rethrow(Object.assign(new Error('terminated'), { client: this.client })));
      this.emit('end');
    }
  }

  interface Custom {
    callback?: (error: unknown) => void;
    submit(connection: object): Error | undefined;
    handleError(error: unknown): void;
  }

  function createAdapter(isUp: () => boolean) {
    const connections: Connection[] = [];
    const sent: unknown[] = [];
    const query = async (text: unknown): Promise<unknown> => {
      if (!isUp()) throw new Error('ECONNREFUSED');
      const connection = new (class extends Connection {})();
      Object.setPrototypeOf(connection, prototype);
      connections.push(connection);
      if (typeof text === 'string') return sent.push(text);
      return new Promise((_, reject) => {
        const custom = text as Custom;
        custom.callback = reject;
        custom.handleError(custom.submit(connection));
      });
    };
    const prototype = Object.create(Connection.prototype);
    const adapter = { opts: { dialect: 'postgres' }, query };
    return { adapter, connections, sent };
  }

  test('all connections survive, and nothing is sent', async () => {
    const { adapter, connections, sent } = createAdapter(() => true);
    surviveOutages(adapter);
    await adapter.query('SELECT 1');
    await adapter.query('SELECT 2');
    expect(connections).toHaveLength(3);
    for (const connection of connections) expect(() => connection.lose()).not.toThrow();
    expect(sent).toEqual(['SELECT 1', 'SELECT 2']);
  });

  test('errors that are not those of an idle connection are thrown', async () => {
    const { adapter, connections } = createAdapter(() => true);
    surviveOutages(adapter);
    await adapter.query('SELECT 1');
    const [connection] = connections;
    connection?.on('message', () => rethrow(lost));
    expect(() => connection?.emit('message')).toThrow(lost);
    const other = Object.assign(new Error('terminated'), { client: { connection: {} } });
    connection?.on('close', () => rethrow(other));
    expect(() => connection?.emit('close')).toThrow(other);
  });

  test('a server that is down at first is asked again with the next query', async () => {
    let isUp = false;
    const { adapter, connections } = createAdapter(() => isUp);
    surviveOutages(adapter);
    await expect(adapter.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    isUp = true;
    await adapter.query('SELECT 2');
    await expect.poll(() => connections.length).toBe(2);
    for (const connection of connections) expect(() => connection.lose()).not.toThrow();
  });

  test('a connection that is its own client, as in pg-native, survives', async () => {
    const { adapter, connections } = createAdapter(() => true);
    surviveOutages(adapter);
    await adapter.query('SELECT 1');
    const [connection] = connections;
    connection?.on('end', () => rethrow(Object.assign(new Error('terminated'), { client: connection })));
    expect(() => connection?.emit('end')).not.toThrow();
  });

  test('queries do not look for a connection while another one does', () => {
    const query = vi.fn((_text: unknown) => new Promise<unknown>(() => {}));
    const adapter = { opts: { dialect: 'postgres' }, query: query as (text: unknown) => Promise<unknown> };
    surviveOutages(adapter);
    for (const text of ['SELECT 1', 'SELECT 2']) void adapter.query(text);
    expect(query.mock.calls.map(([text]) => typeof text)).toEqual(['object', 'string', 'string']);
  });

  test('a connection that is no emitter stays as it is', () => {
    const prototype = {};
    const query = (custom: { submit(connection: object): unknown }) => custom.submit(Object.create(prototype));
    surviveOutages({ opts: { dialect: 'postgres' }, query });
    expect(Object.getOwnPropertyNames(prototype)).toEqual([]);
  });

  test('two receivers with one adapter look only once', async () => {
    const { adapter, connections } = createAdapter(() => true);
    surviveOutages(adapter);
    surviveOutages(adapter);
    await adapter.query('SELECT 1');
    expect(connections).toHaveLength(2);
  });
});
