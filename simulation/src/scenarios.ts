import type { Scenario } from './scenario.ts';
import { api } from './scenarios/api/api.ts';
import { keys } from './scenarios/keys/keys.ts';
import { policies } from './scenarios/policies/policies.ts';
import { renewal } from './scenarios/renewal/renewal.ts';
import { revocations, revocationsNats, revocationsPoll } from './scenarios/revocations/revocations.ts';
import { streams } from './scenarios/streams/streams.ts';
import { tenants } from './scenarios/tenants/tenants.ts';
import { webhooks } from './scenarios/webhooks/webhooks.ts';

/** The scenarios that `npm run simulate` runs in turn. */
export const scenarios: readonly Scenario<unknown>[] = [
  keys,
  policies,
  webhooks,
  api,
  streams,
  revocations,
  revocationsPoll,
  tenants,
  revocationsNats,
  renewal,
].map((scenario) => scenario as Scenario<unknown>);
