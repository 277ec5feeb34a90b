import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';
import type { Session } from '../../sessions/session.ts';
import type { View } from '../view.ts';
import { actionButton, day, emptyNote, nameOf, section } from './elements.ts';

const sessionsShown = 50;

export function sessionsPage(view: View): Html {
  const sessions = view.subject.environment.sessions.listRecent(sessionsShown);
  return section({
    id: 'sessions',
    title: 'Sessions',
    about:
      'The browsers in which people are signed in, last used first. Ending a session does not end its access tokens: they stay valid until they expire.',
    live: sessions.length === 0 ? emptyNote('Nobody is signed in.') : sessionList(view, sessions),
  });
}

export function sessionList(view: View, sessions: readonly Session[]): Html {
  const { users } = view.subject.environment;
  return html`<ul class="rows">
    ${sessions.map(({ id, userId, userAgent, lastUsedAt, expiresAt }) => {
      const called = nameOf(users.get(userId));
      return html`<li>
        <div>
          <a href="${view.link(`users/${userId}`)}">${called}</a>
          <br><span class="muted">last used ${day(lastUsedAt)} · expires ${day(expiresAt)} · ${userAgent ?? 'no user agent'}</span>
        </div>
        ${actionButton('revoke', 'End', { session: id }, `End a session of ${called}`)}
      </li>`;
    })}
  </ul>`;
}
