import { html } from 'hono/html';
import type { Clock } from '../../clock.ts';
import { type ActiveFault, type FaultTarget, type Surface, surfaces } from '../../faults/faults.ts';
import { faultPresets } from '../../faults/presets.ts';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';
import { actionButton, section } from './elements.ts';
import { inputField, selectField } from './inputs.ts';

const surfaceNames: Readonly<Record<FaultTarget, string>> = {
  all: 'All parts',
  keys: 'Key set',
  api: 'REST API',
  signIn: 'Sign-in',
  session: 'Browser session',
  webhooks: 'Webhooks',
};

const units = [
  { label: 'seconds', seconds: 1 },
  { label: 'minutes', seconds: 60 },
  { label: 'hours', seconds: 3600 },
  { label: 'days', seconds: 86_400 },
];

export function clockPage(view: View): Html {
  return html`<div class="columns">${clockSection(view)}${faultsSection(view)}</div>`;
}

function clockSection(view: View): Html {
  const { clock } = view.subject;
  const now = clock.now();
  return section({
    id: 'clock',
    title: 'Clock',
    about: 'The emulator’s own clock, for all environments. The clock of this machine and of your app does not change.',
    live: html`
      <p class="figure"><time datetime="${now.toISOString()}">${now.toISOString().slice(11, 19)}</time></p>
      <p class="muted">${now.toISOString().slice(0, 10)}, UTC · ${describeLead(clock)}</p>
      ${clock.isAhead && html`<div class="inline">${actionButton('reset-clock', 'Set to this machine’s time')}</div>`}`,
    still: html`<form method="post" class="inline headed">
      <label for="amount">Move forward by</label>
      <input id="amount" name="amount" type="number" min="1" value="${view.value('advance', 'amount', '5')}" required class="short">
      <select name="unit" aria-label="Unit">
        ${units.map(({ label, seconds }) => html`<option value="${seconds}" ${label === 'minutes' && 'selected'}>${label}</option>`)}
      </select>
      <button name="action" value="advance">Move forward</button>
    </form>`,
  });
}

export function describeLead(clock: Clock): string {
  const seconds = Math.round((clock.now().getTime() - Date.now()) / 1000);
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

function faultsSection(view: View): Html {
  const { faults, traffic } = view.subject;
  const { active } = faults;
  const counts = traffic.counts;
  return section({
    id: 'faults',
    title: 'Faults',
    about: 'Make a part of the emulator fail, to see what your app does then.',
    live: html`<ul class="rows">
      ${surfaces.map((surface) =>
        surfaceRow(
          surface,
          counts[surface],
          active.find((each) => each.surface === surface),
        ),
      )}
    </ul>`,
    still: html`<form method="post" class="fields">
      ${selectField(
        view,
        'inject',
        { name: 'surface', label: 'Part' },
        (['all', ...surfaces] as const).map((target) => [target, surfaceNames[target]]),
      )}
      ${selectField(
        view,
        'inject',
        { name: 'fault', label: 'What happens' },
        faultPresets.map(({ name, label }) => [name, label]),
      )}
      ${inputField(view, 'inject', {
        name: 'times',
        label: 'For how many requests',
        type: 'number',
        placeholder: 'until you end it',
      })}
      <button name="action" value="inject">Start the fault</button>
    </form>`,
  });
}

function surfaceRow(surface: Surface, count: number, active: ActiveFault | undefined): Html {
  const name = surfaceNames[surface];
  return html`<li>
    <div>
      <strong>${name}</strong>
      ${active === undefined ? html`<span class="pill good">works</span>` : faultPill(active)}
      <br><span class="muted">${count} ${count === 1 ? 'request' : 'requests'}</span>
    </div>
    ${active !== undefined && actionButton('recover', 'End', { surface }, `End the fault of ${name}`)}
  </li>`;
}

function faultPill(active: ActiveFault): Html {
  return html`<span class="pill bad">${describeFault(active)}</span>`;
}

export function faultPills(active: readonly ActiveFault[]): Html {
  return html`${active.map((each) => html`${surfaceNames[each.surface]} ${faultPill(each)} `)}`;
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
