import { html } from 'hono/html';
import type { ControlSubject } from '../../control/operation.ts';
import { card, type Html } from '../../pages/page.ts';
import { copyButton } from './elements.ts';

/** A separate page, so that the secrets are not visible while a screen with the dashboard is shared. */
export function secretsBody({ environment, library }: ControlSubject): Html {
  const own = environment.webhooks.endpoints.all.filter(({ secrets }) => secrets !== null);
  return card(html`
    <h1>Secrets</h1>
    <p class="muted">Valid only for this emulator.</p>
    <p><strong>TORII_SECRET_KEY</strong> ${copyButton(library.secretKey, 'the secret key')}<br><code>${library.secretKey}</code></p>
    <p><strong>TORII_WEBHOOK_SECRET</strong> ${copyButton(library.webhookSecret, 'the webhook secret')}<br><code>${library.webhookSecret}</code></p>
    ${own.map(({ url, secrets }) => html`<p><strong class="code">${url}</strong><br><code>${secrets?.join(' ')}</code></p>`)}
    <p><a href="./">Back</a></p>
  `);
}
