import { Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import { publishedNames, publishedPaths } from '../published-paths.ts';
import { requireBearer, requireSecret } from '../sessions/credentials.ts';

export function tokenRoutes(environment: Environment): Hono {
  const { accessTokens, tokenTemplates } = environment;
  return new Hono()
    .post(provisionalPaths.accessToken, async (c) => c.json(await accessTokens.mintFor(requireSecret(c, environment))))
    .post(publishedPaths.templateToken, async (c) => {
      const session = requireBearer(c, environment);
      const names = c.req.queries(publishedNames.templateParameter) ?? [];
      const [name, ...more] = names;
      if (name === undefined || more.length > 0) {
        throw new Problem(400, 'invalid_request', 'The query must contain one template: ?template=NAME.');
      }
      const template = tokenTemplates.get(name);
      if (template === undefined) {
        throw new Problem(404, 'template_not_found', 'This environment has no token template with this name.');
      }
      return c.json(await accessTokens.mintFromTemplate(session, template));
    });
}
