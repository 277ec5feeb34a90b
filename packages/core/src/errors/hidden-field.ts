/**
 * Sets a field that is not enumerable, and returns its value. Never throws, even if the error is frozen. The field can be
 * assigned, because frameworks and middleware do that: Koa writes `status`, @koa/cors writes `headers`.
 */
export function setHidden<T>(error: object, name: string, value: T): T {
  Reflect.defineProperty(error, name, { value, writable: true, configurable: true });
  return value;
}
