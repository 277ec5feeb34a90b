import type { Scenario } from './scenario.ts';

/** The scenarios that `npm run simulate` runs in turn. */
export const scenarios: readonly Scenario<unknown>[] = [];
