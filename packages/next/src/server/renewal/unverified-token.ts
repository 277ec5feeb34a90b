import { readUnverifiedClaims } from '../unverified-claims.ts';

/** Claims of a token that may be expired, or forged. Used only to decide whether to ask for a new token, and to refuse one. */
export interface UnverifiedToken {
  readonly exp: number;
  readonly iat: number;
  /** The user and the organization, for comparison. */
  readonly identity: string;
}

/** Returns `undefined` for anything but a token with the claims that Torii's tokens have. */
export function readUnverified(token: string): UnverifiedToken | undefined {
  const { exp, iat, iss, pid, sub, org_id: flat, o, act } = readUnverifiedClaims(token) ?? {};
  if (typeof exp !== 'number' || typeof iat !== 'number' || !Number.isFinite(exp - iat)) return undefined;
  const organization = flat ?? Object(o).id ?? null;
  return { exp, iat, identity: JSON.stringify([iss, pid, sub, organization, Object(act).sub ?? null]) };
}

/** @param token a verified token */
export function isSameUser(old: UnverifiedToken, token: string): boolean {
  return readUnverified(token)?.identity === old.identity;
}
