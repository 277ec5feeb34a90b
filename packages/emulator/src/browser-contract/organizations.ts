import { Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { publishedPaths } from '../published-paths.ts';
import { requireSession } from '../sessions/credentials.ts';

/** An organization of the caller, as a browser may see it: without the metadata for the app's server. */
interface OwnOrganization {
  readonly id: string;
  readonly name: string;
  readonly slug: string | null;
  readonly role: string;
  readonly roleName: string | null;
  readonly publicMetadata: Readonly<Record<string, unknown>>;
  readonly joinedAt: string;
}

export function organizationRoutes(environment: Environment): Hono {
  const { sessions, accessTokens, organizations } = environment;
  return new Hono()
    .get(publishedPaths.organizations, (c) =>
      c.json(organizationsOf(environment, requireSession(c, environment).userId)),
    )
    .post(`${publishedPaths.organizations}/:id/switch`, async (c) => {
      const session = requireSession(c, environment);
      const id = c.req.param('id');
      // The same response for an unknown organization and one of others, so that callers cannot find out which ids exist.
      if (organizations.roleOf(id, session.userId) === undefined) {
        throw new Problem(404, 'organization_not_found', 'The user is not a member of an organization with this id.');
      }
      sessions.activate(session.sessionId, id);
      return c.json(await accessTokens.mintFor({ ...session, activeOrganizationId: id }));
    });
}

export function organizationsOf({ organizations }: Environment, userId: string): readonly OwnOrganization[] {
  const found: OwnOrganization[] = [];
  for (let after: string | undefined; ; ) {
    const { items, nextCursor } = organizations.membershipsOf(userId, { limit: 100, after });
    for (const { organizationId: id, name, slug, role, roleName, publicMetadata, joinedAt } of items) {
      found.push({ id, name, slug, role, roleName, publicMetadata, joinedAt });
    }
    if (nextCursor === null) return found;
    after = nextCursor;
  }
}
