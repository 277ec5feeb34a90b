import type { EnvironmentScope } from '../database/scope.ts';
import type { User } from '../users/user.ts';

/** A session that has not ended, and its user. Neither the user nor an impersonator is banned or deleted. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly email: User['email'];
  readonly emailVerified: boolean;
  readonly locale: User['locale'];
  /** The organization that the user switched to, unless the user has left it since. */
  readonly activeOrganizationId: string | null;
  /** The id of the user who impersonates the session's user. */
  readonly impersonatedBy: string | null;
}

/** The active organization of a row of `sessions`, in SQL. */
export const activeOrganization: string = `(
  SELECT memberships.organization_id FROM memberships
  WHERE memberships.organization_id = sessions.active_organization_id AND memberships.user_id = sessions.user_id)`;

export function findLiveSession(
  { database, environmentId, clock }: EnvironmentScope,
  sessionId: string,
): LiveSession | undefined {
  const row = database
    .prepare(
      `SELECT users.id AS user_id, users.email, users.email_verified, users.locale, impersonated_by,
              ${activeOrganization} AS active_organization_id
       FROM sessions JOIN users ON users.id = sessions.user_id
       WHERE sessions.id = ? AND sessions.environment_id = ? AND revoked_at IS NULL AND expires_at > ?
         AND users.status NOT IN ('banned', 'deleted')
         AND (impersonated_by IS NULL OR EXISTS (
           SELECT 1 FROM users AS actors
           WHERE actors.id = impersonated_by AND actors.status NOT IN ('banned', 'deleted')))`,
    )
    .get(sessionId, environmentId, clock.now().toISOString());
  if (row === undefined) return undefined;
  return {
    sessionId,
    userId: String(row['user_id']),
    email: textOf(row['email']),
    emailVerified: row['email_verified'] === 1,
    locale: row['locale'] as LiveSession['locale'],
    activeOrganizationId: textOf(row['active_organization_id']),
    impersonatedBy: textOf(row['impersonated_by']),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
