import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Environment } from '../environment.ts';
import { isForm, readForm } from '../http/body.ts';
import { Problem } from '../http/problem.ts';
import { provisionalNames, provisionalPaths } from '../provisional-paths.ts';
import { findSession } from '../sessions/cookie.ts';
import { endSession } from '../sessions/routes.ts';
import type { LiveSession } from '../sessions/secrets.ts';
import { beginSession } from '../sessions/sign-in.ts';
import { answerPage, card, type Html, linkFrom } from './page.ts';
import { parseReturnTarget } from './return-target.ts';

const { signIn, signOut } = provisionalPaths;

export function signInPageRoutes(environment: Environment): Hono {
  const { issuer, allowedOrigins, sessionSecrets } = environment;
  const returnTarget = (c: Context) =>
    parseReturnTarget(c.req.query(provisionalNames.returnTo), [new URL(issuer).origin, ...allowedOrigins.list]);

  const answerForm = (c: Context, refusal?: Problem, email?: string) =>
    answerPage(c, refusal?.status ?? 200, {
      title: 'Sign in',
      path: signIn,
      body: signInForm(issuer, refusal?.message, email),
      formTargets: allowedOrigins.list,
    });

  return new Hono()
    .get(signIn, (c) => {
      const target = returnTarget(c);
      const session = findSession(c, sessionSecrets);
      if (session === undefined) return answerForm(c);
      if (target !== undefined) return c.redirect(target, 303);
      return answerPage(c, 200, { title: 'Signed in', path: signIn, body: signedIn(issuer, session) });
    })
    .post(signIn, async (c, next) => {
      if (!isForm(c.req)) return next();
      const target = returnTarget(c);
      const form = await readForm(c.req);
      const email = form.get('email') ?? '';
      try {
        await beginSession(c, environment, { email, password: form.get('password') ?? '' });
      } catch (error) {
        if (error instanceof Problem) return answerForm(c, error, email);
        throw error;
      }
      return c.redirect(target ?? linkFrom(signIn, signIn), 303);
    })
    .post(signOut, async (c, next) => {
      if (!isForm(c.req)) return next();
      const target = returnTarget(c);
      endSession(c, environment);
      return c.redirect(target ?? linkFrom(signOut, signIn), 303);
    });
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
    <form method="post" action="${linkFrom(signIn, signOut)}">
      <button>Sign out</button>
    </form>
  `);
}
