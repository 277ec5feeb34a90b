import { describeDuration } from '../../output/durations.ts';
import { printable, printableJson, withoutSecrets } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';

type Values = Readonly<Record<string, unknown>>;

export function shownValue(value: unknown): string {
  return typeof value === 'string' ? printable(withoutSecrets(value)) : printableJson(value, withoutSecrets);
}

export function columnsOf(values: Values, textOf: (name: string, value: unknown) => string): readonly Column<Values>[] {
  return Object.entries(values).map(([name, value]) => ({
    title: printable(withoutSecrets(name)),
    value: () => textOf(name, value),
  }));
}

/**
 * Writes the time of a claim, as in `2026-11-22 17:24:54 UTC, 3 minutes ago`. Returns `undefined` if the value is not a time.
 *
 * @param past goes before the duration if the time has passed, as in `expired `
 */
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

export function dateOf(value: unknown): Date | undefined {
  if (typeof value !== 'number') return undefined;
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
