import { Hono } from 'hono';
import type { Environment } from './environment.ts';
import { Problem } from './problem.ts';
import { provisionalPaths } from './provisional-paths.ts';
import { clearSessionCookie, readSessionCookie } from './session-cookie.ts';
import { mintFor } from './session-token.ts';

/** What a page's script does with its session: it asks for a fresh access token, and it ends the session. */
export function sessionRoutes({ issuer, sessionSecrets, tokens }: Environment): Hono {
  return new Hono()
    .post(provisionalPaths.accessToken, async (c) => {
      const secret = readSessionCookie(c);
      const session = secret === undefined ? undefined : sessionSecrets.redeem(secret);
      if (session === undefined) {
        if (secret !== undefined) clearSessionCookie(c, issuer);
        // One answer for a session that ended, was revoked or never was: the page has the user sign in again.
        throw new Problem(401, 'signed_out', 'This browser is not signed in.');
      }
      return c.json(await mintFor(session, tokens));
    })
    .post(provisionalPaths.signOut, (c) => {
      const secret = readSessionCookie(c);
      if (secret !== undefined) sessionSecrets.revoke(secret);
      clearSessionCookie(c, issuer);
      return c.body(null, 204);
    });
}
