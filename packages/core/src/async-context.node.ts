import { AsyncLocalStorage } from 'node:async_hooks';
import type { AsyncContext } from './async-context.ts';

export function createAsyncContext(): AsyncContext {
  return new AsyncLocalStorage<unknown>();
}
