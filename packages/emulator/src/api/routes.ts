import { Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { allowedOriginHandlers } from './allowed-origins.ts';
import { operations } from './contract/operation.ts';
import { readRequest } from './contract/read-request.ts';
import type { Handlers } from './handler.ts';
import { invitationHandlers } from './invitations.ts';
import { organizationHandlers } from './organizations.ts';
import { sessionHandlers } from './sessions.ts';
import { userHandlers } from './users.ts';

export function apiRoutes(environment: Environment): Hono {
  const handlers: Partial<Handlers> = {
    ...userHandlers(environment),
    ...sessionHandlers(environment),
    ...organizationHandlers(environment.organizations, environment.users),
    ...invitationHandlers(environment.invitations),
    ...allowedOriginHandlers(environment.allowedOrigins),
  };
  const routes = new Hono();
  for (const operation of operations) {
    routes.on(operation.method, operation.route, async (c) => {
      const handle = handlers[operation.key];
      // A specification that is newer than this code can have more operations.
      if (handle === undefined)
        throw new Problem(501, 'not_emulated', 'The emulator does not have this operation yet.');
      const { status, body } = await handle(await readRequest(c.req, operation));
      return body === undefined ? c.body(null, status) : c.json(body, status);
    });
  }
  return routes;
}
