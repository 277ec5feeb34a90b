import type { Environment } from '../environment.ts';
import type { Users } from '../users/users.ts';
import { forbidden, requireUser } from './access.ts';
import type { Handlers } from './handler.ts';

type SessionOperation =
  | 'GET /users/{userId}/sessions'
  | 'DELETE /users/{userId}/sessions'
  | 'DELETE /users/{userId}/sessions/{sessionId}';

export function sessionHandlers({
  users,
  sessions,
}: Pick<Environment, 'users' | 'sessions'>): Handlers<SessionOperation> {
  return {
    'GET /users/{userId}/sessions'({ path }) {
      const userId = path('userId');
      requireGrant(users, userId);
      return { status: 200, body: sessions.listActive(userId) };
    },
    'DELETE /users/{userId}/sessions'({ path }) {
      const userId = path('userId');
      requireGrant(users, userId);
      sessions.revokeAll(userId);
      return { status: 204 };
    },
    'DELETE /users/{userId}/sessions/{sessionId}'({ path }) {
      const userId = path('userId');
      requireGrant(users, userId);
      const sessionId = path('sessionId');
      // An unknown session id also gives 204: the specification lists no 404 for this operation.
      const owner = sessions.ownerOf(sessionId);
      if (owner !== undefined && owner !== userId) throw forbidden('This session belongs to another user.');
      sessions.revoke(sessionId);
      return { status: 204 };
    },
  };
}

/** Refuses an unknown user with 403 instead of 404: the specification lists no 404 for the session operations. */
function requireGrant(users: Users, userId: string): void {
  if (users.standing(userId) === 'unknown') throw forbidden('No user of this environment has this id.');
  requireUser(users, userId);
}
