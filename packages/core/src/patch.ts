const brand = Symbol.for('torii.patch');

/** What a nullable field of an update takes: a value sets it, null clears it, undefined or no key leaves it alone. */
export type PatchValue<T> = T | null | undefined | Patch<T | null>;

/** The fields of an update, each of which may be left alone, cleared or set. */
export type PatchFields<T extends object> = { readonly [K in keyof T]?: PatchValue<NonNullable<T[K]>> };

/** The body that a patch sends: only what was meant. */
export type PatchBody<T extends object> = { [K in keyof T]?: NonNullable<T[K]> | null };

/**
 * An update of one field, said out loud: `Patch.set(value)` sets it and `Patch.set(null)` clears it. A plain value or
 * null means the same; the wrapper is for code that passes updates around and must not lose a null on the way.
 */
export class Patch<T> {
  readonly value: T;

  private constructor(value: T) {
    this.value = value;
    Object.defineProperty(this, brand, { value: true });
    Object.freeze(this);
  }

  /** Part of the type, so that the compiler does not take any object with a `value` for a patch, which would be sent as it is. */
  get [Symbol.toStringTag](): 'Torii.Patch' {
    return 'Torii.Patch';
  }

  /**
   * Sets a field to `value`, or clears it with null.
   *
   * @throws TypeError for undefined, which says nothing: leave the key out to leave the field alone.
   */
  static set<T>(value: T): Patch<T> {
    if (value === undefined) {
      throw new TypeError(
        'Patch.set(undefined) says nothing. Leave the key out to leave the field alone, or use Patch.set(null) to clear it.',
      );
    }
    return new Patch(value);
  }

  /** True for a Patch of this copy of the package or another. */
  static is(value: unknown): value is Patch<unknown> {
    return isPatch(value);
  }

  /**
   * The smallest patch that turns `before` into `after`. A key that `after` lacks, or has as undefined, is left alone; to
   * clear a field, give it null. Lists and objects are compared by content and sent whole.
   */
  static diff<T extends object>(before: NoInfer<Readonly<Partial<T>>>, after: Readonly<T>): PatchBody<T> {
    const body: PatchBody<T> = {};
    for (const [key, value] of Object.entries(after)) {
      const old: unknown = Object.hasOwn(before, key) ? Reflect.get(before, key) : undefined;
      if (value !== undefined && !isSame(old ?? null, value)) define(body, key, value);
    }
    return body;
  }

  /** What to send for `fields`: no key for what is left alone, null for what is cleared. `{}` for an update of nothing. */
  static body<T extends object>(fields: PatchFields<T>): PatchBody<T> {
    const body: PatchBody<T> = {};
    for (const [key, field] of Object.entries(fields)) {
      const value = Patch.is(field) ? field.value : field;
      if (value !== undefined) define(body, key, value);
    }
    return body;
  }
}

/** True for a Patch. A function of its own, so that whoever only reads patches does not carry the class. */
export function isPatch(value: unknown): value is Patch<unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}

// Not an assignment: a key called `__proto__` would set the prototype and vanish.
function define(body: object, key: string, value: unknown): void {
  Object.defineProperty(body, key, { value, enumerable: true, configurable: true, writable: true });
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && +a === +b;
  // A URL, a Set or a class of somebody's keeps its content where keys do not show it: taken for changed, it is sent.
  if (!hasPlainContent(a) || !hasPlainContent(b)) return false;
  const [keysOfA, keysOfB] = [Object.keys(a), Object.keys(b)];
  return (
    keysOfA.length === keysOfB.length &&
    keysOfA.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

function hasPlainContent(value: object): boolean {
  // Of any realm: an `Object.prototype` is what has nothing above it.
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}
