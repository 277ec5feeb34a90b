import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Environment } from '../environment.ts';
import { Problem } from '../problem.ts';
import { provisionalNames, provisionalPaths } from '../provisional-paths.ts';
import { clearSessionCookie, readSessionCookie } from '../session-cookie.ts';
import type { LiveSession } from '../session-secrets.ts';
import { beginSession } from '../sign-in.ts';
import { isForm, readForm } from './form-body.ts';
import { answerPage, type Html, linkFrom, logo } from './page.ts';
import { parseReturnTarget } from './return-target.ts';

const { signIn, signOut } = provisionalPaths;

/** The pages on which people sign in and out. They need no script, and leave to other routes what is not a form. */
export function signInPageRoutes(environment: Environment): Hono {
  const { issuer, allowedOrigins, sessionSecrets } = environment;
  const origins = [new URL(issuer).origin, ...allowedOrigins];
  const returnTarget = (c: Context) => parseReturnTarget(c.req.query(provisionalNames.returnTo), origins);

  const answerForm = (c: Context, refusal?: Problem, email?: string) =>
    answerPage(c, refusal?.status === 403 ? 403 : refusal ? 401 : 200, {
      title: 'Sign in',
      path: signIn,
      body: signInForm(issuer, refusal?.message, email),
      formTargets: allowedOrigins,
    });

  return new Hono()
    .get(signIn, (c) => {
      const target = returnTarget(c);
      const secret = readSessionCookie(c);
      const session = secret === undefined ? undefined : sessionSecrets.redeem(secret);
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
      const secret = readSessionCookie(c);
      if (secret !== undefined) sessionSecrets.revoke(secret);
      clearSessionCookie(c, issuer);
      return c.redirect(target ?? linkFrom(signOut, signIn), 303);
    });
}

/** What is shown to a person where a program would get `application/problem+json`. */
export function answerProblemPage(c: Context, problem: Problem): Response | Promise<Response> {
  return answerPage(c, problem.status === 403 ? 403 : problem.status < 500 ? 400 : 500, {
    title: 'That did not work',
    path: signIn,
    body: card(html`
      <h1>That did not work</h1>
      <p role="alert" class="alert">${problem.message}</p>
    `),
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

function card(content: Html): Html {
  return html`<main class="card">
      ${logo}
      ${content}
      <p class="footnote">Torii emulator. For development and tests only.</p>
    </main>`;
}
