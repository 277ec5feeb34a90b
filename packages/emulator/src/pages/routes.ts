import { Hono, type MiddlewareHandler } from 'hono';
import type { Environment } from '../environment.ts';
import type { Surface } from '../faults/faults.ts';
import { isForm } from '../http/body.ts';
import { allowScripts, refuseForeignPages } from '../http/origins.ts';
import { problemFor } from '../http/problem.ts';
import { invitationRoutes } from '../invitations/routes.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import { sessionRoutes } from '../sessions/routes.ts';
import { signInRoutes } from '../sessions/sign-in.ts';
import { browserFileRoutes, scriptPaths } from './assets.ts';
import { answerProblemPage } from './page.ts';
import { signInPageRoutes } from './sign-in-page.ts';

export function browserRoutes(environment: Environment, watch: (surface: Surface) => MiddlewareHandler): Hono {
  const { signIn, signOut, accessToken, acceptInvitation } = provisionalPaths;
  const { issuer, allowedOrigins } = environment;
  const app = new Hono();
  for (const path of [signIn, signOut, accessToken, acceptInvitation, ...scriptPaths]) {
    // CORS must come first, so that scripts can read refusals and injected faults.
    app.use(path, allowScripts(allowedOrigins), showProblems, refuseForeignPages(issuer, allowedOrigins));
  }
  app.on('POST', [signIn, acceptInvitation], watch('signIn'));
  app.on('POST', [accessToken, signOut], watch('session'));
  return app
    .route('/', signInPageRoutes(environment))
    .route('/', signInRoutes(environment))
    .route('/', sessionRoutes(environment))
    .route('/', invitationRoutes(environment))
    .route('/', browserFileRoutes());
}

/** Responds with an HTML page if a form or a browser navigation is refused. Scripts get `application/problem+json`. */
const showProblems: MiddlewareHandler = async (c, next) => {
  await next();
  const problem = problemFor(c.error);
  const forPerson = isForm(c.req) || (c.req.method === 'GET' && /\btext\/html\b/.test(c.req.header('accept') ?? ''));
  if (problem !== undefined && forPerson) c.res = await answerProblemPage(c, problem, provisionalPaths.signIn);
};
