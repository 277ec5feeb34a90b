import { ToriiConfigError } from '@torii/core';

/**
 * Holds an option against a condition.
 *
 * @throws ToriiConfigError naming the option; `problem` goes on from its name
 */
export function demand(option: string, condition: unknown, problem: string): asserts condition {
  if (!condition) throw new ToriiConfigError(option, `\`${option}\` ${problem}.`);
}

/**
 * An object's own members, each read once. What somebody put on a prototype does not count, and what is changed while we
 * wait for something is not seen.
 */
export function ownOf<T extends object>(given: T): T {
  return Object.assign(Object.create(null), given);
}

/**
 * The options that are set, to be read instead of the caller's object.
 *
 * @throws ToriiConfigError for what is no object of options, or holds one that nobody reads: a typing mistake
 */
export function readOptions<T extends object>(options: T, known: readonly (keyof T & string)[]): T {
  demand('options', typeof options === 'object' && options !== null, 'is not an object: pass an object of options');
  const own = ownOf(options);
  for (const name of Object.keys(own)) {
    const remedy = `is not an option. Known options: ${known.join(', ')}`;
    demand(name, known.includes(name as keyof T & string), remedy);
  }
  return own;
}

export function demandWhole(option: string, value: number, least: number, most: number): void {
  const fits = Number.isInteger(value) && value >= least && value <= most;
  demand(option, fits, `is not a whole number from ${least} to ${most}`);
}

export function demandFunction(option: string, value: unknown): void {
  demand(option, value === undefined || typeof value === 'function', 'is not a function');
}
