import { html } from 'hono/html';
import { dashboardPath } from '../control/paths.ts';
import { type Html, logo } from '../pages/page.ts';
import type { View } from './view.ts';

/** The pages in the navigation, by the part of their path below the dashboard. The empty one is the first page. */
export const sectionTitles: ReadonlyMap<string, string> = new Map([
  ['', 'Overview'],
  ['users', 'Users'],
  ['organizations', 'Organizations'],
  ['invitations', 'Invitations & mail'],
  ['tokens', 'Tokens'],
  ['sessions', 'Sessions'],
  ['webhooks', 'Webhooks'],
  ['requests', 'Requests'],
  ['clock', 'Clock & faults'],
  ['keys', 'Keys'],
]);

/** The frame of every page: where the person is, where else to go, and what was refused. */
export function dashboardBody(view: View, current: string, content: Html): Html {
  const { environment, issuers } = view.subject;
  return html`<header class="bar">
      ${logo}
      <div>
        <h1>Torii emulator</h1>
        <p class="muted"><code>${environment.issuer}</code></p>
      </div>
      ${issuers.size > 1 && environmentNav(issuers, environment.name)}
      <p class="muted live" id="live" role="status"><a href="">Reload</a> to update.</p>
    </header>
    <div class="frame">
      <nav class="sections" aria-label="Sections">
        ${[...sectionTitles].map(
          ([name, title]) =>
            html`<a href="${name === '' ? view.linkTo(dashboardPath) || './' : view.link(name)}" ${name === current && html`aria-current="page"`}>${title}</a>`,
        )}
      </nav>
      <main class="board">
        ${view.refusal !== undefined && html`<p role="alert" class="alert">${view.refusal.message}</p>`}
        ${content}
      </main>
    </div>`;
}

function environmentNav(issuers: ReadonlyMap<string, string>, current: string): Html {
  return html`<nav aria-label="Environments">
    ${[...issuers].map(([name, issuer]) => {
      const { pathname } = new URL(issuer + dashboardPath);
      return html`<a href="${pathname}" ${name === current && html`aria-current="page"`}>${name}</a>`;
    })}
  </nav>`;
}
