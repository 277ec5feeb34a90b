import type { Scenario } from './scenario.ts';
import { apiScenario } from './scenarios/api/api.ts';
import { keys } from './scenarios/keys/keys.ts';

/** The scenarios that `npm run simulate` runs in turn. */
export const scenarios: readonly Scenario<unknown>[] = [keys as Scenario<unknown>, apiScenario as Scenario<unknown>];
