import { Hono, type MiddlewareHandler } from 'hono';
import type { Environment } from '../environment.ts';
import type { Surface } from '../faults/faults.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import { publishedNames, publishedPaths } from '../published-paths.ts';
import { accessRoutes } from './access.ts';
import { clientStateRoutes } from './client-state.ts';
import { organizationRoutes } from './organizations.ts';
import { ownSessionRoutes } from './own-sessions.ts';
import { tokenRoutes } from './tokens.ts';

const { client, environment: environmentPath, login, signUp, logout, templateToken, establish } = publishedPaths;
const { impersonate, sessions, organizations } = publishedPaths;

const paths: Readonly<Record<'signIn' | 'session', readonly string[]>> = {
  signIn: [login, signUp, impersonate, establish],
  session: [
    client,
    environmentPath,
    logout,
    templateToken,
    sessions,
    `${sessions}/:id`,
    organizations,
    `${organizations}/:id/switch`,
    provisionalPaths.accessToken,
  ],
};

/** The paths of which scripts of other origins may read the responses. */
export const contractPaths: readonly string[] = [...paths.signIn, ...paths.session];

export function contractRoutes(environment: Environment, watch: (surface: Surface) => MiddlewareHandler): Hono {
  const app = new Hono();
  for (const surface of ['signIn', 'session'] as const) {
    for (const path of paths[surface]) app.use(path, watch(surface), forbidCaching);
  }
  return app
    .route('/', clientStateRoutes(environment))
    .route('/', accessRoutes(environment))
    .route('/', tokenRoutes(environment))
    .route('/', ownSessionRoutes(environment))
    .route('/', organizationRoutes(environment));
}

const { apiKeyHeader, sessionTokenHeader } = publishedNames;

/** The responses depend on who asks, refusals too. */
const forbidCaching: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('cache-control', 'private, no-store');
  c.header('vary', `Authorization, Cookie, ${apiKeyHeader}, ${sessionTokenHeader}`, { append: true });
};
