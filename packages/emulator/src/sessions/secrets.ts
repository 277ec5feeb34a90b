import { createHash, randomBytes } from 'node:crypto';
import type { EnvironmentScope } from '../database/scope.ts';
import { findLiveSession, type LiveSession } from './live-session.ts';

/**
 * The random secrets in session cookies and in the header of native apps. Only hashes are stored: a stolen database file
 * must not give access.
 */
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
    const row = this.#scope.database
      .prepare('SELECT session_id FROM session_secrets WHERE secret_hash = ?')
      .get(digest(secret));
    return row === undefined ? undefined : findLiveSession(this.#scope, String(row['session_id']));
  }
}

/** The form in which secrets and tokens are stored. They are random or signed, so a fast hash is enough. */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
