import type * as Api from '@torii/api';
import { endListener } from '../../world/listener.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { apiOrigin } from './api-server.ts';
import { environmentId } from './directory.ts';
import type { Feed } from './feed.ts';
import { type Client, type OperationRules, rules } from './operations.ts';
import type { CallStep, OperationName, ProcessPlan } from './plan.ts';
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
  feed: Feed,
  onEvent: (event: Api.ApiEvent) => void,
): Caller {
  const { timeoutMs, maxRetries, revocations, announceSessions, listener } = plan;
  const client = process.product.api.createToriiClient({
    secretKey,
    apiUrl: apiOrigin + (plan.hasGateway ? '/gateway' : ''),
    timeoutMs: timeoutMs ?? undefined,
    maxRetries: maxRetries ?? undefined,
    onEvent: (event) => {
      onEvent(event);
      return endListener(listener);
    },
    ...(revocations !== 'none' && {
      revocations: feed.announcerOf(process, revocations === 'own' ? environmentId : 'environment-2'),
      announceSessions,
    }),
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

/** What the documentation says about an operation, for the client of this process. */
export function rulesFor(operation: OperationName, { revocations, announceSessions }: ProcessPlan): OperationRules {
  const own = rules[operation];
  const isSilent = revocations === 'none' || (operation === 'revoke one' && !announceSessions);
  return isSilent ? { ...own, announces: 'never' } : own;
}
