import { tellProgress } from './progress.ts';

/** Something that is measured. `run` returns a rate or a duration. */
export interface Contender {
  readonly name: string;
  run(round: number): Promise<number>;
}

/** The figures of each contender, one per round. */
export type Measured = ReadonlyMap<string, readonly number[]>;

/** A median, with the lowest and the highest value of the middle half of the rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Measures every contender once per round, one after the other, so that a slow minute of the machine affects all of
 * them. The order rotates by one each round. A first round only warms up and is not counted.
 */
export async function measureInRounds(
  title: string,
  contenders: readonly Contender[],
  rounds: number,
): Promise<Measured> {
  const measured = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    tellProgress(title, (round + 1) / (rounds + 1));
    const turn = Math.max(round, 0) % contenders.length;
    for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      globalThis.gc?.();
      const value = await contender.run(round + 1);
      if (round >= 0) measured.get(contender.name)?.push(value);
    }
  }
  return measured;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

export function median(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** The ratio of a contender to another, computed for each round. */
export function ratiosTo(measured: Measured, name: string, base: string): Spread {
  const bases = valuesOf(measured, base);
  return spreadOf(valuesOf(measured, name).map((value, round) => value / at(bases, round)));
}

/** The difference of a contender to another, computed for each round. */
export function differencesTo(measured: Measured, name: string, base: string): Spread {
  const bases = valuesOf(measured, base);
  return spreadOf(valuesOf(measured, name).map((value, round) => value - at(bases, round)));
}

export function valuesOf(measured: Measured, name: string): readonly number[] {
  const values = measured.get(name);
  if (values === undefined) throw new Error(`There is no measurement of ${name}.`);
  return values;
}

function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const [below, above] = [at(sorted, Math.floor(position)), at(sorted, Math.ceil(position))];
  return below + (above - below) * (position - Math.floor(position));
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new Error('A contender was not measured in every round.');
  return value;
}
