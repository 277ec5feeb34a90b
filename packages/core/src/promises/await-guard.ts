import { ToriiConfigError } from '../errors.ts';

/** The names of the fields that a guarded promise throws for. */
export type GuardedFields = Readonly<Record<string, true>>;

/** Makes a promise throw if a field of its result is read from the promise itself. Returns the same promise. */
export type AwaitGuard = <P extends Promise<unknown>>(promise: P) => P;

// The prototype of the promises that async functions return. `Promise.prototype` may be another: zone.js replaces `Promise`.
const nativePrototype: Promise<unknown> = Object.getPrototypeOf((async () => {})());

/**
 * Returns a function that makes a promise throw if one of `fields` is read from it. Code that forgets `await` would otherwise
 * read `undefined`: a `denial` that is not there, or a `status` that is not `banned`. In all other respects the promise is
 * unchanged, and a promise derived from it with `then` is an ordinary one.
 * @example const guardPage = createAwaitGuard({ items: true, hasMore: true } satisfies Record<keyof Page, true>);
 */
export function createAwaitGuard(fields: GuardedFields): AwaitGuard {
  // One prototype for all promises of a class: defining properties on each promise would take four times as long.
  const prototypes = new Map<object, object>();
  return (promise) => {
    // Not always `nativePrototype`: with zone.js, `then` returns promises of another class, whose methods they need.
    const base: Promise<unknown> = Object.getPrototypeOf(promise);
    let prototype = prototypes.get(base);
    if (prototype === undefined) {
      prototype = guardedPrototype(base, fields);
      prototypes.set(base, prototype);
    }
    return Object.setPrototypeOf(promise, prototype);
  };
}

function guardedPrototype(base: Promise<unknown>, fields: GuardedFields): object {
  const prototype = guardFields(Object.create(base), fields, base);
  // The constructor keeps the output of `util.inspect` as it is, even with `showHidden`.
  return Object.defineProperty(prototype, 'constructor', { value: base.constructor });
}

/** Defines getters that throw, for each of `fields`, on a prototype of promises. */
export function guardFields<Prototype extends object>(
  prototype: Prototype,
  fields: GuardedFields,
  base: Promise<unknown> = nativePrototype,
): Prototype {
  for (const field of Object.keys(fields)) {
    // A field of this name could be read only after `await`.
    if (Object.hasOwn(nativePrototype, field)) continue;
    Object.defineProperty(prototype, field, {
      get() {
        handleRejection(this, base);
        throw new ToriiConfigError('await', `\`${field}\` was read from a promise. Write \`await\` before the call.`);
      },
    });
  }
  return prototype;
}

// The promise may reject later. Without a handler, that rejection would end a Node process, and could hide the error above.
function handleRejection(promise: unknown, base: Promise<unknown>): void {
  try {
    base.then.call(promise as Promise<unknown>, undefined, () => {});
  } catch {
    // Not a promise: the getter was called on the prototype itself.
  }
}
