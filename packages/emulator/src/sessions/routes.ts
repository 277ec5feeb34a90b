import { type Context, Hono } from 'hono';
import { Problem } from '../http/problem.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import type { TokenMint } from '../tokens/token.ts';
import { mintFor } from './access-token.ts';
import { clearSessionCookie, findSession } from './cookie.ts';
import type { SessionSecrets } from './secrets.ts';
import type { Sessions } from './sessions.ts';

/** What a browser's session is served from. */
export interface SessionParts {
  readonly issuer: string;
  readonly sessions: Sessions;
  readonly sessionSecrets: SessionSecrets;
  readonly tokens: TokenMint;
}

/** What a page's script does with its session: it asks for a fresh access token, and it ends the session. */
export function sessionRoutes(parts: SessionParts): Hono {
  const { issuer, sessions, sessionSecrets, tokens } = parts;
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
      endSession(c, parts);
      return c.body(null, 204);
    });
}

/** Ends the session that the cookie shows, if there is one, and clears the cookie. */
export function endSession(c: Context, { issuer, sessions, sessionSecrets }: SessionParts): void {
  const session = findSession(c, sessionSecrets);
  if (session !== undefined) sessions.revoke(session.sessionId);
  clearSessionCookie(c, issuer);
}
