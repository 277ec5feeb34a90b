import { sha256Hex } from '#sha256';
import type { RevocationKind } from '../events.ts';

/** Revokes the tokens of a user, an environment or another subject that were issued at or before a time. */
export interface Entry {
  readonly kind: RevocationKind;
  /** A user id, or the digest of a token. `null` for the environment. */
  readonly id: string | null;
  /** Present only if the kind is `member`. */
  readonly organizationId: string | undefined;
  /** In Unix seconds. For a token: when it was revoked, and not before it was issued. */
  readonly before: number;
}

export type Subject = Omit<Entry, 'before'>;

const maxIdLength = 256;

export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxIdLength && !/\p{Cc}/u.test(value);
}

/** The digest of a token: SHA-256 as base64url. */
function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value);
}

/** Whether a value has all fields that its kind of subject needs. */
export function isSubject({ kind, id, organizationId }: Subject): boolean {
  if (kind === 'member') return isId(id) && isId(organizationId);
  if (organizationId !== undefined) return false;
  if (kind === 'environment') return id === null;
  return kind === 'token' ? isDigest(id) : isId(id);
}

/** The key of a subject in a store. A hash, so that stores show no user ids as keys. */
export function keyOf({ kind, id, organizationId }: Subject): string {
  return sha256Hex(`${kind}\n${id ?? ''}\n${organizationId ?? ''}`);
}

/** A name for the stream, bucket or table of an environment. */
export function channelOf(issuer: string, environmentId: string): string {
  return sha256Hex(`${issuer}\n${environmentId}`).slice(0, 24);
}
