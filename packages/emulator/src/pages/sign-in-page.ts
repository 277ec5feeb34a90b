import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Environment } from '../environment.ts';
import { isForm, readForm } from '../http/body.ts';
import { Problem } from '../http/problem.ts';
import { provisionalNames, provisionalPaths } from '../provisional-paths.ts';
import { clearSessionCookies, readSessionCookie } from '../sessions/cookie.ts';
import type { LiveSession } from '../sessions/live-session.ts';
import { signIn as checkLogin, giveSecret } from '../sessions/sign-in.ts';
import { answerPage, card, type Html, linkFrom } from './page.ts';
import { parseReturnTarget } from './return-target.ts';

const { signIn, signOut } = provisionalPaths;

export function signInPageRoutes(environment: Environment): Hono {
  const { issuer, allowedOrigins, sessions, sessionSecrets } = environment;
  const findSession = (c: Context) => sessionSecrets.redeem(readSessionCookie(c) ?? '');
  const returnTarget = (c: Context) =>
    parseReturnTarget(c.req.query(provisionalNames.returnTo), [new URL(issuer).origin, ...allowedOrigins.list]);

  const answerForm = (c: Context, refusal?: Problem, email?: string) => {
    for (const [name, value] of Object.entries(refusal?.headers ?? {})) c.header(name, value);
    return answerPage(c, refusal?.status ?? 200, {
      title: 'Sign in',
      path: signIn,
      body: signInForm(issuer, refusal?.message, email),
      formTargets: allowedOrigins.list,
    });
  };

  return new Hono()
    .get(signIn, (c) => {
      const target = returnTarget(c);
      const session = findSession(c);
      if (session === undefined) return answerForm(c);
      if (target !== undefined) return c.redirect(target, 303);
      return answerPage(c, 200, { title: 'Signed in', path: signIn, body: signedIn(issuer, session) });
    })
    .post(signIn, async (c) => {
      requireForm(c);
      // 307: the browser sends the form again, to the other path.
      if (c.req.query(provisionalNames.signOut) !== undefined) return c.redirect(linkFrom(signIn, signOut), 307);
      const target = returnTarget(c);
      const form = await readForm(c.req);
      const email = form.get('email') ?? '';
      try {
        const { secret } = await checkLogin(c, environment, { email, password: form.get('password') ?? '' });
        giveSecret(c, environment, secret, { native: false });
      } catch (error) {
        if (error instanceof Problem) return answerForm(c, error, email);
        throw error;
      }
      return c.redirect(target ?? linkFrom(signIn, signIn), 303);
    })
    .post(signOut, (c) => {
      requireForm(c);
      const target = returnTarget(c);
      const session = findSession(c);
      if (session !== undefined) sessions.revoke(session.sessionId);
      clearSessionCookies(c, issuer);
      return c.redirect(target ?? linkFrom(signOut, signIn), 303);
    });
}

function requireForm(c: Context): void {
  if (isForm(c.req)) return;
  throw new Problem(
    415,
    'unsupported_media_type',
    'This is the address of a form. Scripts send JSON to the login path.',
  );
}

function signInForm(issuer: string, refusal: string | undefined, email: string | undefined): Html {
  const describedBy = refusal !== undefined && html`aria-invalid="true" aria-describedby="refusal"`;
  return card(html`
    <h1>Sign in</h1>
    <p class="muted">to ${new URL(issuer).host}</p>
    ${refusal !== undefined && html`<p role="alert" class="alert" id="refusal">${refusal}</p>`}
    <form method="post">
      <label for="email">Email</label>
      <input id="email" name="email" type="email" value="${email ?? ''}" autocomplete="username" required ${email === undefined && 'autofocus'} ${describedBy}>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required ${email !== undefined && 'autofocus'} ${describedBy}>
      <button class="primary">Sign in</button>
    </form>
  `);
}

function signedIn(issuer: string, session: LiveSession): Html {
  return card(html`
    <h1>You are signed in</h1>
    <p class="muted">to ${new URL(issuer).host} as <strong>${session.email ?? session.userId}</strong></p>
    <form method="post" action="?${provisionalNames.signOut}">
      <button>Sign out</button>
    </form>
  `);
}
