import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { basePathOf } from '../http/base-path.ts';
import { Problem } from '../http/problem.ts';
import { provisionalNames } from '../provisional-paths.ts';
import { publishedNames } from '../published-paths.ts';

const { sessionCookie, hintCookie } = publishedNames;

/**
 * Reads the secret in the session cookie.
 *
 * @throws Problem `cookie_ambiguous`
 */
export function readSessionCookie(c: Context): string | undefined {
  const values = (c.req.header('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${sessionCookie}=`))
    .map((pair) => pair.slice(sessionCookie.length + 1));
  // Cookie tossing: another server on this host can plant a second cookie of this name. Refuse the request instead of
  // guessing which cookie is genuine.
  if (values.length > 1) {
    throw new Problem(
      400,
      'cookie_ambiguous',
      `The request contains the cookie ${sessionCookie} more than once. Delete the cookies of this host.`,
    );
  }
  return values[0];
}

export function hasSessionCookies(c: Context): boolean {
  return [sessionCookie, hintCookie].some((name) => getCookie(c, name) !== undefined);
}

export function setSessionCookies(c: Context, issuer: string, secret: string, lifetimeSeconds: number): void {
  setBoth(c, issuer, { secret, hint: provisionalNames.hint, maxAge: lifetimeSeconds });
}

export function clearSessionCookies(c: Context, issuer: string): void {
  setBoth(c, issuer, { secret: '', hint: '', maxAge: 0 });
}

interface CookieValues {
  readonly secret: string;
  readonly hint: string;
  readonly maxAge: number;
}

function setBoth(c: Context, issuer: string, { secret, hint, maxAge }: CookieValues): void {
  const basePath = basePathOf(c);
  // Over plain http, Safari refuses Secure cookies, and all browsers refuse SameSite=None and Partitioned without Secure.
  const attributes = issuer.startsWith('https:')
    ? ({ secure: true, sameSite: 'None', partitioned: true, maxAge } as const)
    : ({ sameSite: 'Lax', maxAge } as const);
  setCookie(c, sessionCookie, secret, {
    ...attributes,
    httpOnly: true,
    path: basePath + provisionalNames.sessionCookiePath,
  });
  // Scripts of the app read the hint, so its path is not limited to /_torii.
  setCookie(c, hintCookie, hint, { ...attributes, path: basePath === '' ? '/' : basePath });
}
