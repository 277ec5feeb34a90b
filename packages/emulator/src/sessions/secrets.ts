import { createHash, randomBytes } from 'node:crypto';
import type { EnvironmentScope } from '../database/scope.ts';
import type { User } from '../users/user.ts';

export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly email: User['email'];
  readonly emailVerified: boolean;
  readonly locale: User['locale'];
}

/** The random secrets in session cookies. Only hashes are stored: a stolen database file must not give access. */
export class SessionSecrets {
  readonly #scope: EnvironmentScope;

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
  }

  issue(sessionId: string): string {
    const secret = randomBytes(32).toString('base64url');
    this.#scope.database
      .prepare('INSERT INTO session_secrets (secret_hash, session_id) VALUES (?, ?)')
      .run(digest(secret), sessionId);
    return secret;
  }

  redeem(secret: string): LiveSession | undefined {
    const { database, environmentId, clock } = this.#scope;
    const row = database
      .prepare(
        `SELECT sessions.id, users.id AS user_id, users.email, users.email_verified, users.locale
         FROM session_secrets
         JOIN sessions ON sessions.id = session_secrets.session_id
         JOIN users ON users.id = sessions.user_id
         WHERE secret_hash = ? AND sessions.environment_id = ? AND revoked_at IS NULL AND expires_at > ?
           AND users.status NOT IN ('banned', 'deleted')`,
      )
      .get(digest(secret), environmentId, clock.now().toISOString());
    if (row === undefined) return undefined;
    return {
      sessionId: String(row['id']),
      userId: String(row['user_id']),
      email: row['email'] === null ? null : String(row['email']),
      emailVerified: row['email_verified'] === 1,
      locale: row['locale'] as LiveSession['locale'],
    };
  }
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
