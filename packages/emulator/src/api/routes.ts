import { Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { operations } from './contract/operation.ts';
import { readRequest } from './contract/read-request.ts';
import type { Handlers } from './handler.ts';
import { sessionHandlers } from './sessions.ts';
import { userHandlers } from './users.ts';

export function apiRoutes(environment: Environment): Hono {
  const handlers: Handlers = { ...userHandlers(environment.users), ...sessionHandlers(environment) };
  const routes = new Hono();
  for (const operation of operations) {
    routes.on(operation.method, operation.route, async (c) => {
      const { status, body } = await handlers[operation.key](await readRequest(c.req, operation));
      return status === 204 ? c.body(null, 204) : c.json(body, status);
    });
  }
  return routes;
}
