import type { Context } from 'hono';
import { bearerOf } from '../http/bearer.ts';
import { isSafe } from '../http/origins.ts';
import { Problem } from '../http/problem.ts';
import { publishedNames } from '../published-paths.ts';
import type { AccessTokens } from './access-tokens.ts';
import { clearSessionCookies, hasSessionCookies, readSessionCookie } from './cookie.ts';
import type { LiveSession } from './live-session.ts';
import type { SessionSecrets } from './secrets.ts';

export interface CredentialParts {
  readonly issuer: string;
  readonly sessionSecrets: SessionSecrets;
  readonly accessTokens: AccessTokens;
}

/**
 * Whether the request is from an app without cookies. Its cookies are not read, and it gets none: a page that
 * holds only the cookie must not get the session's secret, which the cookie hides from scripts.
 */
export function isNative(c: Context): boolean {
  const { nativeParameter, sessionTokenHeader } = publishedNames;
  return c.req.queries(nativeParameter)?.includes('1') === true || c.req.header(sessionTokenHeader) !== undefined;
}

/**
 * Finds the session by its secret: in the header of a native app, or else in the cookie.
 *
 * @throws Problem `cookie_ambiguous`
 */
export function findSession(
  c: Context,
  { sessionSecrets }: Pick<CredentialParts, 'sessionSecrets'>,
): LiveSession | undefined {
  const secret = isNative(c) ? c.req.header(publishedNames.sessionTokenHeader) : readSessionCookie(c);
  return secret === undefined ? undefined : sessionSecrets.redeem(secret);
}

/**
 * Finds the session by its secret, even if the request has an Authorization header.
 *
 * @throws Problem 401 `signed_out`, 400 `cookie_ambiguous`
 */
export function requireSecret(c: Context, parts: CredentialParts): LiveSession {
  const session = findSession(c, parts);
  if (session !== undefined) return session;
  // Not in answer to a GET or HEAD, which pages of other sites can cause (CSRF): at an origin that several environments
  // share, a request for one of them would drop the cookies of another.
  // Not if the request had no cookie: the user may have signed in in another tab since then.
  if (!isNative(c) && !isSafe(c.req.method) && hasSessionCookies(c)) clearSessionCookies(c, parts.issuer);
  throw new Problem(401, 'signed_out', isNative(c) ? 'This app is not signed in.' : 'This browser is not signed in.');
}

/**
 * Finds the session by the access token in the Authorization header. No other credential counts.
 *
 * @throws Problem 401 `invalid_token`
 */
export function requireBearer(c: Context, { accessTokens }: Pick<CredentialParts, 'accessTokens'>): LiveSession {
  const token = bearerOf(c.req.header('authorization'));
  const session = token === undefined ? undefined : accessTokens.sessionOf(token);
  if (session !== undefined) return session;
  const given = c.req.header('authorization') !== undefined;
  throw new Problem(
    401,
    'invalid_token',
    'The access token is missing, has expired, or is not one of a session of this environment. Send it as ' +
      'Authorization: Bearer …',
    // RFC 6750 section 3.1: no error code for a request without a token.
    { headers: { 'www-authenticate': `Bearer realm="torii"${given ? ', error="invalid_token"' : ''}` } },
  );
}

/**
 * Finds the session by the access token if the request has an Authorization header, or else by the session's secret. If
 * the token is bad, the cookie does not count either.
 *
 * @throws Problem 401, or 400 `cookie_ambiguous`
 */
export function requireSession(c: Context, parts: CredentialParts): LiveSession {
  return c.req.header('authorization') === undefined ? requireSecret(c, parts) : requireBearer(c, parts);
}

/** All sessions for which the request has a credential. */
export function findSessions(c: Context, parts: CredentialParts): readonly LiveSession[] {
  const token = bearerOf(c.req.header('authorization'));
  const ofToken = token === undefined ? undefined : parts.accessTokens.sessionOf(token);
  return [findSession(c, parts), ofToken].filter((session) => session !== undefined);
}
