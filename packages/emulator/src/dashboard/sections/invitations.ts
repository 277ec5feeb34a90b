import { html } from 'hono/html';
import { Problem } from '../../http/problem.ts';
import type { Invitation } from '../../invitations/invitation.ts';
import type { Mail } from '../../invitations/mailbox.ts';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';
import { bagFields, twoBags } from './bag-fields.ts';
import { actionButton, copyable, copyButton, day, emptyNote, section } from './elements.ts';
import { foldedForm, inputField } from './inputs.ts';

const shown = 50;

export function invitationsPage(view: View): Html {
  return html`${invitationsSection(view)}${mailSection(view)}${impersonationSection(view)}`;
}

function invitationsSection(view: View): Html {
  const { items, hasMore } = view.subject.environment.invitations.list({ limit: shown });
  return section({
    id: 'invitations',
    title: 'Invitations',
    about: 'People who were asked to sign up. Each gets a mail with a link. You find the mails below.',
    top: foldedForm(
      view,
      'create-invitation',
      'Invite someone',
      html`${inputField(view, 'create-invitation', { name: 'email', label: 'Email', type: 'email', required: true })}
        ${inputField(view, 'create-invitation', { name: 'expiresInDays', label: 'Expires in (days)', type: 'number', placeholder: '7' })}
        ${inputField(view, 'create-invitation', { name: 'redirectUrl', label: 'Go to after the sign-up', type: 'url', hint: 'A URL of an allowed origin. Optional.' })}
        ${bagFields(view, 'create-invitation', twoBags)}
        <div class="wide"><button name="action" value="create-invitation" class="primary">Send the invitation</button></div>`,
    ),
    live: html`${items.length === 0 ? emptyNote('No invitations yet.') : html`<ul class="rows">${items.map(invitationRow)}</ul>`}
      ${hasMore && emptyNote('There are more. The REST API lists them all.')}`,
  });
}

function invitationRow({ id, email, status, expiresAt, createdAt }: Invitation): Html {
  const look = status === 'ACCEPTED' ? 'good' : status === 'PENDING' ? '' : 'bad';
  return html`<li>
    <div>
      <strong>${email}</strong> <span class="pill ${look}">${status.toLowerCase()}</span>
      <br><span class="muted">sent ${day(createdAt)} · expires ${day(expiresAt)} · ${copyable(id, `the id of the invitation for ${email}`)}</span>
    </div>
    ${
      status === 'PENDING' &&
      html`<span class="buttons">
        ${actionButton('resend-invitation', 'Send again', { invitation: id }, `Send again to ${email}`)}
        ${actionButton('revoke-invitation', 'Revoke', { invitation: id }, `Revoke the invitation of ${email}`)}
      </span>`
    }
  </li>`;
}

function mailSection(view: View): Html {
  const mails = view.subject.environment.invitations.mailbox.list(shown);
  return section({
    id: 'mails',
    title: 'Mail',
    about: 'The mails that Torii would have sent. The emulator sends none.',
    live:
      mails.length === 0
        ? emptyNote('No mail yet.')
        : html`<ul class="rows">${mails.map(
            ({ id, to, subject, sentAt }) => html`<li>
              <div><a href="${view.link(`mails/${id}`)}">${subject}</a><br><span class="muted">to ${to} · ${day(sentAt)}</span></div>
            </li>`,
          )}</ul>`,
  });
}

function impersonationSection(view: View): Html {
  const { state } = view.subject.environment.impersonations;
  const choices = [
    ['enabled', 'on', 'Switch on'],
    ['disabled', 'off: the API responds with 403', 'Switch off'],
    ['quota_exceeded', 'on, but the quota is used up: the API responds with 402', 'Use up the quota'],
  ] as const;
  return section({
    id: 'impersonation',
    title: 'Impersonation',
    about: 'Whether the REST API gives tokens with which a member of your staff signs in as a user.',
    live: html`<p class="spaced">It is <strong>${choices.find(([each]) => each === state)?.[1]}</strong>.</p>
      <div class="inline buttons">
        ${choices
          .filter(([each]) => each !== state)
          .map(([each, , label]) => actionButton('set-impersonation', label, { state: each }))}
      </div>`,
  });
}

/** A separate page, because the link of a mail is a secret. */
export function mailPage(view: View, id: string): Html {
  const mail = view.subject.environment.invitations.mails.find((each) => each.id === id);
  if (mail === undefined)
    throw new Problem(404, 'mail_not_found', 'The mailbox has no such mail. It keeps the last 1,000.');
  return html`<p><a href="${view.link('invitations')}">Invitations and mail</a></p>${letter(mail)}`;
}

function letter({ to, subject, text, link, sentAt }: Mail): Html {
  return section({
    id: 'mail',
    title: subject,
    still: html`<dl class="facts">
        <dt>To</dt><dd>${copyable(to, 'the recipient')}</dd>
        <dt>Sent</dt><dd>${day(sentAt)}</dd>
      </dl>
      <pre class="letter">${text}</pre>
      <p class="spaced buttons"><a class="button primary" href="${link}">Open the link</a> ${copyButton(link, 'the link')}</p>`,
  });
}
