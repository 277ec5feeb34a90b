import { type Context, Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { readJson } from '../http/body.ts';
import { Problem } from '../http/problem.ts';
import { publishedPaths } from '../published-paths.ts';
import { isNative } from '../sessions/credentials.ts';
import { addressOf, giveSecret, type Login, type OpenedSession, openSession, signIn } from '../sessions/sign-in.ts';
import { newUserFields, parseUser } from '../users/input.ts';

/** What a user may set about themselves. Not `emailVerified`, `status` or the metadata that only the app's server writes. */
const { email, password, name, firstName, lastName, locale, unsafeMetadata } = newUserFields;
const signUpFields = { email, password, name, firstName, lastName, locale, unsafeMetadata };

/** The ways to get a session: login, sign-up and impersonation. */
export function accessRoutes(environment: Environment): Hono {
  const { users, accessTokens, loginLimit, impersonations } = environment;
  const answer = async (c: Context, { session, secret }: OpenedSession, status: 200 | 201 = 200) => {
    const body = await accessTokens.mintFor(session);
    giveSecret(c, environment, secret, { native: isNative(c) });
    return c.json(body, status);
  };
  return new Hono()
    .post(publishedPaths.login, async (c) => answer(c, await signIn(c, environment, loginFrom(await readJson(c.req)))))
    .post(publishedPaths.signUp, async (c) => {
      const body = await readJson(c.req);
      loginFrom(body);
      const { id } = await loginLimit.attempt({
        address: addressOf(c) ?? '',
        work: () => users.create({ ...parseUser(body, signUpFields), emailVerified: false }),
        isFailure: () => false,
      });
      return answer(c, openSession(c, environment, id), 201);
    })
    .post(publishedPaths.impersonate, async (c) => {
      const { userId, actorUserId } = impersonations.redeem(tokenFrom(await readJson(c.req)));
      return answer(c, openSession(c, environment, userId, actorUserId));
    })
    .post(publishedPaths.establish, () => {
      throw new Problem(
        501,
        'not_emulated',
        'The emulator has no sign-in that gives a ticket to establish a session with. Sign in with a password.',
      );
    });
}

function loginFrom(body: unknown): Login {
  if (typeof body === 'object' && body !== null && 'email' in body && 'password' in body) {
    const { email, password } = body;
    if (typeof email === 'string' && typeof password === 'string') return { email, password };
  }
  throw new Problem(400, 'invalid_request', 'The body must contain the strings "email" and "password".');
}

function tokenFrom(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string') return body.token;
  throw new Problem(400, 'invalid_request', 'The body must contain the string "token".');
}
