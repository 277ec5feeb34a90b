// Call the built-in methods: other code may have replaced the methods of a map that is found on `globalThis`.
const get = WeakMap.prototype.get;
const has = WeakMap.prototype.has;
const set = WeakMap.prototype.set;

// A WeakMap that all copies of this package in a process share through a property of `globalThis`. If the property cannot
// be set, each copy has its own map. Values are `unknown`, because another version of the package may have written them.
export class SharedMap<Key extends object, Value> {
  readonly #map: WeakMap<object, unknown>;

  constructor(name: string) {
    this.#map = findMap(name);
  }

  has(key: unknown): key is Key {
    return has.call(this.#map, key as object);
  }

  get(key: Key): unknown {
    return get.call(this.#map, key);
  }

  set(key: Key, value: Value): void {
    set.call(this.#map, key, value);
  }
}

function findMap(name: string): WeakMap<object, unknown> {
  // Throws if it is not a WeakMap. Unlike `instanceof`, it accepts one of another realm, such as a `vm` context, and
  // rejects a proxy.
  return shareGlobally(name, new WeakMap<object, unknown>(), (found) =>
    has.call(found as WeakMap<object, unknown>, {}),
  );
}

/**
 * Returns the value that all copies of this package in a process share: the one of the first copy. If a property of `globalThis`
 * cannot be set, each copy has its own.
 * @param assertUsable Throws if the found value is not usable.
 */
export function shareGlobally<Value>(name: string, own: Value, assertUsable: (found: unknown) => void): Value {
  const key = Symbol.for(`torii.${name}`);
  try {
    // Ignore getters and inherited properties (prototype pollution).
    const found = Object.getOwnPropertyDescriptor(globalThis, key);
    if (found === undefined) Object.defineProperty(globalThis, key, { value: own });
    else {
      assertUsable(found.value);
      return found.value;
    }
  } catch {}
  return own;
}
