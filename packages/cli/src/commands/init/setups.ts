import { expressSetup } from './express.ts';
import { fastifySetup } from './fastify.ts';
import { honoSetup } from './hono.ts';
import { koaSetup } from './koa.ts';
import { nextSetup } from './next/index.ts';
import { nodeSetup } from './node.ts';
import type { Setup } from './plan.ts';

export const setups: readonly Setup[] = [expressSetup, koaSetup, fastifySetup, honoSetup, nextSetup, nodeSetup];
