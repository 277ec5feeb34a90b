import type * as Api from '@torii/api';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { apiOrigin } from './api-server.ts';
import type { Client } from './operations.ts';
import type { CallStep, ProcessPlan } from './plan.ts';
import { secretKey } from './secret-key.ts';

const defaults: CallLimits = { timeoutMs: 30_000, maxRetries: 2 };

export interface CallLimits {
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

/** The client of one process. */
export interface Caller {
  readonly process: VirtualProcess;
  readonly client: Client;
  readonly plan: ProcessPlan;
}

export function startCaller(
  world: World,
  process: VirtualProcess,
  plan: ProcessPlan,
  onEvent: (event: Api.ApiEvent) => void,
): Caller {
  const { timeoutMs, maxRetries } = plan;
  const client = process.product.api.createToriiClient({
    secretKey,
    apiUrl: apiOrigin + (plan.hasGateway ? '/gateway' : ''),
    timeoutMs: timeoutMs ?? undefined,
    maxRetries: maxRetries ?? undefined,
    onEvent,
    ...(plan.usesOwnFetch && { fetch: world.network.fetchOf(process) }),
  });
  return { process, client, plan };
}

export function limitsOf(step: CallStep, plan: ProcessPlan): CallLimits {
  return {
    timeoutMs: step.timeoutMs ?? plan.timeoutMs ?? defaults.timeoutMs,
    maxRetries: step.maxRetries ?? plan.maxRetries ?? defaults.maxRetries,
  };
}
