import { html } from 'hono/html';
import type { Clock } from '../../clock.ts';
import type { Environment } from '../../environment.ts';
import { type ActiveFault, type Faults, type FaultTarget, type Surface, surfaces } from '../../faults/faults.ts';
import { faultPresets } from '../../faults/presets.ts';
import type { Traffic } from '../../faults/traffic.ts';
import type { Html } from '../../pages/page.ts';
import { actionButton, emptyNote, section, shortId } from './elements.ts';

const surfaceNames: Readonly<Record<FaultTarget, string>> = {
  all: 'All surfaces',
  keys: 'Key set',
  api: 'REST API',
  signIn: 'Sign-in',
  session: 'Browser session',
  webhooks: 'Webhooks',
};

const units = [
  { label: 'minutes', seconds: 60 },
  { label: 'hours', seconds: 3600 },
  { label: 'days', seconds: 86_400 },
];

export function clockSection(clock: Clock): Html {
  const now = clock.now();
  const aheadSeconds = Math.round((now.getTime() - Date.now()) / 1000);
  return section({
    id: 'clock',
    title: 'Clock',
    live: html`
      <p class="figure"><time datetime="${now.toISOString()}">${now.toISOString().slice(11, 19)}</time></p>
      <p class="muted">${now.toISOString().slice(0, 10)}, UTC · ${describeLead(aheadSeconds)}</p>`,
    still: html`<form method="post" class="inline headed">
      <label for="amount">Advance by</label>
      <input id="amount" name="amount" type="number" min="1" value="5" required class="short">
      <select name="unit" aria-label="Unit">
        ${units.map(({ label, seconds }) => html`<option value="${seconds}">${label}</option>`)}
      </select>
      <button name="action" value="advance">Advance</button>
    </form>`,
  });
}

function describeLead(seconds: number): string {
  if (seconds === 0) return 'same as this machine';
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const text = parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount} ${unit}`])).join(' ');
  return `${text} ahead of this machine`;
}

export function faultsSection(faults: Faults, traffic: Traffic): Html {
  const { active } = faults;
  const counts = traffic.counts;
  return section({
    id: 'faults',
    title: 'Faults',
    live: html`<ul class="rows">
      ${surfaces.map((surface) =>
        surfaceRow(
          surface,
          counts[surface],
          active.find((each) => each.surface === surface),
        ),
      )}
    </ul>`,
    still: html`<form method="post" class="stacked">
      <label for="surface">Surface</label>
      <select id="surface" name="surface">
        ${(['all', ...surfaces] as const).map((target) => html`<option value="${target}">${surfaceNames[target]}</option>`)}
      </select>
      <label for="fault">Fault</label>
      <select id="fault" name="fault">
        ${faultPresets.map(({ name, label }) => html`<option value="${name}">${label}</option>`)}
      </select>
      <label for="times">Requests</label>
      <input id="times" name="times" type="number" min="1" placeholder="no limit">
      <button name="action" value="inject">Inject</button>
    </form>`,
  });
}

function surfaceRow(surface: Surface, count: number, active: ActiveFault | undefined): Html {
  const name = surfaceNames[surface];
  return html`<li>
    <div>
      <strong>${name}</strong>
      ${
        active === undefined
          ? html`<span class="pill good">ok</span>`
          : html`<span class="pill bad">${describeFault(active)}</span>`
      }
      <br><span class="muted">${count} ${count === 1 ? 'request' : 'requests'}</span>
    </div>
    ${active !== undefined && actionButton('recover', 'End', { surface }, `End the fault of ${name}`)}
  </li>`;
}

function describeFault({ fault, remaining }: ActiveFault): string {
  const times = remaining === null ? '' : ` × ${remaining}`;
  switch (fault.kind) {
    case 'fail':
      return `responds with ${fault.status}${times}`;
    case 'delay':
      return `delay ${fault.delayMs / 1000} s${times}`;
    case 'cut':
      return `cut ${fault.at === 'body' ? 'in' : 'at'} ${fault.at}${times}`;
  }
}

export function keysSection({ keys }: Environment): Html {
  const [current, ...earlier] = keys.published;
  return section({
    id: 'keys',
    title: 'Keys',
    live: html`
      <ul class="rows">
        ${current && html`<li><div>${shortId(current.kid)} <span class="pill good">signs tokens</span></div></li>`}
        ${earlier.map(
          ({ kid }) => html`<li>
            <div>${shortId(kid)} <span class="pill">in the key set</span></div>
            ${actionButton('withdraw', 'Withdraw', { kid }, `Withdraw the key ${kid}`)}
          </li>`,
        )}
      </ul>
      ${earlier.length === 0 && emptyNote('Rotating adds a new key. The old key stays in the key set until you withdraw it.')}`,
    still: html`<div class="inline">${actionButton('rotate', 'Rotate keys')}</div>`,
  });
}
