import { tellProgress } from './progress.ts';

/** One thing that is measured: how many it did in a second, or how long it took. */
export interface Contender {
  readonly name: string;
  run(round: number): Promise<number>;
}

/** What a contender measured, a number each round. */
export type Measured = ReadonlyMap<string, readonly number[]>;

/** A median, and between which figures the middle half of the rounds lies. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Measures every contender once a round, one after the other, so that a slow minute of the machine slows them all. The
 * order turns by one each round, and a first round that warms up does not count.
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

/** Ratios to another contender, of the two figures of each round. */
export function ratiosTo(measured: Measured, name: string, base: string): Spread {
  const bases = valuesOf(measured, base);
  return spreadOf(valuesOf(measured, name).map((value, round) => value / at(bases, round)));
}

/** What a contender has above another, round by round. */
export function differencesTo(measured: Measured, name: string, base: string): Spread {
  const bases = valuesOf(measured, base);
  return spreadOf(valuesOf(measured, name).map((value, round) => value - at(bases, round)));
}

export function valuesOf(measured: Measured, name: string): readonly number[] {
  const values = measured.get(name);
  if (values === undefined) throw new Error(`Nothing was measured of ${name}.`);
  return values;
}

function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const [below, above] = [at(sorted, Math.floor(position)), at(sorted, Math.ceil(position))];
  return below + (above - below) * (position - Math.floor(position));
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new Error('Every contender is measured in every round.');
  return value;
}
