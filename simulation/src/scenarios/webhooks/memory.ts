import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { announceTimeoutMs } from './announcements.ts';
import type { App } from './app.ts';
import { storeTimeoutMs, waitedMs } from './delivery.ts';
import type { WebhookPlan } from './plan.ts';

/** Other Maps and Sets of the product, such as the names of options, are not larger. */
const otherEntries = 16;
/** The longest time of a delivery without faults, not counting the handler. */
const longestAnswerMs = 10_000;

/** Statement 36: what waits in a process is bounded by what it was asked. */
export function checkMemory(world: World, plan: WebhookPlan, process: VirtualProcess, app: App): void {
  const { nowMs } = world;
  for (const call of app.pending) if (waitedMs(call) > storeTimeoutMs + 1) app.pending.delete(call);
  for (const announcement of app.announcing) {
    const isOver = process.steadyMs - announcement.begunSteadyMs > announceTimeoutMs + 1;
    if (isOver || announcement.outcome !== undefined) app.announcing.delete(announcement);
  }
  const waiting = app.pending.size + app.announcing.size;
  if (process.timers > waiting)
    world.violate(36, `${process.name} has ${process.timers} timers, and waits for ${waiting} answers`);
  if (plan.store !== 'shared') return;
  // A claim ends with its delivery, or, if that never ends, with the lease, when the next event is claimed.
  const youngMs = nowMs - 2 * plan.leaseSeconds * 1000 - 60_000;
  for (const delivery of app.open) if (delivery.beganAtMs < youngMs) app.open.delete(delivery);
  app.mostClaims = Math.max(app.mostClaims, app.open.size);
  if (process.largestCollection > app.mostClaims + otherEntries) {
    world.violate(36, `${process.name} keeps ${process.largestCollection} entries for ${app.mostClaims} deliveries`);
  }
}

/** Long after the end of all faults, nothing waits, except for handlers and for deliveries that have just come. */
export function checkWaiting(world: World, app: App): void {
  for (const { handling, beganAtMs, number } of app.open) {
    const isDue = handling === undefined || handling.outcome !== undefined;
    if (isDue && world.nowMs - beganAtMs > longestAnswerMs) {
      world.violate(38, `delivery ${number} was never answered`);
    }
  }
}
