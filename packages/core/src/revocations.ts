import type { Auth } from './auth.ts';

/**
 * Refuses tokens that were revoked before they expire. `createRevocations` of `@torii/revocation` creates one. A verifier reads
 * each property once, and ignores inherited ones.
 */
export interface RevocationSource {
  /** The issuer whose tokens it knows about. The verifier must accept this issuer only. */
  readonly issuer: string;
  /** The environment whose tokens it knows about. The verifier accepts tokens of this environment only. */
  readonly environmentId: string;
  /** How long a token may live (`exp - iat`), in seconds. A token that lives longer is refused with `token_lifetime_refused`. */
  readonly maxTokenSeconds: number;
  /**
   * Called for each request with a valid token, also if the token was verified earlier. Returns a promise only if the answer
   * is not known yet, for example before the first snapshot of the feed.
   */
  check(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict>;
}

/** `unavailable`: it is not known whether the token was revoked, and the options say to refuse it in this case. */
export type RevocationVerdict = 'accepted' | 'revoked' | 'unavailable';

/** A verified token. The same object for every request with this token, for as long as the verifier remembers the token. */
export interface RevocableToken {
  readonly auth: Auth;
  /**
   * SHA-256 of the signing input (`header.payload`) as base64url. The signature is left out, because for each ECDSA signature
   * (r, s), anyone can compute a second valid one, (r, n - s).
   */
  readonly digest: string;
  /** The source may store its result for this token here. Other code ignores it. */
  mark?: unknown;
}

/** Announces that tokens are revoked. The API client and webhook handlers call it. */
export interface RevocationAnnouncer {
  readonly issuer: string;
  readonly environmentId: string;
  /**
   * Revokes every token of a user that was issued at or before a moment. Resolves when the store of the feed has accepted it.
   * @throws ToriiRevocationError if it could not be announced. `announce()` tries again.
   */
  revokeUser(userId: string, options?: RevocationMoment): Promise<void>;
}

export interface RevocationMoment {
  /**
   * Tokens that were issued at or before this moment are revoked: a Date, or ISO 8601 with a time zone as in the API's answers.
   * By default the present moment plus 30 seconds, because the clocks of this server and of Torii may differ. New tokens are
   * refused for that long.
   */
  readonly at?: Date | string | undefined;
}
