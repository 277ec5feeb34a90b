import { V7Generator } from 'uuidv7';
import type { Clock } from '../clock.ts';

/** If the clock goes back by at most this much, for example with fake timers, new ids still sort after earlier ones. */
const rollbackAllowanceMs = 10_000;

/** Creates UUID v7 ids that ascend even within one millisecond. User search relies on this order for its cursors. */
export function createIdGenerator(clock: Clock): () => string {
  const generator = new V7Generator();
  return () => generator.generateOrResetCore(clock.now().getTime(), rollbackAllowanceMs).toString();
}
