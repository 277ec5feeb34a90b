import { type Measured, ratiosTo, type Spread } from './rounds.ts';
import type { Limit } from './section.ts';

export function atLeast(what: string, wanted: number, of: string, reached: Spread, whyNot?: string): Limit {
  const isReached = reached.median >= wanted;
  return { what, wanted: `at least ${wanted} ${of}`, reached: withSpread(reached), isReached, ...reasonFor(whyNot) };
}

export function atMost(what: string, wanted: number, of: string, reached: Spread | number, whyNot?: string): Limit {
  const spread = typeof reached === 'number' ? { median: reached, low: reached, high: reached } : reached;
  const isReached = spread.median <= wanted;
  return { what, wanted: `at most ${wanted} ${of}`, reached: withSpread(spread), isReached, ...reasonFor(whyNot) };
}

/**
 * The limit that no other library (peer) is faster. A peer counts as faster only if it is faster in three quarters of
 * the rounds, not only in the median.
 */
export function noPeerFaster(
  what: string,
  measured: Measured,
  ours: string,
  peers: readonly string[],
  whyNot?: string,
): Limit {
  const ratios = peers
    .map((peer) => ({ peer, ratio: ratiosTo(measured, ours, peer) }))
    .sort((a, b) => a.ratio.median - b.ratio.median);
  const ahead = ratios.filter(({ ratio }) => ratio.high < 1);
  const shown = ahead.length > 0 ? ahead : ratios.slice(0, 1);
  return {
    what,
    wanted: 'no peer faster beyond noise',
    reached: shown.map(({ peer, ratio }) => `${withSpread(ratio)} times ${peer}`).join(', '),
    isReached: ahead.length === 0,
    ...reasonFor(whyNot),
  };
}

/** Formats a median, followed by its range if it varied. */
export function withSpread({ median, low, high }: Spread): string {
  const [middle, least, most] = [formatNumber(median), formatNumber(low), formatNumber(high)];
  return least === most ? middle : `${middle} (${least} to ${most})`;
}

/** Formats a number with three significant digits (two below 1), or as a whole number from 100. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

function reasonFor(whyNot: string | undefined): Pick<Limit, 'whyNot'> {
  return whyNot === undefined ? {} : { whyNot };
}
