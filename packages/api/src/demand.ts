import { ToriiConfigError } from '@torii/core';

/** @throws ToriiConfigError where what was given for `name` cannot be meant; `problem` never quotes it. */
export function demand(name: string, isGood: unknown, problem: string): asserts isGood {
  if (!isGood) throw new ToriiConfigError(name, `\`${name}\` ${problem}.`);
}

/** @throws ToriiConfigError for anything but a whole number within bounds */
export function demandWhole(name: string, value: unknown, least: number, most: number): void {
  const isWithin = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  demand(name, isWithin, `is not a whole number from ${least} to ${most}`);
}

/** @throws ToriiConfigError naming the first key that is not known: a typing mistake must not be left out in silence */
export function demandKnown(given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) demand(name, known.includes(name), `is unknown here: ${known.join(', ')}`);
}
