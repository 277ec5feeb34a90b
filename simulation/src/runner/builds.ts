import { bundle, type PlantedChange, repository } from '../product/bundle.ts';
import type { Scenario } from '../scenario.ts';
import type { Build } from './task.ts';

export interface BuildOptions {
  /** The root of the repository whose packages are simulated. Default: this one. */
  readonly root?: string;
  readonly ambient?: boolean;
  readonly changes?: readonly PlantedChange[];
}

/** Builds of the product, one for each list of parts that a scenario names, and for each planted change. */
export class Builds {
  readonly #known: Map<string, Promise<Build>> = new Map();

  for(
    { parts }: Scenario<unknown>,
    { root = repository, ambient = false, changes = [] }: BuildOptions = {},
  ): Promise<Build> {
    const id = JSON.stringify([parts, root, ambient, changes]);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const built = bundle({ parts, root, ambient, changes }).then((text) => ({ id, text, ambient }));
    this.#known.set(id, built);
    return built;
  }
}
