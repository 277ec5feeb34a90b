import type { World } from '../../world/world.ts';
import type { CallWatch } from './call-watch.ts';

const leastCalls = 40;
const windows = 10;
/** Of so many calls with evenly spread waits, none is in the first or last three tenths once in a thousand million cases. */
const callsForThirds = 60;

/**
 * Requests that failed at the same moment must not be retried in one wave: of the time in which they may be retried, no tenth
 * has half of them. For 40 calls with evenly spread waits, more than that happens once in ten thousand million cases.
 */
export function checkSpread(world: World, watches: readonly CallWatch[]): void {
  const groups = new Map<string, { readonly leastMs: number; readonly mostMs: number; readonly waitsMs: number[] }>();
  for (const watch of watches) {
    watch.attempts.forEach((attempt, index) => {
      const { retryInMs, endedAtMs, askedSeconds, leftMs } = attempt;
      if (retryInMs === null) return;
      const longestMs = Math.min(8_000, 250 * 2 ** index);
      const leastMs = Math.max((askedSeconds ?? 0) * 1000, longestMs / 2);
      const mostMs = leastMs + longestMs / 2;
      // Skip waits that may exceed the time limit: only the shorter ones are announced, which would distort the sample.
      if (mostMs >= leftMs) return;
      const name = `${endedAtMs} ${index} ${leastMs}`;
      const group = groups.get(name) ?? { leastMs, mostMs, waitsMs: [] };
      group.waitsMs.push(retryInMs);
      groups.set(name, group);
    });
  }
  for (const { leastMs, mostMs, waitsMs } of groups.values()) {
    if (waitsMs.length < leastCalls) continue;
    const counts = Array.from({ length: windows }, () => 0);
    for (const waitMs of waitsMs) {
      const window = Math.min(
        windows - 1,
        Math.max(0, Math.floor(((waitMs - leastMs) / (mostMs - leastMs)) * windows)),
      );
      counts[window] = (counts[window] ?? 0) + 1;
    }
    const thirds = [counts.slice(0, 3), counts.slice(-3)].map((some) => some.reduce((sum, count) => sum + count, 0));
    if (waitsMs.length >= callsForThirds && thirds.includes(0))
      world.violate(
        31,
        `Of ${waitsMs.length} calls that failed together, none is retried at one end of the time for it.`,
      );
    const most = Math.max(...counts);
    if (most * 2 >= waitsMs.length)
      world.violate(31, `Of ${waitsMs.length} calls that failed together, ${most} are retried in one wave.`);
  }
}
