import { apiFaults } from './faults/api.ts';
import { keysFaults } from './faults/keys.ts';
import type { PlantedFault } from './faults/planted-fault.ts';
import { policiesFaults } from './faults/policies.ts';
import { revocationsFaults } from './faults/revocations.ts';
import { streamsFaults } from './faults/streams.ts';
import { webhookAnnouncementsFaults } from './faults/webhook-announcements.ts';
import { webhookEdgesFaults } from './faults/webhook-edges.ts';
import { webhooksFaults } from './faults/webhooks.ts';

/** The faults that the simulation is known to find. See docs/simulation.md for how fast. */
export const plantedFaults: readonly PlantedFault[] = [
  ...apiFaults,
  ...keysFaults,
  ...policiesFaults,
  ...revocationsFaults,
  ...streamsFaults,
  ...webhooksFaults,
  ...webhookEdgesFaults,
  ...webhookAnnouncementsFaults,
];
