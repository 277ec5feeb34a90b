/** Passes a value on to everything that a function starts: the part of Node's `AsyncLocalStorage` that is used here. */
export interface AsyncContext {
  getStore(): unknown;
  run<Result>(store: unknown, work: () => Result): Result;
}

/** `undefined` if the runtime has no `AsyncLocalStorage`. */
export function createAsyncContext(): AsyncContext | undefined {
  return undefined;
}
