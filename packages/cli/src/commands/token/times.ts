const units = [
  ['year', 31_557_600],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `3 minutes`, `45 seconds`: as long as people say it. */
export function describeDuration(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds));
  const [unit, size] = units.find(([, length]) => rounded >= 2 * length) ?? ['second', 1];
  const count = Math.floor(rounded / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** A moment from a claim, `2026-11-22 17:24:54 UTC, 3 minutes ago`; undefined for what is none. */
export function describeMoment(value: unknown, nowSeconds: number, past = ''): string | undefined {
  const date = dateOf(value);
  if (date === undefined) return undefined;
  const distance = date.getTime() / 1000 - nowSeconds;
  const text = date
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.\d+)?Z$/, ' UTC');
  return distance > 0
    ? `${text}, in ${describeDuration(distance)}`
    : `${text}, ${past}${describeDuration(-distance)} ago`;
}

/** Seconds since 1970 as a date; undefined for what no calendar has. */
export function dateOf(value: unknown): Date | undefined {
  if (typeof value !== 'number') return undefined;
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
