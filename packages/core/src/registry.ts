// Taken once: a map that was found on `globalThis` may have methods of its own, and these are not called.
const { get, has, set } = WeakMap.prototype;

/**
 * Facts about objects, kept beside the objects. Every copy of this package in a process uses the same map, which is stored under
 * `Symbol.for('torii.' + name)` on `globalThis`. If something else is there, or nothing can be put there, the map belongs to
 * this copy alone.
 *
 * Another copy may be of another version: what is read is `unknown`.
 */
export class SharedMap<Key extends object, Value> {
  readonly #map: WeakMap<object, unknown>;

  constructor(name: string) {
    this.#map = findMap(Symbol.for(`torii.${name}`));
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

function findMap(key: symbol): WeakMap<object, unknown> {
  try {
    // An own data property: what is inherited or computed is not ours.
    const found = Object.getOwnPropertyDescriptor(globalThis, key);
    if (found !== undefined) return isWeakMap(found.value) ? found.value : new WeakMap();
    const map = new WeakMap();
    Object.defineProperty(globalThis, key, { value: map });
    return map;
  } catch {
    // A frozen `globalThis`.
    return new WeakMap();
  }
}

// By what it can do: a map of another realm is one too, and a proxy around a map is not.
function isWeakMap(value: unknown): value is WeakMap<object, unknown> {
  try {
    has.call(value as WeakMap<object, unknown>, {});
    return true;
  } catch {
    return false;
  }
}
