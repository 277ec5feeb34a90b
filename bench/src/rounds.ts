/** One thing that is measured: how many it did in a second, or how long it took. */
export interface Contender {
  readonly name: string;
  run(round: number): Promise<number>;
}

/** What a contender measured, a number each round. */
export type Measured = ReadonlyMap<string, readonly number[]>;

/**
 * Measures every contender once a round, one after the other, so that a slow minute of the machine slows them all. The
 * order turns by one each round, and a first round that warms up does not count.
 */
export async function measureInRounds(contenders: readonly Contender[], rounds: number): Promise<Measured> {
  const measured = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    const turn = Math.max(round, 0) % contenders.length;
    for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      globalThis.gc?.();
      const value = await contender.run(round + 1);
      if (round >= 0) measured.get(contender.name)?.push(value);
    }
  }
  return measured;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? at(sorted, Math.floor(middle)) : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

/** Ratios to another contender, round by round: their median, and the lowest and highest. */
export function ratiosTo(
  measured: Measured,
  name: string,
  base: string,
): { median: number; low: number; high: number } {
  const bases = measured.get(base) ?? [];
  const ratios = (measured.get(name) ?? []).map((value, round) => value / at(bases, round));
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new Error('Every contender is measured in every round.');
  return value;
}
