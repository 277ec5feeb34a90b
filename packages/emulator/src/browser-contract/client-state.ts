import { type Context, Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { publishedPaths } from '../published-paths.ts';
import { findSession } from '../sessions/credentials.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { shortestPassword } from '../users/input.ts';
import { organizationsOf } from './organizations.ts';
import { ownSession } from './own-sessions.ts';

const signedOut = { authenticated: false, user: null, session: null, organizations: [] } as const;

export function clientStateRoutes(environment: Environment): Hono {
  const { id, name, issuer, publishableKey, organizations } = environment;
  return new Hono()
    .get(publishedPaths.client, (c) => {
      const session = findSessionOrNone(c, environment);
      if (session === undefined) return c.json(signedOut);
      return c.json({
        authenticated: true,
        user: ownUser(environment, session),
        session: ownSession(environment, session),
        organizations: organizationsOf(environment, session.userId),
      });
    })
    .get(publishedPaths.environment, (c) =>
      c.json({
        id,
        name,
        issuer,
        publishableKey,
        signIn: { password: true, secondFactors: [] },
        signUp: { enabled: true, passwordMinLength: shortestPassword },
        organizations: { roles: organizations.roles },
      }),
    );
}

/** The probe answers 200 to any cookie. Two session cookies count as none, because either could have been planted. */
function findSessionOrNone(c: Context, environment: Environment): LiveSession | undefined {
  try {
    return findSession(c, environment);
  } catch (error) {
    if (error instanceof Problem && error.code === 'cookie_ambiguous') return undefined;
    throw error;
  }
}

/** The user as a browser may see them: without `privateMetadata`, which is for the app's server alone. */
function ownUser({ users }: Environment, { userId, emailVerified }: LiveSession): object {
  const { id, email, emailVerifiedAt, name, firstName, lastName, locale, createdAt, updatedAt, ...more } =
    users.get(userId);
  const { publicMetadata, unsafeMetadata } = more;
  return {
    id,
    email,
    emailVerified,
    emailVerifiedAt,
    name,
    firstName,
    lastName,
    locale,
    publicMetadata,
    unsafeMetadata,
    createdAt,
    updatedAt,
  };
}
