import { Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { publishedPaths } from '../published-paths.ts';
import { clearSessionCookies } from '../sessions/cookie.ts';
import { findSessions, isNative, requireSession } from '../sessions/credentials.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import type { Session } from '../sessions/session.ts';

/** A session as its user sees it. */
interface OwnSession extends Omit<Session, 'userId' | 'environmentId'> {
  readonly status: 'active';
  /** Whether it is the session of this request. */
  readonly current: boolean;
}

export function ownSessionRoutes(environment: Environment): Hono {
  const { issuer, sessions } = environment;
  return new Hono()
    .post(publishedPaths.logout, (c) => {
      for (const { sessionId } of findSessions(c, environment)) sessions.revoke(sessionId);
      if (!isNative(c)) clearSessionCookies(c, issuer);
      return c.body(null, 204);
    })
    .get(publishedPaths.sessions, (c) => c.json(ownSessions(environment, requireSession(c, environment))))
    .delete(`${publishedPaths.sessions}/:id`, (c) => {
      const { userId, sessionId } = requireSession(c, environment);
      const id = c.req.param('id');
      // The same response for an unknown session and one of another user, so that callers cannot find out which ids exist.
      if (sessions.ownerOf(id) !== userId) {
        throw new Problem(404, 'session_not_found', 'The user has no session with this id.');
      }
      sessions.revoke(id);
      if (id === sessionId && !isNative(c)) clearSessionCookies(c, issuer);
      return c.body(null, 204);
    });
}

export function ownSession(environment: Environment, session: LiveSession): OwnSession | undefined {
  return ownSessions(environment, session).find(({ current }) => current);
}

function ownSessions({ sessions }: Environment, { userId, sessionId }: LiveSession): readonly OwnSession[] {
  return sessions.listActive(userId).map(({ userId: _userId, environmentId: _environmentId, ...session }) => ({
    ...session,
    status: 'active',
    current: session.id === sessionId,
  }));
}
