import { afterAll, beforeAll, expect } from 'vitest';

/**
 * Fails a test file if a promise is rejected without a handler, or an error is thrown and not caught, during any of its
 * tests. Call it first in the file, so that it also covers the hooks of the file.
 */
export function failOnCrashes(): void {
  // An array, because vitest clears the calls of a `vi.fn()` before each test.
  const crashes: unknown[] = [];
  const note = (error: unknown): void => void crashes.push(error);
  beforeAll(() => void process.on('unhandledRejection', note).on('uncaughtException', note));
  afterAll(async () => {
    // Node reports a rejection after the current turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note).off('uncaughtException', note);
    expect(crashes).toEqual([]);
  });
}
