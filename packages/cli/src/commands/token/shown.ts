import { withoutSecrets } from '../../input/secret-text.ts';
import { printable, printableJson } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';

type Values = Readonly<Record<string, unknown>>;

/** The same with nothing that looks like a secret: a claim may hold a token of somebody else's. */
export function withoutSecretValues<T>(value: T): T {
  const text = JSON.stringify(value, (_name, each) => (typeof each === 'string' ? withoutSecrets(each) : each));
  return JSON.parse(text);
}

/** What a claim says, on one line. */
export function shownValue(value: unknown): string {
  return printable(withoutSecrets(typeof value === 'string' ? value : printableJson(value)));
}

/** One column for each member, to be shown as a card. */
export function columnsOf(values: Values, textOf: (name: string, value: unknown) => string): readonly Column<Values>[] {
  return Object.entries(values).map(([name, value]) => ({
    title: printable(withoutSecrets(name)),
    value: () => textOf(name, value),
  }));
}
