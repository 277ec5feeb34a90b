// Ignores properties that are inherited from `Object.prototype` (prototype pollution).
export function propertyOf(source: object, name: string): unknown {
  const value: unknown = source[name as keyof typeof source];
  // `in` and `hasOwn` are slow, so they come last: most properties are absent.
  return value !== undefined && name in Object.prototype && !Object.hasOwn(source, name) ? undefined : value;
}

export function textOf(source: object, name: string): string | undefined {
  const value = propertyOf(source, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function objectIn(source: object | undefined, name: string): object | undefined {
  const found = source && propertyOf(source, name);
  return isObject(found) ? found : undefined;
}
