import { html } from 'hono/html';
import { secretsPath } from '../../control/paths.ts';
import type { Html } from '../../pages/page.ts';
import type { WebhookAttempt, WebhookDelivery } from '../../webhooks/delivery-log.ts';
import type { Webhook } from '../../webhooks/endpoints.ts';
import type { View } from '../view.ts';
import { actionButton, emptyNote, moment, section, shortId } from './elements.ts';

const deliveriesShown = 30;

export function webhooksPage(view: View): Html {
  return html`${webhooksSection(view)}${deliveriesSection(view)}`;
}

function webhooksSection(view: View): Html {
  const { webhooks } = view.subject.environment;
  const all = webhooks.endpoints.all;
  return section({
    id: 'webhooks',
    title: 'Webhooks',
    about: 'The URLs of your app that receive events about users and sessions.',
    live: all.length === 0 ? emptyNote('No webhooks yet.') : html`<ul class="rows">${all.map(webhookRow)}</ul>`,
    still: html`<form method="post" class="inline headed">
        <label for="webhook-url">Send events to</label>
        <input id="webhook-url" name="url" type="url" required value="${view.value('add-webhook', 'url')}" placeholder="http://127.0.0.1:3000/webhooks">
        <button name="action" value="add-webhook">Add</button>
      </form>
      <form method="post" action="${view.linkTo(secretsPath)}" class="inline">
        <button>Show secrets</button>
      </form>`,
  });
}

function webhookRow({ id, url, types, disabledAt }: Webhook): Html {
  return html`<li>
    <div>
      <strong class="code">${url}</strong>
      ${disabledAt !== null && html`<span class="pill bad">disabled by a 410 response</span>`}
      <br><span class="muted">${types === null ? 'all events' : types.join(', ')}</span>
    </div>
    ${
      disabledAt === null
        ? actionButton('remove-webhook', 'Remove', { webhook: id }, `Remove the webhook ${url}`)
        : actionButton('enable-webhook', 'Enable', { webhook: id }, `Enable the webhook ${url}`)
    }
  </li>`;
}

function deliveriesSection({ subject }: View): Html {
  const deliveries = subject.environment.webhooks.log.list(deliveriesShown);
  return section({
    id: 'deliveries',
    title: 'Events sent',
    about: 'Each event with the responses of your app. Open one to see its content.',
    live:
      deliveries.length === 0
        ? emptyNote('No events sent yet. Events from before a webhook was added are not sent.')
        : html`<ul class="rows">${deliveries.map(deliveryRow)}</ul>`,
  });
}

const pills = { delivered: 'good', waiting: '', failed: 'bad' } as const satisfies Record<
  WebhookDelivery['state'],
  string
>;

function deliveryRow({ event, url, state, attempts, nextAttemptAt }: WebhookDelivery): Html {
  const last = attempts.at(-1);
  return html`<li>
    <details>
      <summary>
        <span class="muted">${moment(event.created_at)}</span> <strong>${event.type}</strong>
        <span class="pill ${pills[state]}">${state}</span>
        ${last !== undefined && html`<span class="muted">${describeOutcome(last)}</span>`}
      </summary>
      <p class="muted">${shortId(event.id)} to <span class="code">${url}</span></p>
      ${attempts.map(attemptLine)}
      ${nextAttemptAt !== null && html`<p class="muted">next attempt ${moment(nextAttemptAt)}</p>`}
      <pre>${JSON.stringify(event, null, 2)}</pre>
    </details>
    ${actionButton('redeliver', 'Redeliver', { event: event.id }, `Redeliver ${event.type} of ${event.created_at}`)}
  </li>`;
}

function attemptLine(attempt: WebhookAttempt): Html {
  const { at, durationMs, answer } = attempt;
  return html`<p class="muted">
    ${moment(at)} ${describeOutcome(attempt)} after ${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms
    ${answer !== null && html`<span class="code">${answer}</span>`}
  </p>`;
}

function describeOutcome({ status, failure }: WebhookAttempt): string {
  return status === null ? String(failure).replaceAll('_', ' ') : String(status);
}
