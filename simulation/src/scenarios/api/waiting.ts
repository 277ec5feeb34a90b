import type { VirtualProcess } from '../../world/virtual-process.ts';

/** How early a timer may fire: its delay is rounded to milliseconds, and so is the true time at which a drifting clock is due. */
export const earlyMs = 2.01;

/** A timer takes at least a millisecond. That of a process whose clock is slow ends at a whole one; it drifts by at most 200 ppm. */
function slackMs(waitMs: number): number {
  return 2.01 + waitMs * 0.000_21;
}

/**
 * The latest time at which a timer fires that was set at `fromMs`: after the wait on the steady clock of the process, which may
 * have stopped, or when the process is thawed.
 */
export function latestMs(process: VirtualProcess, fromMs: number, waitMs: number): number {
  let latest = fromMs + waitMs + slackMs(waitMs);
  for (const freeze of process.freezes) {
    const { untilMs, stopsSteadyClock } = freeze;
    if (untilMs < fromMs || freeze.fromMs > latest) continue;
    if (stopsSteadyClock) latest += untilMs - Math.max(fromMs, freeze.fromMs);
    else latest = Math.max(latest, untilMs);
  }
  return latest;
}
