import { html } from 'hono/html';
import type { MintedToken } from '../../journal.ts';
import { card, type Html } from '../../pages/page.ts';
import type { TokenResponse } from '../../requested-token.ts';
import { undeletedStatuses } from '../../users/record.ts';
import type { View } from '../view.ts';
import { emptyNote, moment, namedCopyButton, nameOf, section, shortId, userNameOf } from './elements.ts';
import { checkField, type Field, inputField, jsonField, selectField } from './inputs.ts';

const action = 'mint';

export function tokensPage(view: View): Html {
  return html`${mintSection(view)}${mintedSection(view)}`;
}

function mintSection(view: View): Html {
  const { environment, library } = view.subject;
  const { items: users } = environment.users.search({ limit: 50, statuses: undeletedStatuses });
  const { items: organizations } = environment.organizations.list({ limit: 50 });
  const field = (options: Field) => inputField(view, action, { value: view.query(options.name), ...options });
  return section({
    id: 'mint',
    title: 'Create a token',
    about:
      'An access token of this emulator, as an app receives it from a signed-in browser. Leave every field empty for a ' +
      'valid token of a new user.',
    still: html`<form method="post" class="fields">
      ${field({
        name: 'user',
        label: 'User',
        hint: 'The email of a user, or any user id.',
        choices: users.map((user) => [user.email ?? user.id, nameOf(user)]),
      })}
      ${field({
        name: 'organization',
        label: 'Organization id',
        choices: organizations.map(({ id, name }) => [id, name]),
      })}
      ${field({
        name: 'role',
        label: 'Role in it',
        placeholder: 'that of the user',
        choices: environment.organizations.roles.map(({ key, name }) => [key, name ?? key]),
      })}
      ${field({ name: 'expiresInSeconds', label: 'Expires in (seconds)', type: 'number', placeholder: 'default' })}
      ${field({ name: 'actor', label: 'Impersonated by', hint: 'The id of the person who acts as the user.' })}
      ${templateField(view)}
      ${jsonField(view, action, {
        name: 'claims',
        label: 'More claims, as JSON',
        hint: 'Such as {"plan": "pro"}. They override the fields above.',
      })}
      ${checkField(view, action, { name: 'expired', label: 'Already expired' })}
      ${checkField(view, action, { name: 'stranger', label: 'Signed with a stranger’s key (forged)' })}
      <div class="wide"><button name="action" value="${action}" class="primary">Create the token</button></div>
    </form>
    <p class="muted spaced">Signed by ${shortId(environment.keys.current.kid)} for <code>${library.issuer}</code>.</p>`,
  });
}

function templateField(view: View): Html | false {
  const names = [...view.subject.environment.tokenTemplates.keys()];
  if (names.length === 0) return false;
  const choices = [['', 'none'] as const, ...names.map((name) => [name, name] as const)];
  return selectField(view, action, { name: 'template', label: 'Template', hint: 'For a third party.' }, choices);
}

function mintedSection(view: View): Html {
  const { tokens } = view.subject.environment.journal;
  return section({
    id: 'tokens',
    title: 'Latest tokens',
    about: 'The claims of the last 50 tokens, from sign-ins and from here. The tokens themselves are not kept.',
    live:
      tokens.length === 0
        ? emptyNote('No tokens yet.')
        : html`<ul class="rows">${tokens.map((token) => tokenRow(view, token))}</ul>`,
  });
}

function tokenRow(view: View, { at, kid, claims }: MintedToken): Html {
  const { clock } = view.subject;
  const isExpired = Number(claims['exp']) * 1000 <= clock.now().getTime();
  return html`<li>
    <details>
      <summary>
        <span class="muted">${moment(at)}</span> ${subjectOf(view, claims)}
        ${isExpired && html`<span class="pill">expired</span>`}
        ${claims['act'] !== undefined && html`<span class="pill">impersonated</span>`}
        <span class="muted">${organizationOf(view, claims)}</span>
      </summary>
      <p class="muted">Key ${shortId(kid)}</p>
      <pre>${JSON.stringify(claims, null, 2)}</pre>
    </details>
  </li>`;
}

/** The claim can be missing or of any type, in a token that an app should refuse. */
function subjectOf(view: View, { sub }: MintedToken['claims']): Html | string {
  if (sub === undefined) return 'no user';
  if (typeof sub !== 'string') return shortId(JSON.stringify(sub));
  return userNameOf(view, sub) ?? shortId(sub);
}

function organizationOf(view: View, { org_id: id, org_role: role }: MintedToken['claims']): string {
  if (typeof id !== 'string') return '';
  const name = view.subject.environment.organizations.find(id)?.name ?? id;
  return typeof role === 'string' ? `in ${name} as ${role}` : `in ${name}`;
}

/** The options of a token from the fields of the form. */
export function tokenOptionsFrom(field: (name: string) => string, parseJson: (name: string) => unknown): object {
  const text = (name: string) => field(name).trim();
  const user = text('user');
  const lifetime = text('expired') === '' ? text('expiresInSeconds') : '-60';
  return {
    ...(user.includes('@') ? { user } : user !== '' && { userId: user }),
    ...(lifetime !== '' && { expiresInSeconds: Number(lifetime) }),
    ...(text('organization') !== '' && {
      organization: { id: text('organization'), ...(text('role') !== '' && { role: text('role') }) },
    }),
    ...(text('actor') !== '' && { actor: { sub: text('actor') }, impersonating: true }),
    ...(text('template') !== '' && { template: text('template') }),
    ...(text('claims') !== '' && { claims: parseJson('claims') }),
    ...(text('stranger') !== '' && { signedBy: 'stranger' }),
  };
}

/** A page that is shown once: neither the dashboard nor the history of the browser keeps the token. */
export function newTokenBody(view: View, { token, expiresAt, claims }: TokenResponse): Html {
  const command = `curl http://localhost:3000/ -H 'authorization: Bearer ${token}'`;
  return card(
    html`
    <h1>Your token</h1>
    <p class="muted">${expiresAt === null ? 'It has no expiry.' : `Expires ${expiresAt.replace('T', ' ').replace('.000Z', ' UTC')}.`} It is shown only here.</p>
    <pre class="token" data-token>${token}</pre>
    <p class="buttons">${namedCopyButton(token, 'Copy the token')}
      ${namedCopyButton(`Authorization: Bearer ${token}`, 'Copy the header')}
      ${namedCopyButton(command, 'Copy for curl')}</p>
    <details class="folded"><summary>Its claims</summary><pre>${JSON.stringify(claims, null, 2)}</pre></details>
    <p class="spaced"><a href="${view.link('tokens')}">Back</a></p>
  `,
    'wide-card',
  );
}
