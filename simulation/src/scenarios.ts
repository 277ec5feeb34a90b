import type { Scenario } from './scenario.ts';
import { keys } from './scenarios/keys/keys.ts';
import { webhooks } from './scenarios/webhooks/webhooks.ts';

/** The scenarios that `npm run simulate` runs in turn. */
export const scenarios: readonly Scenario<unknown>[] = [keys as Scenario<unknown>, webhooks as Scenario<unknown>];
