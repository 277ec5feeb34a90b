interface Emitter {
  emit(event: unknown, ...details: readonly unknown[]): unknown;
}

const maxLayers = 4;

/**
 * Keeps the process alive when the server of a store goes away, or holds something that is not JSON. In Node, an `error`
 * event without a listener ends the process, and some storage adapters leave the events of their connections without one.
 * The calls of the store still fail as before.
 *
 * The parts of a store are recognized by what they can do: an adapter below a Keyv (`keyv.store`), and connections that
 * an adapter or a store holds in a property.
 */
export function surviveOutages(store: object): void {
  try {
    protectLayers(store);
  } catch {
    // A property of the store throws when it is read. That must not keep the app from starting.
  }
}

function protectLayers(store: object): void {
  let layer: unknown = store;
  for (let depth = 0; depth < maxLayers && isObject(layer); depth++) {
    const below = layerBelow(layer);
    // The `emit` of the Keyv itself may throw: Keyv 6 uses that to reject the calls of a store that fails.
    if (below === undefined || depth > 0) ignoreErrorEvents(layer);
    for (const part of Object.values(layer)) {
      if (part !== below && isEmitter(part) && !hasErrorListener(part)) ignoreErrorEvents(part);
    }
    if (isPostgres(layer)) survivePostgresOutages(layer);
    if (isMemcache(layer) && depth > 0) leaveParsingToKeyv(layer);
    layer = below;
  }
}

/** Keyv and the adapters that wrap another adapter name it `store`. */
function layerBelow(layer: object): object | undefined {
  const below: unknown = Reflect.get(layer, 'store');
  return isObject(below) && below !== layer ? below : undefined;
}

/** The emitter's `error` events still reach its listeners, but no longer throw. */
function ignoreErrorEvents(emitter: object): void {
  if (!isEmitter(emitter)) return;
  catchFrom(emitter, (error, [event, emitted]) => {
    // If the emitted value is not an object, for example a string, the emitter throws an error that does not contain it.
    return event === 'error' && (!isObject(emitted) || causeOf(error) === emitted);
  });
}

const watched = new WeakSet<object>();

interface PostgresAdapter {
  query(query: unknown, values?: unknown): unknown;
}

function isPostgres(layer: object): layer is PostgresAdapter {
  const options: unknown = Reflect.get(layer, 'opts');
  return isObject(options) && Reflect.get(options, 'dialect') === 'postgres' && isMethod(layer, 'query');
}

// @keyv/postgres hides its pool, and the pool has no `error` listener: when PostgreSQL goes away, the pool throws the error of
// each idle connection. A custom query object (the interface of pg-cursor) gets the connection that it runs on, and all
// connections of a pool share a prototype. Until a connection is found, each query of the adapter looks for one.
function survivePostgresOutages(adapter: PostgresAdapter): void {
  if (watched.has(adapter)) return;
  watched.add(adapter);
  const { query } = adapter;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      await query.call(adapter, createLook(found));
    } catch {
      isLooking = false; // `createLook` ends each query with an error; `found` has stopped the search if it succeeded.
    }
  };
  const found = (connection: object): void => {
    adapter.query = query;
    const prototype: unknown = Object.getPrototypeOf(connection);
    if (isObject(prototype) && isEmitter(prototype)) catchFrom(prototype, isErrorOfIdleConnection);
  };
  adapter.query = (text, values) => {
    const result = query.call(adapter, text, values);
    void look();
    return result;
  };
  void look();
}

interface Look {
  callback?: (error: unknown) => void;
  submit(connection: object): Error;
  handleError(error: unknown): void;
}

/** A query of `pg` that sends nothing: it fails as soon as it has a connection. */
function createLook(found: (connection: object) => void): Look {
  return {
    submit(connection) {
      found(connection);
      return new Error('This query only looks for a connection.');
    },
    handleError(error) {
      this.callback?.(error);
    },
  };
}

// The pool marks the error with the client of the connection. In `pg-native`, the client is the connection.
function isErrorOfIdleConnection(error: unknown, _event: readonly unknown[], connection: object): boolean {
  const cause = causeOf(error);
  const client: unknown = isObject(cause) ? Reflect.get(cause, 'client') : undefined;
  return isObject(client) && (client === connection || Reflect.get(client, 'connection') === connection);
}

interface MemcacheAdapter {
  readonly opts: { deserialize?: unknown };
}

function isMemcache(layer: object): layer is MemcacheAdapter {
  const [options, client]: unknown[] = ['opts', 'client'].map((name) => Reflect.get(layer, name));
  return isObject(options) && isObject(client) && isMethod(client, 'flush') && isMethod(layer, 'formatKey');
}

// @keyv/memcache parses entries in a callback, where the error of an entry that is not JSON ends the process. Text that an
// adapter returns is parsed by Keyv, which rejects the call.
function leaveParsingToKeyv({ opts }: MemcacheAdapter): void {
  opts.deserialize ??= (text: unknown) => String(text);
}

type IsIgnored = (error: unknown, event: readonly unknown[], emitter: object) => boolean;

const caught = new WeakSet<object>();

/** Makes `emit` of an emitter, or of a prototype of emitters, catch certain errors. */
function catchFrom(emitter: Emitter, isIgnored: IsIgnored): void {
  if (caught.has(emitter)) return;
  const { emit } = emitter;
  const emitSafely = function (this: object, ...event: readonly unknown[]): unknown {
    try {
      return Reflect.apply(emit, this, event);
    } catch (error) {
      if (isIgnored(error, event, this)) return false;
      throw error;
    }
  };
  const isDefined = Reflect.defineProperty(emitter, 'emit', {
    value: emitSafely,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  if (isDefined) caught.add(emitter);
}

/** The emitted value. If it is not an Error of Node's own realm, Node throws a new error that has it as `context`. */
function causeOf(error: unknown): unknown {
  return isObject(error) && Reflect.get(error, 'code') === 'ERR_UNHANDLED_ERROR'
    ? Reflect.get(error, 'context')
    : error;
}

function hasErrorListener(emitter: Emitter): boolean {
  const listenerCount: unknown = Reflect.get(emitter, 'listenerCount');
  return typeof listenerCount === 'function' && Reflect.apply(listenerCount, emitter, ['error']) > 0;
}

function isEmitter(value: unknown): value is Emitter {
  return isObject(value) && isMethod(value, 'on') && isMethod(value, 'emit');
}

function isMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
