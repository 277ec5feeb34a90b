import { html } from 'hono/html';
import type { Environment } from '../../environment.ts';
import type { Html } from '../../pages/page.ts';
import { undeletedStatuses } from '../../users/record.ts';
import type { User } from '../../users/user.ts';
import { actionButton, emptyNote, moment, section, shortId } from './elements.ts';

export interface UserFilter {
  readonly email: string;
  readonly after: string | undefined;
}

const usersShown = 20;
const sessionsShown = 20;

export function usersSection({ users }: Environment, { email, after }: UserFilter): Html {
  const { items, nextCursor } = users.search({
    limit: usersShown,
    after,
    email: email === '' ? undefined : email,
    statuses: undeletedStatuses,
  });
  const next = nextCursor !== null && new URLSearchParams({ email, after: nextCursor });
  return section({
    id: 'users',
    title: 'Users',
    live: html`
      ${items.length === 0 && emptyNote(email === '' && after === undefined ? 'No users yet.' : 'No users found.')}
      <ul class="rows">${items.map(userRow)}</ul>
      ${
        (after !== undefined || next !== false) &&
        html`<p class="pager">
          ${after !== undefined && html`<a href="?${new URLSearchParams({ email })}">Newest users</a>`}
          ${next !== false && html`<a href="?${next}">Older users</a>`}
        </p>`
      }`,
    still: html`<form method="get" class="inline">
      <label for="email">Email contains</label>
      <input id="email" name="email" value="${email}">
      <button>Search</button>
    </form>`,
  });
}

function userRow({ id, name, email, status }: User): Html {
  const called = name ?? email ?? id;
  const banned = status === 'banned';
  return html`<li>
    <div>
      <strong>${name ?? email ?? 'No name'}</strong>
      <span class="pill ${banned ? 'bad' : 'good'}">${status.replaceAll('_', ' ')}</span>
      <br><span class="muted">${name !== null && email !== null && html`${email} · `}${shortId(id)}</span>
    </div>
    ${
      banned
        ? actionButton('unban', 'Unban', { user: id }, `Unban ${called}`)
        : actionButton('ban', 'Ban', { user: id }, `Ban ${called}`)
    }
  </li>`;
}

export function sessionsSection({ sessions, users }: Environment): Html {
  const items = sessions.listRecent(sessionsShown);
  return section({
    id: 'sessions',
    title: 'Sessions',
    live:
      items.length === 0
        ? emptyNote('No active sessions.')
        : html`<ul class="rows">
            ${items.map(({ id, userId, userAgent, lastUsedAt, expiresAt }) => {
              const { name, email } = users.get(userId);
              const called = name ?? email ?? userId;
              return html`<li>
                <div>
                  <strong>${called}</strong>
                  <br><span class="muted">last used ${moment(lastUsedAt)} · expires ${expiresAt.slice(0, 10)} · ${userAgent ?? 'no user agent'}</span>
                </div>
                ${actionButton('revoke', 'Revoke', { session: id }, `Revoke a session of ${called}`)}
              </li>`;
            })}
          </ul>`,
  });
}
