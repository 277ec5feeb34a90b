import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import type { Environment } from './environment.ts';
import { readJson } from './json-body.ts';
import { Problem } from './problem.ts';
import { provisionalPaths } from './provisional-paths.ts';

/** Signing in with an email and a password: a session begins, and its first access token is the answer. */
export function signInRoutes({ users, sessions, tokens }: Environment): Hono {
  return new Hono().post(provisionalPaths.signIn, async (c) => {
    const { email, password } = credentialsFrom(await readJson(c.req));
    const credentials = await users.authenticate(email, password);
    if (credentials.outcome === 'wrong') {
      // One answer for a wrong password and an unknown email: it must not tell who has an account.
      throw new Problem(401, 'invalid_credentials', 'The email or the password is wrong.');
    }
    if (credentials.outcome === 'banned')
      throw new Problem(403, 'user_banned', 'This user is banned and cannot sign in.');
    const { user, emailVerified } = credentials;
    const session = sessions.create(user.id, {
      userAgent: c.req.header('user-agent') ?? null,
      ipAddress: getConnInfo(c).remote.address ?? null,
    });
    const { token, expiresAt } = await tokens.issue({
      userId: user.id,
      emailVerified,
      ...(user.locale !== null && { locale: user.locale }),
    });
    return c.json({
      accessToken: token,
      expiresAt: expiresAt.toISOString(),
      sessionId: session.id,
      userId: user.id,
    });
  });
}

function credentialsFrom(body: unknown): { readonly email: string; readonly password: string } {
  if (typeof body === 'object' && body !== null && 'email' in body && 'password' in body) {
    const { email, password } = body;
    if (typeof email === 'string' && typeof password === 'string') return { email, password };
  }
  throw new Problem(400, 'invalid_request', 'The body must have the strings "email" and "password".');
}
