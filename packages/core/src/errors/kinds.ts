const brand = Symbol.for('torii.error');

/**
 * Stores the names of an error's classes under a global symbol, so that `instanceof` and `denialFor` recognize errors of
 * another copy or version of this package.
 */
export function markKinds(error: object, kinds: readonly string[]): void {
  // Frozen, because all errors of a class share the list.
  Object.defineProperty(error, brand, { value: Object.freeze(kinds) });
}

export function isOfKind(value: unknown, kind: unknown): value is object {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, brand)) return false;
  const kinds: unknown = Reflect.get(value, brand);
  return Array.isArray(kinds) && kinds.includes(kind);
}
