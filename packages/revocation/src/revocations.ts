import type { Auth, RevocationAnnouncer, RevocationMoment, RevocationSource } from '@torii/core';
import type { RevocationKind } from './events.ts';

/**
 * The revoked tokens of one environment, as this process knows them. Create it once, and pass it to the verifier, the API client
 * and the webhook handler.
 */
export interface Revocations extends RevocationSource, RevocationAnnouncer {
  /**
   * Revokes every token of a user that was issued at or before a moment, also tokens with which the user impersonates others.
   * With `organizationId`, only tokens with this active organization: for a user who lost a role.
   * @throws ToriiRevocationError if the store has not accepted it. This process refuses the tokens all the same.
   */
  revokeUser(userId: string, options?: RevocationMoment & { readonly organizationId?: string }): Promise<void>;
  /** Revokes every token with which this user impersonates others (`act.sub` is the id). The user's own tokens stay valid. */
  revokeImpersonator(userId: string, options?: RevocationMoment): Promise<void>;
  /** Revokes every token of the environment that was issued at or before a moment. Every user renews once. */
  revokeEnvironment(options?: RevocationMoment): Promise<void>;
  /**
   * Revokes one token. Takes its text, or the Auth that a verifier with these revocations returned. The text need not be valid,
   * but verify a token that a caller has sent: with a million made-up ones, a caller could fill `maxEntries`.
   */
  revokeToken(token: string | Auth): Promise<void>;
  /** Resolves with the reason when the caller may no longer be served. If the signal is aborted, rejects with its reason. */
  untilRevoked(auth: Auth, options?: { readonly signal?: AbortSignal }): Promise<EndReason>;
  /** Resolves when the first snapshot was read. Rejects with a ToriiConfigError if the feed refuses the options. */
  ready(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** The state of the feed, for a health check. */
  health(): RevocationHealth;
  /** The revocations that this process holds. */
  list(): Iterable<RevocationRecord>;
  /** Stops reading the feed. `maxStaleSeconds` after the last proof that the feed is alive, `whenStale` decides. */
  close(): Promise<void>;
}

/** Why a caller may no longer be served. `revocations_unavailable`: the feed is stale, and `whenStale` is `refuse`. */
export type EndReason = 'token_expired' | 'token_revoked' | 'revocations_unavailable';

export interface RevocationRecord {
  readonly kind: RevocationKind;
  /** The user id or the token's digest. `null` for the environment. */
  readonly id: string | null;
  /** Present only if the kind is `member`. */
  readonly organizationId?: string;
  /** ISO 8601. Tokens issued at or before this second are refused. */
  readonly issuedBefore: string;
}

export interface RevocationHealth {
  /** `starting`: before the first snapshot. `refused`: the feed cannot be used with these options. */
  readonly status: 'starting' | 'current' | 'stale' | 'refused' | 'closed';
  /** Seconds since the last proof that the feed is alive. `null` before the first. */
  readonly silentSeconds: number | null;
  readonly entries: number;
  /** Entries that the store has not accepted yet, or has lost. */
  readonly pending: number;
}
