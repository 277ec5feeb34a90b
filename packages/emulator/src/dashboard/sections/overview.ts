import { html } from 'hono/html';
import { controlPath, secretsPath } from '../../control/paths.ts';
import type { Html } from '../../pages/page.ts';
import { provisionalPaths } from '../../provisional-paths.ts';
import type { View } from '../view.ts';
import { describeLead, faultPills } from './clock.ts';
import { actionButton, copyable, copyButton, emptyNote, moment, nameOf, section } from './elements.ts';
import { requestTable } from './requests.ts';

export function overviewPage(view: View): Html {
  return html`
    <div class="columns">
      ${connectSection(view)}
      ${nowSection(view)}
    </div>
    <div class="columns">
      ${tokenSection(view)}
      ${originsSection(view)}
    </div>
    ${newestUsers(view)}
    ${latestRequests(view)}`;
}

function connectSection(view: View): Html {
  const { library } = view.subject;
  const settings = [
    ['TORII_ISSUER', library.issuer],
    ['TORII_API_URL', library.apiUrl],
    ['TORII_PUBLISHABLE_KEY', library.publishableKey],
  ] as const;
  return section({
    id: 'connect',
    title: 'Connect your app',
    about: 'Set these variables for your app, then start it.',
    still: html`<dl class="facts">
        ${settings.map(([name, value]) => html`<dt><code>${name}</code></dt><dd>${copyable(value, name)}</dd>`)}
        <dt>Keys (JWKS)</dt><dd>${copyable(library.jwksUrl, 'the URL of the keys')}</dd>
        <dt>Environment id</dt><dd>${copyable(library.environmentId, 'the environment id')}</dd>
      </dl>
      <form method="post" action="${view.linkTo(secretsPath)}" class="inline">
        <button>Show the secret key and the webhook secret</button>
      </form>
      <p class="muted spaced">People sign in at the <a href="${view.linkTo(provisionalPaths.signIn)}">sign-in page</a>.</p>`,
  });
}

function nowSection(view: View): Html {
  const { clock, faults, environment } = view.subject;
  const now = clock.now();
  const active = faults.active;
  return section({
    id: 'now',
    title: 'Right now',
    live: html`<dl class="facts">
      <dt>Clock</dt><dd><time datetime="${now.toISOString()}">${now.toISOString().slice(0, 19).replace('T', ' ')}</time> UTC, ${describeLead(clock)}</dd>
      <dt>Faults</dt><dd>${active.length === 0 ? 'none: every part works' : faultPills(active)}</dd>
      <dt>Sessions</dt><dd>${environment.sessions.listRecent(100).length} active</dd>
      <dt>Webhooks</dt><dd>${environment.webhooks.endpoints.all.length} registered</dd>
    </dl>
    <p class="spaced"><a href="${view.link('clock')}">Move the clock or make a part fail</a></p>`,
  });
}

function tokenSection(view: View): Html {
  const { issuer } = view.subject.library;
  const command = `curl ${issuer}${controlPath}/tokens -H 'content-type: application/json' -H 'accept: text/plain' -d '{}'`;
  return section({
    id: 'first-token',
    title: 'Get a token',
    about: 'An access token for any user, organization and role, to send to your app.',
    still: html`<p class="spaced"><a class="button primary" href="${view.link('tokens')}">Create a token</a></p>
      <p class="muted spaced">Or in a terminal:</p>
      <pre>${command}</pre>
      ${copyButton(command, 'the command')}`,
  });
}

function originsSection(view: View): Html {
  const { list } = view.subject.environment.allowedOrigins;
  return section({
    id: 'origins',
    title: 'Allowed origins',
    about: 'The apps whose pages may sign people in and request tokens, and to which links may lead.',
    live:
      list.length === 0
        ? emptyNote('None yet.')
        : html`<ul class="rows">${list.map(
            (origin) => html`<li>
              <div><code>${origin}</code></div>
              ${actionButton('remove-origin', 'Remove', { origin }, `Remove ${origin}`)}
            </li>`,
          )}</ul>`,
    still: html`<form method="post" class="inline headed">
      <label for="add-origin-origin">Add an origin</label>
      <input id="add-origin-origin" name="origin" placeholder="http://localhost:3000" required autocomplete="off"
        value="${view.value('add-origin', 'origin')}">
      <button name="action" value="add-origin">Add</button>
    </form>`,
  });
}

function newestUsers(view: View): Html {
  const { items } = view.subject.environment.users.search({
    limit: 5,
    statuses: ['active', 'pending_verification', 'banned'],
  });
  return section({
    id: 'newest-users',
    title: 'Newest users',
    live:
      items.length === 0
        ? emptyNote(html`No users yet. <a href="${view.link('users')}">Add one</a>.`)
        : html`<ul class="rows">${items.map(
            (user) =>
              html`<li><div><a href="${view.link(`users/${user.id}`)}">${nameOf(user)}</a></div><span class="muted">${moment(user.createdAt)}</span></li>`,
          )}</ul>`,
  });
}

function latestRequests(view: View): Html {
  const { requests } = view.subject.environment.journal;
  return section({
    id: 'latest-requests',
    title: 'Latest requests',
    live: html`${requests.length === 0 ? emptyNote('No requests yet.') : requestTable(requests.slice(0, 5))}
      <p class="spaced"><a href="${view.link('requests')}">All requests</a></p>`,
  });
}
