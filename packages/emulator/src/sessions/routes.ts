import { type Context, Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import { mintFor } from './access-token.ts';
import { clearSessionCookie, findSession } from './cookie.ts';

/** What a page's script does with its session: it asks for a fresh access token, and it ends the session. */
export function sessionRoutes(environment: Environment): Hono {
  const { issuer, sessions, sessionSecrets, tokens } = environment;
  return new Hono()
    .post(provisionalPaths.accessToken, async (c) => {
      const session = findSession(c, sessionSecrets);
      if (session === undefined) {
        clearSessionCookie(c, issuer);
        // One answer for a session that ended, was revoked or never was: the page has the user sign in again.
        throw new Problem(401, 'signed_out', 'This browser is not signed in.');
      }
      sessions.touch(session.sessionId);
      return c.json(await mintFor(session, tokens));
    })
    .post(provisionalPaths.signOut, (c) => {
      endSession(c, environment);
      return c.body(null, 204);
    });
}

/** Ends the session that the cookie shows, if there is one, and clears the cookie. */
export function endSession(c: Context, { issuer, sessions, sessionSecrets }: Environment): void {
  const session = findSession(c, sessionSecrets);
  if (session !== undefined) sessions.revoke(session.sessionId);
  clearSessionCookie(c, issuer);
}
