const brand = Symbol.for('torii.error');

// A cache: walking a class chain takes as long as creating an error.
const known = new WeakMap<object, readonly string[]>();

// Stores the names of an error's classes under a global symbol, so that `instanceof` and `denialFor` recognize errors of
// another copy or version of this package.
export function markKinds(error: object, target: object): void {
  const kinds = known.get(target) ?? kindsOf(target);
  known.set(target, kinds);
  Object.defineProperty(error, brand, { value: kinds });
}

export function ownKindOf(target: object): string | undefined {
  return known.get(target)?.[0];
}

function kindsOf(target: unknown): readonly string[] {
  const kinds: string[] = [];
  for (let c = target; typeof c === 'function'; c = Object.getPrototypeOf(c)) {
    if (Object.hasOwn(c, 'kind')) kinds.push(String(Reflect.get(c, 'kind')));
  }
  return Object.freeze(kinds);
}

export function isOfKind(value: unknown, kind: string): value is object {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, brand)) return false;
  const kinds: unknown = Reflect.get(value, brand);
  return Array.isArray(kinds) && kinds.includes(kind);
}
