/** Not `instanceof`: zone.js replaces `Promise`, but async functions return native promises. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function';
}
