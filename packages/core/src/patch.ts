const brand = Symbol.for('torii.patch');

/** A field of an update: a value sets it, `null` clears it, and `undefined` or a missing key leaves it unchanged. */
export type PatchValue<T> = T | null | undefined | Patch<T | null>;

/** The fields of an update. */
export type PatchFields<T extends object> = { readonly [K in keyof T]?: PatchValue<NonNullable<T[K]>> };

/** The JSON body of an update: only the fields to set or clear. */
export type PatchBody<T extends object> = { [K in keyof T]?: NonNullable<T[K]> | null };

/**
 * An explicit update of one field: `Patch.set(value)` sets the field and `Patch.set(null)` clears it. A plain value or
 * `null` means the same. Use the wrapper if your code might drop a plain `null` before the update is sent.
 */
export class Patch<T> {
  readonly value: T;

  private constructor(value: T) {
    this.value = value;
    Object.defineProperty(this, brand, { value: true });
    Object.freeze(this);
  }

  /** Makes the type distinct, so that TypeScript rejects a plain object with a `value` in place of a patch. */
  get [Symbol.toStringTag](): 'Torii.Patch' {
    return 'Torii.Patch';
  }

  /**
   * Sets a field to `value`, or clears it if `value` is `null`.
   * @throws TypeError if `value` is `undefined`. To leave a field unchanged, leave its key out.
   */
  static set<T>(value: T): Patch<T> {
    if (value === undefined) {
      throw new TypeError(
        'Patch.set() got undefined. To leave the field unchanged, leave its key out. To clear it, use Patch.set(null).',
      );
    }
    return new Patch(value);
  }

  /** `true` if `value` is a Patch, including one from another copy of this package. */
  static is(value: unknown): value is Patch<unknown> {
    return isPatch(value);
  }

  /**
   * The smallest update that turns `before` into `after`. Keys that are missing or `undefined` in `after` stay unchanged; to
   * clear a field, set it to `null`. Arrays and objects are compared by content and sent whole.
   */
  static diff<T extends object>(before: NoInfer<Readonly<Partial<T>>>, after: Readonly<T>): PatchBody<T> {
    const body: PatchBody<T> = {};
    for (const [key, value] of Object.entries(after)) {
      const old: unknown = Object.hasOwn(before, key) ? Reflect.get(before, key) : undefined;
      if (value !== undefined && !isSame(old ?? null, value)) define(body, key, value);
    }
    return body;
  }

  /** The JSON body for `fields`. Unchanged fields are left out, and cleared fields are `null`. */
  static body<T extends object>(fields: PatchFields<T>): PatchBody<T> {
    const body: PatchBody<T> = {};
    for (const [key, field] of Object.entries(fields)) {
      const value = Patch.is(field) ? field.value : field;
      if (value !== undefined) define(body, key, value);
    }
    return body;
  }
}

/** `true` if `value` is a Patch. A separate function, so that bundles which only read patches do not include the class. */
export function isPatch(value: unknown): value is Patch<unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand);
}

// Defines the field instead of assigning it: an assignment to `__proto__` would change the prototype.
function define(body: object, key: string, value: unknown): void {
  Object.defineProperty(body, key, { value, enumerable: true, configurable: true, writable: true });
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [timeOfA, timeOfB] = [timeOf(a), timeOf(b)];
  if (timeOfA !== undefined || timeOfB !== undefined) return timeOfA === timeOfB;
  if (!hasPlainContent(a) || !hasPlainContent(b)) return false;
  const [keysOfA, keysOfB] = [Object.keys(a), Object.keys(b)];
  return (
    keysOfA.length === keysOfB.length &&
    keysOfA.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

// Not `instanceof`: a Date of another realm (Jest, `vm`) has another class. Its time is in an internal slot.
function timeOf(value: object): number | undefined {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return undefined;
  }
}

function hasPlainContent(value: object): boolean {
  // Accept plain objects of another realm too, such as a `vm` context, which has another `Object.prototype`.
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}
