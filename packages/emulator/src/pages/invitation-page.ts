import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Environment } from '../environment.ts';
import { EmulatorError } from '../errors.ts';
import { isRecord } from '../fields.ts';
import { isForm, readForm, readJson } from '../http/body.ts';
import { type Problem, problemFor } from '../http/problem.ts';
import { parseAcceptance } from '../invitations/input.ts';
import type { Accepted } from '../invitations/invitations.ts';
import { provisionalNames, provisionalPaths } from '../provisional-paths.ts';
import { answerPage, card, type Html, linkFrom } from './page.ts';

const { acceptInvitation: path, signIn } = provisionalPaths;

/** The page that the link of an invitation opens. */
export function invitationPageRoutes({ issuer, invitations, allowedOrigins }: Environment): Hono {
  const host = new URL(issuer).host;
  const accept = async (input: unknown): Promise<Accepted> => {
    const { [provisionalNames.ticket]: ticket, ...acceptance } = isRecord(input) ? input : {};
    const parsed = parseAcceptance(acceptance);
    return invitations.accept(typeof ticket === 'string' ? ticket : '', parsed);
  };
  const answerForm = (c: Context, ticket: string, refusal?: Problem) => {
    const { email } = invitations.open(ticket);
    return answerPage(c, refusal?.status ?? 200, {
      title: 'Accept the invitation',
      path,
      formTargets: allowedOrigins.list,
      body: acceptanceForm({ host, email, ticket, refusal: refusal?.message }),
    });
  };

  return new Hono()
    .get(path, (c) => {
      if (c.req.query(provisionalNames.signIn) !== undefined) return c.redirect(linkFrom(path, signIn), 303);
      return answerForm(c, c.req.query(provisionalNames.ticket) ?? '');
    })
    .post(path, async (c) => {
      if (!isForm(c.req)) {
        const { user, redirectUrl } = await accept(await readJson(c.req));
        return c.json({ userId: user.id, email: user.email, redirectUrl }, 201);
      }
      const form = Object.fromEntries(await readForm(c.req));
      try {
        const { user, redirectUrl } = await accept(withoutEmptyTexts(form));
        if (redirectUrl !== null) return c.redirect(redirectUrl, 303);
        return answerPage(c, 200, { title: 'Welcome', path, body: welcome(host, user.email ?? '') });
      } catch (error) {
        if (!(error instanceof EmulatorError) || error.code !== 'invitation_invalid') throw error;
        return answerForm(c, String(form[provisionalNames.ticket] ?? ''), problemFor(error));
      }
    });
}

/** A form sends an empty text for a field that was not filled in. */
function withoutEmptyTexts(form: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(form).filter(([, text]) => text !== ''));
}

interface FormContent {
  readonly host: string;
  readonly email: string;
  readonly ticket: string;
  readonly refusal: string | undefined;
}

function acceptanceForm({ host, email, ticket, refusal }: FormContent): Html {
  const describedBy = refusal !== undefined && html`aria-invalid="true" aria-describedby="refusal"`;
  return card(html`
    <h1>Accept the invitation</h1>
    <p class="muted">to ${host} as <strong>${email}</strong></p>
    ${refusal !== undefined && html`<p role="alert" class="alert" id="refusal">${refusal}</p>`}
    <form method="post" action="?">
      <input type="hidden" name="${provisionalNames.ticket}" value="${ticket}">
      <label for="firstName">First name</label>
      <input id="firstName" name="firstName" autocomplete="given-name" ${refusal === undefined && 'autofocus'}>
      <label for="lastName">Last name</label>
      <input id="lastName" name="lastName" autocomplete="family-name">
      <label for="password">New password</label>
      <input id="password" name="password" type="password" autocomplete="new-password" minlength="8" required ${refusal !== undefined && 'autofocus'} ${describedBy}>
      <button class="primary">Sign up</button>
    </form>
  `);
}

function welcome(host: string, email: string): Html {
  return card(html`
    <h1>Welcome</h1>
    <p class="muted">You signed up at ${host} as <strong>${email}</strong>.</p>
    <p><a href="?${provisionalNames.signIn}">Sign in</a></p>
  `);
}
