import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { digestOf } from '../secret.ts';
import type { TokenOptions } from '../tokens/options.ts';
import type { SigningKeys } from '../tokens/signing-keys.ts';
import type { TokenTemplate } from '../tokens/templates.ts';
import type { IssuedToken, TokenMint } from '../tokens/token.ts';
import { findLiveSession, type LiveSession } from './live-session.ts';

export interface TokenAnswer {
  readonly accessToken: string;
  readonly expiresAt: string;
  /**
   * The remaining lifetime of the token. Not a point in time, because the clock of the browser's machine may differ
   * from the emulator's.
   */
  readonly expiresInSeconds: number;
  readonly sessionId: string;
  readonly userId: string;
}

export interface Memberships {
  /** The role of a user in an organization, or `undefined` if the user is not a member. */
  roleOf(organizationId: string, userId: string): string | undefined;
}

export interface AccessTokenParts {
  readonly scope: EnvironmentScope;
  readonly tokens: TokenMint;
  readonly keys: SigningKeys;
  readonly memberships: Memberships;
}

/**
 * The access tokens of sessions. Torii's tokens do not name their session, so the emulator remembers which token it gave
 * to which session. Any other token (of a template, of a test, of a stranger) therefore has no session here, even if it
 * has the right claims and signature.
 */
export class AccessTokens {
  readonly #parts: AccessTokenParts;

  constructor(parts: AccessTokenParts) {
    this.#parts = parts;
  }

  async mintFor(session: LiveSession): Promise<TokenAnswer> {
    const { tokens, scope, memberships } = this.#parts;
    const { sessionId, userId, emailVerified, locale, activeOrganizationId: id } = session;
    const role = id === null ? undefined : memberships.roleOf(id, userId);
    const issued = await tokens.issue({
      userId,
      emailVerified,
      ...(locale !== null && { locale }),
      ...(id !== null && role !== undefined && { organization: { id, role } }),
      ...impersonation(session),
    });
    const { kid = '' } = decodeProtectedHeader(issued.token);
    const now = scope.clock.now().toISOString();
    transact(scope.database, () => {
      scope.database.prepare('DELETE FROM session_tokens WHERE expires_at <= ?').run(now);
      scope.database
        .prepare('INSERT INTO session_tokens (token_hash, session_id, kid, expires_at) VALUES (?, ?, ?, ?)')
        .run(digestOf(issued.token), sessionId, kid, issued.expiresAt.toISOString());
      scope.database.prepare('UPDATE sessions SET last_used_at = ? WHERE id = ?').run(now, sessionId);
    });
    return { ...answerOf(issued), sessionId, userId };
  }

  /** Signs a token for a third party. It is not an access token of the session. */
  async mintFromTemplate(
    session: LiveSession,
    { claims, expiresInSeconds }: TokenTemplate,
  ): Promise<Pick<TokenAnswer, 'accessToken' | 'expiresAt' | 'expiresInSeconds'>> {
    const issued = await this.#parts.tokens.issue({
      userId: session.userId,
      ...(expiresInSeconds !== undefined && { expiresInSeconds }),
      ...impersonation(session),
      claims: { email_verified: undefined, profile_complete: undefined, ...claims },
    });
    return answerOf(issued);
  }

  /**
   * The session of an access token that this environment gave to it, as long as the token, its key and the session are
   * valid. A token from before a reset of the clock can be one of the future, which every verifier refuses.
   */
  sessionOf(token: string): LiveSession | undefined {
    const { scope, keys } = this.#parts;
    const row = scope.database
      .prepare('SELECT session_id, kid FROM session_tokens WHERE token_hash = ? AND expires_at > ?')
      .get(digestOf(token), scope.clock.now().toISOString());
    if (row === undefined || !keys.published.some(({ kid }) => kid === row['kid'])) return undefined;
    const { iat = Number.POSITIVE_INFINITY } = decodeJwt(token);
    if (scope.clock.isFuture(iat * 1000)) return undefined;
    return findLiveSession(scope, String(row['session_id']));
  }
}

function impersonation({ impersonatedBy }: LiveSession): Pick<TokenOptions, 'actor' | 'impersonating'> {
  return impersonatedBy === null ? {} : { actor: { sub: impersonatedBy }, impersonating: true };
}

function answerOf({ token, expiresAt, expiresInSeconds }: IssuedToken) {
  return { accessToken: token, expiresAt: expiresAt.toISOString(), expiresInSeconds };
}
