import { html } from 'hono/html';
import type { AnsweredRequest, Journal, MintedToken } from '../../journal.ts';
import type { Html } from '../../pages/page.ts';
import { emptyNote, moment, section, shortId } from './elements.ts';

export function requestsSection({ requests }: Journal): Html {
  return section({
    id: 'requests',
    title: 'Requests',
    live:
      requests.length === 0
        ? emptyNote('No requests yet.')
        : html`<table>
            <thead>
              <tr><th scope="col">Time</th><th scope="col">Request</th><th scope="col">Response</th><th scope="col">Duration</th></tr>
            </thead>
            <tbody>${requests.map(requestRow)}</tbody>
          </table>`,
  });
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

export function tokensSection({ tokens }: Journal): Html {
  return section({
    id: 'tokens',
    title: 'Tokens minted',
    live:
      tokens.length === 0
        ? emptyNote('No tokens yet.')
        : html`<ul class="rows">${tokens.map(tokenRow)}</ul>
            <p class="muted empty">The claims of the tokens. The tokens are not stored.</p>`,
  });
}

function tokenRow({ at, kid, claims }: MintedToken): Html {
  return html`<li>
    <details>
      <summary>
        <span class="muted">${moment(at)}</span> for ${shortId(String(claims['sub']))}
        <span class="muted">signed by ${shortId(kid)}</span>
      </summary>
      <pre>${JSON.stringify(claims, null, 2)}</pre>
    </details>
  </li>`;
}
