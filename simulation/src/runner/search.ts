import { noStatement, type Scenario } from '../scenario.ts';
import type { Violation } from '../world/world.ts';
import { episodeSeed } from './episode.ts';
import type { Pool } from './pool.ts';
import type { Build } from './task.ts';

export interface SearchResult {
  readonly found: { readonly seed: number; readonly violation: Violation } | undefined;
  readonly episodes: number;
  readonly seconds: number;
}

export interface SearchLimit {
  /** In seconds of real time. */
  readonly seconds: number;
  /** How many episodes run at the same time. */
  readonly lanes: number;
  /** The product without the fault that is searched for. A violation that it has too does not count. */
  readonly unchanged?: Build;
}

/** Runs episodes of one scenario until one violates a statement. Errors of the scenario's own code do not count. */
export async function search(
  pool: Pool,
  seed: number,
  scenario: Scenario<unknown>,
  build: Build,
  limit: SearchLimit,
): Promise<SearchResult> {
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  let [next, episodes] = [0, 0];
  let found: SearchResult['found'];
  const lane = async (): Promise<void> => {
    while (found === undefined && seconds() < limit.seconds) {
      const own = episodeSeed(seed, scenario.name, next++);
      const { violation } = await pool.check({ scenario: scenario.name, seed: own, build });
      episodes += 1;
      if (violation === undefined || violation.statement === noStatement || found !== undefined) continue;
      if (await isClean(own)) found ??= { seed: own, violation };
    }
  };
  const isClean = async (own: number): Promise<boolean> => {
    if (limit.unchanged === undefined) return true;
    const { violation } = await pool.check({ scenario: scenario.name, seed: own, build: limit.unchanged });
    return violation === undefined;
  };
  await Promise.all(Array.from({ length: limit.lanes }, lane));
  return { found, episodes, seconds: seconds() };
}
