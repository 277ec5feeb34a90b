import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { Problem } from './problem.ts';
import { provisionalNames } from './provisional-paths.ts';

const name = provisionalNames.sessionCookie;

/**
 * The secret in a request's session cookie.
 *
 * @throws Problem where the cookie comes twice: a server beside this one can plant the second, and order would decide
 */
export function readSessionCookie(c: Context): string | undefined {
  const values = (c.req.header('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (values.length > 1) {
    throw new Problem(
      400,
      'cookie_ambiguous',
      `The cookie ${name} came more than once. Delete the cookies of this host.`,
    );
  }
  return values[0];
}

export function setSessionCookie(c: Context, issuer: string, secret: string, lifetimeSeconds: number): void {
  setCookie(c, name, secret, {
    httpOnly: true,
    sameSite: 'Lax',
    secure: issuer.startsWith('https:'),
    path: new URL(issuer + provisionalNames.sessionCookiePath).pathname,
    maxAge: lifetimeSeconds,
  });
}

export function clearSessionCookie(c: Context, issuer: string): void {
  setSessionCookie(c, issuer, '', 0);
}
