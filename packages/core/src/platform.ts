// The only way to time, timers, randomness and `fetch` for the code of core, api, authz, streams, revocation and the server side
// of next. The simulation replaces this file when it bundles that code. It is a file and not an option, because a clock that can
// be set is an attack surface: see docs/decisions/platform.md. Every function reads its global on each call: tests replace
// globals, and tracing libraries wrap `fetch`.

export { startBackupTimer } from '#backup-timer';

/** A function with the signature of the global `fetch`. */
export type Fetch = typeof globalThis.fetch;

/** A timer of `startTimer`. The value is meant for `stopTimer` alone: it differs between platforms. */
export type Timer = object | number;

/** Milliseconds since 1970. This clock can be set, and may jump. */
export function wallMs(): number {
  return Date.now();
}

/** Milliseconds since some moment. This clock never goes back, but may stop while the machine sleeps. */
export function steadyMs(): number {
  return performance.now();
}

export function startTimer(callback: () => void, ms: number): Timer {
  return setTimeout(callback, ms);
}

export function stopTimer(timer: Timer): void {
  clearTimeout(timer as number);
}

/** Calls `callback` in the next turn of the event loop. Only for Node: other platforms have no `setImmediate`. */
export function nextTurn(callback: () => void): void {
  // Next warns about the name `setImmediate` in code for the edge runtime, so look it up.
  const start: (callback: () => void) => unknown = Reflect.get(globalThis, 'setImmediate');
  start(callback);
}

/**
 * Calls `callback` when no microtask is left, before the next callback of the event loop. Only for Node: other platforms
 * have no `process.nextTick`.
 */
export function afterMicrotasks(callback: () => void): void {
  // Next warns about the name `process.nextTick` in code for the edge runtime, so look it up.
  const { nextTick }: { nextTick(callback: () => void): void } = Reflect.get(globalThis, 'process');
  // Calls `nextTick` from a microtask, because otherwise it would run before the waiting microtasks.
  void Promise.resolve().then(() => nextTick(callback));
}

/** A number from 0 up to, but not including, 1. Not for secrets. */
export function random(): number {
  return Math.random();
}

/** A random UUID, which cannot be guessed. */
export function randomId(): string {
  return crypto.randomUUID();
}

/** The platform's `fetch`. Key sets are shared between verifiers that use this function, so there must be only one. */
export const platformFetch: Fetch = (input, init) => globalThis.fetch(input, init);
