import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';
import type { Session } from '../../sessions/session.ts';
import type { View } from '../view.ts';
import { actionButton, day, emptyNote, nameOf, section, userNameOf } from './elements.ts';

const sessionsShown = 50;

export function sessionsPage(view: View): Html {
  const sessions = view.subject.environment.sessions.listRecent(sessionsShown);
  return section({
    id: 'sessions',
    title: 'Sessions',
    about:
      'The browsers in which people are signed in, last used first. Ending a session does not end its access tokens: they stay valid until they expire.',
    live:
      sessions.length === 0
        ? emptyNote('Nobody is signed in.')
        : sessionList(
            view,
            sessions,
            ({ userId }, called) => html`<a href="${view.link(`users/${userId}`)}">${called}</a>`,
          ),
  });
}

export function sessionList(
  view: View,
  sessions: readonly Session[],
  titleOf: (session: Session, called: string) => Html,
): Html {
  const { users, organizations } = view.subject.environment;
  return html`<ul class="rows">
    ${sessions.map((session) => {
      const { id, userId, userAgent, lastUsedAt, expiresAt, activeOrganizationId, impersonatedBy } = session;
      const called = nameOf(users.get(userId));
      const details = [
        html`last used ${day(lastUsedAt)}`,
        html`expires ${day(expiresAt)}`,
        ...(activeOrganizationId !== null
          ? [`in ${organizations.find(activeOrganizationId)?.name ?? activeOrganizationId}`]
          : []),
        ...(impersonatedBy !== null ? [`impersonated by ${userNameOf(view, impersonatedBy) ?? impersonatedBy}`] : []),
        userAgent ?? 'no user agent',
      ];
      return html`<li>
        <div>
          ${titleOf(session, called)}
          <br><span class="muted">${details.map((detail, index) => html`${index > 0 && ' · '}${detail}`)}</span>
        </div>
        ${actionButton('revoke', 'End', { session: id }, `End a session of ${called}`)}
      </li>`;
    })}
  </ul>`;
}
