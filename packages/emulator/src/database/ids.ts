import { V7Generator } from 'uuidv7';
import type { Clock } from '../clock.ts';

/** How far the clock may be set back, as by a test's fake timers, before ids follow it instead of keeping their order. */
const rollbackAllowanceMs = 10_000;

/** Makes UUID v7 ids by the emulator's clock, in ascending order also within a millisecond: cursors count on it. */
export function createIdGenerator(clock: Clock): () => string {
  const generator = new V7Generator();
  return () => generator.generateOrResetCore(clock.now().getTime(), rollbackAllowanceMs).toString();
}
