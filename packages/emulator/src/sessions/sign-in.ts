import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import type { Environment } from '../environment.ts';
import { Problem } from '../http/problem.ts';
import { publishedNames } from '../published-paths.ts';
import { foldCase } from '../users/record.ts';
import { setSessionCookies } from './cookie.ts';
import type { LiveSession } from './live-session.ts';
import { sessionLifetimeSeconds } from './sessions.ts';

export interface Login {
  readonly email: string;
  readonly password: string;
}

/** A new session whose secret the client does not have yet. */
export interface OpenedSession {
  readonly session: LiveSession;
  readonly secret: string;
}

/**
 * Checks a password and opens a session.
 *
 * @throws Problem 401 `invalid_credentials`, 403 `user_banned`, 429 `too_many_attempts`
 */
export async function signIn(c: Context, environment: Environment, { email, password }: Login): Promise<OpenedSession> {
  const credentials = await environment.loginLimit.attempt({
    // Normalizes the email. Otherwise, each spelling of an email would have a separate limit.
    email: foldCase(email),
    address: addressOf(c) ?? '',
    work: () => environment.users.authenticate(email, password),
    isFailure: ({ outcome }) => outcome === 'wrong',
  });
  if (credentials.outcome === 'wrong') {
    // Account enumeration: a wrong password and an unknown email must give the same response.
    throw new Problem(401, 'invalid_credentials', 'The email or the password is wrong.');
  }
  if (credentials.outcome === 'banned')
    throw new Problem(403, 'user_banned', 'This user is banned and cannot sign in.');
  return openSession(c, environment, credentials.user.id);
}

/** @param impersonatedBy the id of the user who impersonates the session's user */
export function openSession(
  c: Context,
  { sessions, sessionSecrets }: Environment,
  userId: string,
  impersonatedBy?: string,
): OpenedSession {
  const userAgent = c.req.header('user-agent') ?? null;
  const { id } = sessions.create(userId, { userAgent, ipAddress: addressOf(c), impersonatedBy });
  const secret = sessionSecrets.issue(id);
  const session = sessionSecrets.redeem(secret);
  // The user may have been banned or deleted since the caller looked.
  if (session === undefined) throw new Problem(403, 'user_banned', 'This user cannot sign in.');
  return { session, secret };
}

/** Gives the client the secret of its session: in both cookies, or in a header. Called last, so that no refusal has it. */
export function giveSecret(c: Context, { issuer }: Environment, secret: string, { native }: { native: boolean }): void {
  if (native) c.header(publishedNames.sessionTokenHeader, secret);
  else setSessionCookies(c, issuer, secret, sessionLifetimeSeconds);
}

export function addressOf(c: Context): string | null {
  return getConnInfo(c).remote.address ?? null;
}
