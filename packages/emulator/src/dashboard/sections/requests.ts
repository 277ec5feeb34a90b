import { html } from 'hono/html';
import type { AnsweredRequest } from '../../journal.ts';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';
import { emptyNote, moment, section } from './elements.ts';

export function requestsPage(view: View): Html {
  const { requests, keyFetches } = view.subject.environment.journal;
  const text = view.query('text');
  const show = view.query('show');
  const isFiltered = text !== '' || show !== '';
  const found = requests.filter((request) => matches(request, text.toLowerCase(), show));
  return section({
    id: 'requests',
    title: 'Requests',
    about:
      'The last 200 requests to this environment, newest first. Requests of this dashboard and for style sheets are left out.',
    top: html`<form method="get" class="inline">
      <label for="text">Path, method or code contains</label>
      <input id="text" name="text" value="${text}">
      <select name="show" aria-label="Show">
        ${shown.map(([value, label]) => html`<option value="${value}" ${value === show && 'selected'}>${label}</option>`)}
      </select>
      <button>Filter</button>
      ${isFiltered && html`<a href="?">Clear</a>`}
    </form>`,
    live: html`
      ${!isFiltered && keyFetches.length > 0 && keyFetchesLine(keyFetches)}
      ${found.length === 0 ? emptyNote(isFiltered ? 'No request matches the filter.' : 'No requests yet.') : requestTable(found)}`,
  });
}

const shown = [
  ['', 'all requests'],
  ['failed', 'only refused and failed ones'],
] as const;

function matches({ method, path, status, code }: AnsweredRequest, text: string, show: string): boolean {
  const isFailed = status === null || status >= 400;
  if (show === 'failed' && !isFailed) return false;
  return `${method} ${path} ${status ?? 'cut'} ${code ?? ''}`.toLowerCase().includes(text);
}

/** Verifiers fetch the keys every few minutes, which would hide all other requests. */
function keyFetchesLine(fetches: readonly AnsweredRequest[]): Html {
  const [last] = fetches;
  const failed = fetches.filter(({ status }) => status === null || status >= 400).length;
  return html`<details class="folded">
    <summary>Requests for keys <span class="pill">${fetches.length}</span>
      ${failed > 0 && html`<span class="pill bad">${failed} failed</span>`}
      ${last !== undefined && html`<span class="muted">last at ${moment(last.at)}</span>`}
    </summary>
    ${requestTable(fetches)}
  </details>`;
}

export function requestTable(requests: readonly AnsweredRequest[]): Html {
  return html`<table>
    <thead>
      <tr><th scope="col">Time</th><th scope="col">Request</th><th scope="col">Response</th><th scope="col">Duration</th></tr>
    </thead>
    <tbody>${requests.map(requestRow)}</tbody>
  </table>`;
}

function requestRow({ at, method, path, status, code, durationMs }: AnsweredRequest): Html {
  return html`<tr>
    <td class="muted">${moment(at)}</td>
    <td class="code">${method} ${path}</td>
    <td>
      <span class="pill ${status !== null && status < 400 ? 'good' : 'bad'}">${status ?? 'cut'}</span>
      ${code !== undefined && html`<span class="muted">${code}</span>`}
    </td>
    <td class="muted">${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms</td>
  </tr>`;
}
