import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';
import { actionButton, copyable, emptyNote, section } from './elements.ts';

export function keysPage(view: View): Html {
  const [current, ...earlier] = view.subject.environment.keys.published;
  return section({
    id: 'keys',
    title: 'Signing keys',
    about: html`The keys that verifiers get from <code>${view.subject.library.jwksUrl}</code>. The newest one signs tokens.`,
    live: html`
      <ul class="rows">
        ${current && html`<li><div>${copyable(current.kid, 'the key id')} <span class="pill good">signs tokens</span></div></li>`}
        ${earlier.map(
          ({ kid }) => html`<li>
            <div>${copyable(kid, 'the key id')} <span class="pill">still verifies</span></div>
            ${actionButton('withdraw', 'Withdraw', { kid }, `Withdraw the key ${kid}`)}
          </li>`,
        )}
      </ul>
      ${earlier.length === 0 && emptyNote('Rotating adds a new key. Tokens of the old key verify until you withdraw it.')}`,
    still: html`<div class="inline">${actionButton('rotate', 'Rotate keys')}</div>`,
  });
}
