const units = [
  ['year', 31_557_600],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

export function describeDuration(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds));
  const [unit, size] = units.find(([, length]) => rounded >= 2 * length) ?? ['second', 1];
  const count = Math.floor(rounded / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Describes a time as in `3 minutes ago` or `in 2 days`. Returns `undefined` if the text is not an RFC 3339 time. */
export function describeDistance(text: string, nowMs: number): string | undefined {
  const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) return undefined;
  const seconds = (time - nowMs) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  return seconds > 0 ? `in ${describeDuration(seconds)}` : `${describeDuration(-seconds)} ago`;
}
