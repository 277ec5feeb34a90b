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

/** Ahead beyond noise is who is faster in the middle half of the rounds, and not only in the median. */
export function nobodyAhead(
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

/** A figure and, where it moved, between what. */
export function withSpread({ median, low, high }: Spread): string {
  const [middle, least, most] = [formatNumber(median), formatNumber(low), formatNumber(high)];
  return least === most ? middle : `${middle} (${least} to ${most})`;
}

/** Three digits of it, or all before the point. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

function reasonFor(whyNot: string | undefined): Pick<Limit, 'whyNot'> {
  return whyNot === undefined ? {} : { whyNot };
}
