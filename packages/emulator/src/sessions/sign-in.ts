import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono } from 'hono';
import { readJson } from '../http/body.ts';
import { Problem } from '../http/problem.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import type { Users } from '../users/users.ts';
import { mintFor } from './access-token.ts';
import { setSessionCookie } from './cookie.ts';
import type { SessionParts } from './routes.ts';
import type { LiveSession } from './secrets.ts';

export interface SignInParts extends SessionParts {
  readonly users: Users;
}

export interface Login {
  readonly email: string;
  readonly password: string;
}

export function signInRoutes(parts: SignInParts): Hono {
  return new Hono().post(provisionalPaths.signIn, async (c) => {
    const session = await beginSession(c, parts, loginFrom(await readJson(c.req)));
    return c.json(await mintFor(session, parts.tokens));
  });
}

export async function beginSession(
  c: Context,
  { issuer, users, sessions, sessionSecrets }: SignInParts,
  login: Login,
): Promise<LiveSession> {
  const credentials = await users.authenticate(login.email, login.password);
  if (credentials.outcome === 'wrong') {
    // Account enumeration: a wrong password and an unknown email must give the same response.
    throw new Problem(401, 'invalid_credentials', 'The email or the password is wrong.');
  }
  if (credentials.outcome === 'banned')
    throw new Problem(403, 'user_banned', 'This user is banned and cannot sign in.');
  const { user, emailVerified } = credentials;
  const { id, createdAt, expiresAt } = sessions.create(user.id, {
    userAgent: c.req.header('user-agent') ?? null,
    ipAddress: getConnInfo(c).remote.address ?? null,
  });
  const lifetimeSeconds = (Date.parse(expiresAt) - Date.parse(createdAt)) / 1000;
  setSessionCookie(c, issuer, sessionSecrets.issue(id), lifetimeSeconds);
  return { sessionId: id, userId: user.id, email: user.email, emailVerified, locale: user.locale };
}

function loginFrom(body: unknown): Login {
  if (typeof body === 'object' && body !== null && 'email' in body && 'password' in body) {
    const { email, password } = body;
    if (typeof email === 'string' && typeof password === 'string') return { email, password };
  }
  throw new Problem(400, 'invalid_request', 'The body must contain the strings "email" and "password".');
}
