import { keysFaults } from './faults/keys.ts';
import type { PlantedFault } from './faults/planted-fault.ts';
import { policiesFaults } from './faults/policies.ts';

/** The faults that the simulation is known to find. See docs/simulation.md for how fast. */
export const plantedFaults: readonly PlantedFault[] = [...keysFaults, ...policiesFaults];
