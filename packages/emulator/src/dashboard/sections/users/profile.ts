import { html } from 'hono/html';
import { Problem } from '../../../http/problem.ts';
import type { Html } from '../../../pages/page.ts';
import type { User } from '../../../users/user.ts';
import type { View } from '../../view.ts';
import { actionButton, copyable, day, emptyNote, nameOf, section } from '../elements.ts';
import { selectField } from '../inputs.ts';
import { roleField } from '../organizations/roles.ts';
import { sessionList } from '../sessions.ts';
import { userFields } from './fields.ts';
import { banButton, statusPill } from './list.ts';

export function userPage(view: View, id: string): Html {
  const { users } = view.subject.environment;
  if (!users.has(id)) throw new Problem(404, 'user_not_found', 'No user of this environment has this id.');
  const user = users.get(id);
  const isHere = user.status !== 'deleted';
  return html`
    <p><a href="${view.link('users')}">All users</a></p>
    ${profileSection(view, user)}
    ${isHere && editSection(view, user)}
    <div class="columns">
      ${isHere && organizationsSection(view, user)}
      ${isHere && sessionsSection(view, user)}
    </div>`;
}

function profileSection(view: View, user: User): Html {
  const { id, email, emailVerifiedAt, createdAt, updatedAt, deletedAt } = user;
  const verified = emailVerifiedAt === null ? 'not verified' : html`verified ${day(emailVerifiedAt)}`;
  return section({
    id: 'profile',
    title: nameOf(user),
    live: html`<dl class="facts">
        <dt>Status</dt><dd>${statusPill(user)}</dd>
        <dt>Id</dt><dd>${copyable(id, 'the user id')}</dd>
        ${email !== null && html`<dt>Email</dt><dd>${copyable(email, 'the email')} <span class="muted">${verified}</span></dd>`}
        <dt>Created</dt><dd>${day(createdAt)}</dd>
        <dt>Changed</dt><dd>${day(updatedAt)}</dd>
        ${deletedAt !== null && html`<dt>Deleted</dt><dd>${day(deletedAt)}</dd>`}
      </dl>
      ${
        deletedAt === null &&
        html`<div class="inline buttons">
          <a class="button" href="${view.link(`tokens?${new URLSearchParams({ user: email ?? id })}`)}">Create a token</a>
          ${banButton(user)}
        </div>`
      }`,
    still:
      deletedAt === null
        ? html`<div>
            <details class="folded">
              <summary>Delete</summary>
              <p class="muted">Ends all sessions and memberships. This cannot be undone.</p>
              ${actionButton('delete-user', 'Delete the user', { user: id })}
            </details>
          </div>`
        : html``,
  });
}

function editSection(view: View, user: User): Html {
  return section({
    id: 'edit',
    title: 'Change the user',
    still: html`<form method="post" class="fields">
      <input type="hidden" name="user" value="${user.id}">
      ${userFields(view, 'edit-user', user)}
      <div class="wide"><button name="action" value="edit-user" class="primary">Save</button></div>
    </form>`,
  });
}

function organizationsSection(view: View, { id }: User): Html {
  const { organizations } = view.subject.environment;
  const { items } = organizations.membershipsOf(id);
  const joined = new Set(items.map(({ organizationId }) => organizationId));
  const others = organizations.list({ limit: 100 }).items.filter((each) => !joined.has(each.id));
  return section({
    id: 'user-organizations',
    title: 'Organizations',
    live:
      items.length === 0
        ? emptyNote('Not a member of any organization.')
        : html`<ul class="rows">${items.map(
            ({ organizationId, name, role }) => html`<li>
              <div><a href="${view.link(`organizations/${organizationId}`)}">${name}</a><br><span class="muted">${role}</span></div>
              ${actionButton('remove-member', 'Remove', { organization: organizationId, member: id }, `Remove from ${name}`)}
            </li>`,
          )}</ul>`,
    ...(others.length > 0 && {
      still: html`<form method="post" class="fields">
        <input type="hidden" name="member" value="${id}">
        ${selectField(
          view,
          'add-member',
          { name: 'organization', label: 'Add to' },
          others.map((each) => [each.id, each.name]),
        )}
        ${roleField(view, 'add-member')}
        <div class="wide"><button name="action" value="add-member">Add</button></div>
      </form>`,
    }),
  });
}

function sessionsSection(view: View, { id }: User): Html {
  const sessions = view.subject.environment.sessions.listActive(id);
  return section({
    id: 'user-sessions',
    title: 'Sessions',
    live:
      sessions.length === 0
        ? emptyNote('Not signed in anywhere.')
        : html`${sessionList(view, sessions, ({ createdAt }) => html`Signed in ${day(createdAt)}`)}
          <div class="inline">${actionButton('revoke-all', 'End all sessions', { user: id })}</div>`,
  });
}
