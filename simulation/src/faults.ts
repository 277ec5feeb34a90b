import { announcementFaults } from './faults/announcements.ts';
import { apiFaults } from './faults/api.ts';
import { keysFaults } from './faults/keys.ts';
import type { PlantedFault } from './faults/planted-fault.ts';
import { policiesFaults } from './faults/policies.ts';
import { remoteValueFaults } from './faults/remote-values.ts';
import { renewalAttemptFaults } from './faults/renewal-attempts.ts';
import { renewalRequestFaults } from './faults/renewal-requests.ts';
import { revocationEndsFaults } from './faults/revocation-ends.ts';
import { revocationsFaults } from './faults/revocations.ts';
import { natsFaults } from './faults/revocations-nats.ts';
import { pollFaults } from './faults/revocations-poll.ts';
import { streamKeyFaults } from './faults/stream-keys.ts';
import { streamsFaults } from './faults/streams.ts';
import { templateTokenFaults } from './faults/template-tokens.ts';
import { tenantsFaults } from './faults/tenants.ts';
import { tokensFaults } from './faults/tokens.ts';
import { webhookAnnouncementsFaults } from './faults/webhook-announcements.ts';
import { webhookEdgesFaults } from './faults/webhook-edges.ts';
import { webhooksFaults } from './faults/webhooks.ts';

/** The faults that the simulation is known to find. See docs/simulation.md for how fast. */
export const plantedFaults: readonly PlantedFault[] = [
  ...apiFaults,
  ...announcementFaults,
  ...keysFaults,
  ...remoteValueFaults,
  ...tokensFaults,
  ...policiesFaults,
  ...renewalAttemptFaults,
  ...renewalRequestFaults,
  ...templateTokenFaults,
  ...revocationsFaults,
  ...revocationEndsFaults,
  ...pollFaults,
  ...natsFaults,
  ...streamsFaults,
  ...tenantsFaults,
  ...streamKeyFaults,
  ...webhooksFaults,
  ...webhookEdgesFaults,
  ...webhookAnnouncementsFaults,
];
