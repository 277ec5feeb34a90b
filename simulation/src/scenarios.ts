import type { Scenario } from './scenario.ts';
import { keys } from './scenarios/keys/keys.ts';
import { policies } from './scenarios/policies/policies.ts';

/** The scenarios that `npm run simulate` runs in turn. */
export const scenarios: readonly Scenario<unknown>[] = [keys as Scenario<unknown>, policies as Scenario<unknown>];
