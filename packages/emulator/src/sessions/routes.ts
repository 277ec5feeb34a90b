import { type Context, Hono } from 'hono';
import { Problem } from '../http/problem.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import type { TokenMint } from '../tokens/token.ts';
import { mintFor } from './access-token.ts';
import { clearSessionCookie, findSession } from './cookie.ts';
import type { SessionSecrets } from './secrets.ts';
import type { Sessions } from './sessions.ts';

export interface SessionParts {
  readonly issuer: string;
  readonly sessions: Sessions;
  readonly sessionSecrets: SessionSecrets;
  readonly tokens: TokenMint;
}

export function sessionRoutes(parts: SessionParts): Hono {
  const { issuer, sessions, sessionSecrets, tokens } = parts;
  return new Hono()
    .post(provisionalPaths.accessToken, async (c) => {
      const session = findSession(c, sessionSecrets);
      if (session === undefined) {
        clearSessionCookie(c, issuer);
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

export function endSession(c: Context, { issuer, sessions, sessionSecrets }: SessionParts): void {
  const session = findSession(c, sessionSecrets);
  if (session !== undefined) sessions.revoke(session.sessionId);
  clearSessionCookie(c, issuer);
}
