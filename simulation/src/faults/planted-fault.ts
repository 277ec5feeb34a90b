import type { PlantedChange } from '../product/bundle.ts';

/** A fault that a tired developer could write. The simulation must find it from random seeds. */
export interface PlantedFault {
  /** A few words, unique among the faults of the scenario. */
  readonly name: string;
  /** The statement that it breaks. */
  readonly statement: number;
  /** The name of the scenario that must find it. */
  readonly scenario: string;
  readonly changes: readonly PlantedChange[];
  /** The effect on users, in one sentence. */
  readonly harm: string;
}
