import { Hono, type MiddlewareHandler } from 'hono';
import { contractPaths, contractRoutes } from '../browser-contract/routes.ts';
import type { Environment } from '../environment.ts';
import type { Surface } from '../faults/faults.ts';
import { isForm } from '../http/body.ts';
import { allowScripts, refuseForeignPages } from '../http/origins.ts';
import { problemFor } from '../http/problem.ts';
import { requireOwnKey } from '../http/publishable-key.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import { browserFileRoutes, scriptPaths } from './assets.ts';
import { invitationPageRoutes } from './invitation-page.ts';
import { answerProblemPage } from './page.ts';
import { signInPageRoutes } from './sign-in-page.ts';

interface BrowserSurroundings {
  readonly isAllowedSomewhere: (origin: string) => boolean;
}

export function browserRoutes(
  environment: Environment,
  { isAllowedSomewhere }: BrowserSurroundings,
  watch: (surface: Surface) => MiddlewareHandler,
): Hono {
  const { signIn, signOut, acceptInvitation } = provisionalPaths;
  const { issuer, publishableKey, allowedOrigins } = environment;
  const app = new Hono();
  for (const path of [...contractPaths, signIn, signOut, acceptInvitation, ...scriptPaths]) {
    // CORS must come first, so that scripts can read refusals and injected faults.
    app.use(path, allowScripts(allowedOrigins, isAllowedSomewhere), showProblems);
    app.use(path, requireOwnKey(publishableKey), refuseForeignPages(issuer, allowedOrigins));
  }
  app.on('POST', [signIn, acceptInvitation], watch('signIn'));
  app.on('POST', signOut, watch('session'));
  return app
    .route('/', contractRoutes(environment, watch))
    .route('/', signInPageRoutes(environment))
    .route('/', invitationPageRoutes(environment))
    .route('/', browserFileRoutes());
}

/** Responds with an HTML page if a form or a browser navigation is refused. Scripts get `application/problem+json`. */
const showProblems: MiddlewareHandler = async (c, next) => {
  await next();
  const problem = problemFor(c.error);
  const forPerson = isForm(c.req) || (c.req.method === 'GET' && /\btext\/html\b/.test(c.req.header('accept') ?? ''));
  if (problem !== undefined && forPerson) c.res = await answerProblemPage(c, problem, provisionalPaths.signIn);
};
