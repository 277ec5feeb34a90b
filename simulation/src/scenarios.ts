import type { Scenario } from './scenario.ts';
import { keys } from './scenarios/keys/keys.ts';
import { streams } from './scenarios/streams/streams.ts';

/** The scenarios that `npm run simulate` runs in turn. */
export const scenarios: readonly Scenario<unknown>[] = [keys as Scenario<unknown>, streams as Scenario<unknown>];
