import type { EnvironmentScope } from '../database/scope.ts';
import { createSecret, digestOf } from '../secret.ts';
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
    const secret = createSecret();
    this.#scope.database
      .prepare('INSERT INTO session_secrets (secret_hash, session_id) VALUES (?, ?)')
      .run(digestOf(secret), sessionId);
    return secret;
  }

  redeem(secret: string): LiveSession | undefined {
    const row = this.#scope.database
      .prepare('SELECT session_id FROM session_secrets WHERE secret_hash = ?')
      .get(digestOf(secret));
    return row === undefined ? undefined : findLiveSession(this.#scope, String(row['session_id']));
  }
}
