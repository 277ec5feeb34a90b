import type { Scenario } from '../../scenario.ts';
import { endOf, type RenewalPlan } from './plan.ts';
import { plans } from './plans.ts';
import { Scene } from './scene.ts';

/** The renewal of token cookies in the proxy of @torii/next, and its tokens of templates. */
export const renewal: Scenario<RenewalPlan> = {
  name: 'renewal',
  statements: [4, 11, 14, 16, 20, 34, 36, 38, 40, 45],
  parts: ['nextProxy', 'nextRenewal', 'templateTokens'],
  plans,
  processHoursOf: (plan) => (plan.processes.length * endOf(plan)) / 3_600_000,
  run: (world, plan) => new Scene(world, plan).play(),
};
