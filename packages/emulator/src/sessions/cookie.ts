import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { Problem } from '../http/problem.ts';
import { provisionalNames } from '../provisional-paths.ts';
import type { LiveSession, SessionSecrets } from './secrets.ts';

const name = provisionalNames.sessionCookie;

function readSessionCookie(c: Context): string | undefined {
  const values = (c.req.header('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  // Cookie tossing: another server on this host can plant a second cookie of this name. Refuse the request instead of
  // guessing which cookie is genuine.
  if (values.length > 1) {
    throw new Problem(
      400,
      'cookie_ambiguous',
      `The request contains the cookie ${name} more than once. Delete the cookies of this host.`,
    );
  }
  return values[0];
}

export function findSession(c: Context, secrets: SessionSecrets): LiveSession | undefined {
  const secret = readSessionCookie(c);
  return secret === undefined ? undefined : secrets.redeem(secret);
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
