import { html } from 'hono/html';
import { dashboardPath } from '../control/paths.ts';
import type { Traffic } from '../faults/traffic.ts';
import { type Html, linkFrom, logo } from '../pages/page.ts';
import { provisionalPaths } from '../provisional-paths.ts';
import type { Controls } from './actions.ts';
import { requestsSection, tokensSection } from './sections/activity.ts';
import { clockSection, faultsSection, keysSection } from './sections/control.ts';
import { sessionsSection, type UserFilter, usersSection } from './sections/people.ts';
import { deliveriesSection, webhooksSection } from './sections/webhooks.ts';

export interface DashboardSubject extends Controls {
  readonly traffic: Traffic;
  readonly issuers: ReadonlyMap<string, string>;
}

export function dashboardBody(subject: DashboardSubject, filter: UserFilter): Html {
  const { environment, clock, faults, traffic, issuers } = subject;
  return html`<header class="bar">
      ${logo}
      <div>
        <h1>Torii emulator</h1>
        <p class="muted"><code>${environment.issuer}</code> · <a href="${linkFrom(dashboardPath, provisionalPaths.signIn)}">sign-in page</a></p>
      </div>
      ${issuers.size > 1 && environmentNav(issuers, environment.name)}
      <p class="muted live" id="live" role="status"><a href="">Reload</a> to update.</p>
    </header>
    <main class="board">
      <div class="column">
        ${usersSection(environment, filter)}
        ${sessionsSection(environment)}
        ${deliveriesSection(environment)}
        ${requestsSection(environment.journal)}
        ${tokensSection(environment.journal)}
      </div>
      <div class="column">
        ${clockSection(clock)}
        ${faultsSection(faults, traffic)}
        ${keysSection(environment)}
        ${webhooksSection(environment)}
      </div>
    </main>`;
}

function environmentNav(issuers: DashboardSubject['issuers'], current: string): Html {
  return html`<nav aria-label="Environments">
    ${[...issuers].map(([name, issuer]) => {
      const { pathname } = new URL(issuer + dashboardPath);
      return html`<a href="${pathname}" ${name === current && html`aria-current="page"`}>${name}</a>`;
    })}
  </nav>`;
}
