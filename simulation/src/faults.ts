import { announcementFaults } from './faults/announcements.ts';
import { apiFaults } from './faults/api.ts';
import { keysFaults } from './faults/keys.ts';
import type { PlantedFault } from './faults/planted-fault.ts';
import { policiesFaults } from './faults/policies.ts';
import { revocationsFaults } from './faults/revocations.ts';
import { streamKeyFaults } from './faults/stream-keys.ts';
import { streamsFaults } from './faults/streams.ts';
import { webhooksFaults } from './faults/webhooks.ts';

/** The faults that the simulation is known to find. See docs/simulation.md for how fast. */
export const plantedFaults: readonly PlantedFault[] = [
  ...apiFaults,
  ...announcementFaults,
  ...keysFaults,
  ...policiesFaults,
  ...revocationsFaults,
  ...streamsFaults,
  ...streamKeyFaults,
  ...webhooksFaults,
];
