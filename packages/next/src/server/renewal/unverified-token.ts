/** Claims of a token that may be expired, or forged. Used only to decide whether to ask for a new token, and to refuse one. */
export interface UnverifiedToken {
  readonly exp: number;
  readonly iat: number;
  /** The user and the organization, for comparison. */
  readonly identity: string;
}

const maxLength = 16 * 1024;

/** Returns `undefined` for anything but a token with the claims that Torii's tokens have. */
export function readUnverified(token: string): UnverifiedToken | undefined {
  try {
    const [, payload = '', ...rest] = token.split('.');
    if (token.length > maxLength || rest.length !== 1) return undefined;
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    const claims: Record<string, unknown> = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const { exp, iat, iss, pid, sub, org_id: flat, o, act } = claims;
    if (!Number.isFinite(exp) || !Number.isFinite(iat)) return undefined;
    const organization = flat ?? Object(o).id ?? null;
    const identity = JSON.stringify([iss, pid, sub, organization, Object(act).sub ?? null]);
    return { exp: exp as number, iat: iat as number, identity };
  } catch {
    return undefined;
  }
}

/** @param token a verified token */
export function isSameUser(old: UnverifiedToken, token: string): boolean {
  return readUnverified(token)?.identity === old.identity;
}
