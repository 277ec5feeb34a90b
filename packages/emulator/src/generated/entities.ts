// Written by `npm run generate` from spec/. What is changed here by hand is lost.

/** An end-user belonging to one of your environments. */
export interface User {
  /** Unique identifier for this user. */
  readonly id: string;
  /** Identifier of the environment this user belongs to. */
  readonly environmentId: string;
  /** Full name on the profile, if any. */
  readonly name?: string | null;
  /** Phone number on the profile, if any. Not guaranteed to be verified. */
  readonly phone?: string | null;
  /** Preferred locale for emails and UI messages. */
  readonly locale?: 'en' | 'da' | null;
  /** Free-form address string, if provided. */
  readonly address?: string | null;
  /** Date of birth in ISO-8601 (YYYY-MM-DD), if provided. */
  readonly dateOfBirth?: string | null;
  /** Lifecycle status of the user (e.g. active, banned). */
  readonly status: 'pending_verification' | 'active' | 'banned' | 'deleted';
  /** When this user was created (ISO-8601 UTC). */
  readonly createdAt: string;
  /** When this user was last modified (ISO-8601 UTC). */
  readonly updatedAt: string;
  /** Primary email on the profile, if any. Not guaranteed to be verified. */
  readonly email?: string | null;
  /** When this user was deleted, if soft-deleted. Null for active users. */
  readonly deletedAt?: string | null;
}

/** An active end-user session in your environment. */
export interface Session {
  /** Unique identifier for this session. */
  readonly id: string;
  /** Identifier of the end-user this session belongs to. */
  readonly userId: string;
  /** Identifier of the environment this session belongs to. */
  readonly environmentId: string;
  /** Raw User-Agent string captured when the session was created. */
  readonly userAgent?: string | null;
  /** IP address captured when the session was created. */
  readonly ipAddress?: string | null;
  /** When this session was created (ISO-8601 UTC). */
  readonly createdAt: string;
  /** When this session expires (ISO-8601 UTC). */
  readonly expiresAt: string;
  /** When this session was last seen by the API (ISO-8601 UTC). */
  readonly lastUsedAt: string;
}
