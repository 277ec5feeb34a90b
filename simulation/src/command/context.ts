import type { PlantedFault } from '../faults/planted-fault.ts';
import type { Builds } from '../runner/builds.ts';
import type { Pool } from '../runner/pool.ts';
import type { Build } from '../runner/task.ts';
import type { Scenario } from '../scenario.ts';
import type { Options } from './options.ts';

/** What each command works with. */
export interface Context {
  readonly options: Options;
  readonly pool: Pool;
  readonly builds: Builds;
  /** The scenarios that were chosen. */
  readonly scenarios: readonly Scenario<unknown>[];
  readonly plantedFaults: readonly PlantedFault[];
}

export function buildFor({ builds, options }: Context, scenario: Scenario<unknown>): Promise<Build> {
  const { product, ambient } = options;
  return builds.for(scenario, { ...(product === undefined ? {} : { root: product }), ambient });
}

/** The options that the command of a repetition needs too. */
export function repetitionFlags({ product, ambient, scenariosModule }: Options): readonly string[] {
  return [
    ...(product === undefined ? [] : ['--product', product]),
    ...(ambient ? ['--ambient'] : []),
    ...(scenariosModule === undefined ? [] : ['--scenarios', scenariosModule]),
  ];
}
