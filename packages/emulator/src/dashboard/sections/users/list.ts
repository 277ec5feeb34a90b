import { html } from 'hono/html';
import type { Html } from '../../../pages/page.ts';
import { undeletedStatuses } from '../../../users/record.ts';
import type { User } from '../../../users/user.ts';
import type { View } from '../../view.ts';
import { actionButton, copyable, emptyNote, nameOf, section } from '../elements.ts';
import { foldedForm } from '../inputs.ts';
import { userFields } from './fields.ts';

const usersShown = 20;

export function usersPage(view: View): Html {
  const email = view.query('email');
  const after = view.query('after');
  const { items, nextCursor } = view.subject.environment.users.search({
    limit: usersShown,
    after: after === '' ? undefined : after,
    email: email === '' ? undefined : email,
    statuses: undeletedStatuses,
  });
  const next = nextCursor !== null && new URLSearchParams({ email, after: nextCursor });
  return section({
    id: 'users',
    title: 'Users',
    about: 'The people who can sign in to this environment. Open one to see and change all of the user’s data.',
    top: html`
      ${foldedForm(
        view,
        'create-user',
        'Add a user',
        html`${userFields(view, 'create-user')}
        <div class="wide"><button name="action" value="create-user" class="primary">Add the user</button></div>`,
      )}
      <form method="get" class="inline">
        <label for="email">Email contains</label>
        <input id="email" name="email" value="${email}">
        <button>Search</button>
      </form>`,
    live: html`
      ${items.length === 0 && emptyNote(email === '' && after === '' ? 'No users yet.' : 'No users found.')}
      <ul class="rows">${items.map((user) => userRow(view, user))}</ul>
      ${
        (after !== '' || next !== false) &&
        html`<p class="pager">
          ${after !== '' && html`<a href="?${new URLSearchParams({ email })}">Newest users</a>`}
          ${next !== false && html`<a href="?${next}">Older users</a>`}
        </p>`
      }`,
  });
}

function userRow(view: View, user: User): Html {
  const { id, name, email } = user;
  return html`<li>
    <div>
      <a href="${view.link(`users/${id}`)}"><strong>${name ?? email ?? 'No name'}</strong></a>
      ${statusPill(user)}
      <br><span class="muted">${name !== null && email !== null && html`${email} · `}${copyable(id, `the id of ${nameOf(user)}`)}</span>
    </div>
    ${banButton(user)}
  </li>`;
}

export function statusPill({ status }: User): Html {
  return html`<span class="pill ${status === 'banned' || status === 'deleted' ? 'bad' : 'good'}">${status.replaceAll('_', ' ')}</span>`;
}

export function banButton(user: User): Html {
  const called = nameOf(user);
  return user.status === 'banned'
    ? actionButton('unban', 'Unban', { user: user.id }, `Unban ${called}`)
    : actionButton('ban', 'Ban', { user: user.id }, `Ban ${called}`);
}
