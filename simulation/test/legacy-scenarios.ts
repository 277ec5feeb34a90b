import type { Scenario } from '../src/scenario.ts';
import { legacyKeys } from '../src/scenarios/keys/keys.ts';
import { legacyPolicies } from '../src/scenarios/policies/policies.ts';

/** Scenarios for a commit that has older options. */
export const scenarios: readonly Scenario<unknown>[] = [legacyKeys, legacyPolicies].map(
  (scenario) => scenario as Scenario<unknown>,
);
