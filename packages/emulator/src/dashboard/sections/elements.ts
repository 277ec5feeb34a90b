import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  /** One sentence for a reader who has not seen the dashboard before. */
  readonly about?: string | Html;
  /** A part above the live one that the script does not refresh, such as a search. */
  readonly top?: Html;
  /** The part of the section that the page's script refreshes every few seconds. */
  readonly live?: Html;
  /** The part of the section that the script does not refresh, such as a form that the user may be filling in. */
  readonly still?: Html;
}

export function section({ id, title, about, top, live, still }: Section): Html {
  return html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${about !== undefined && html`<p class="muted">${about}</p>`}
    ${top}
    ${live !== undefined && html`<div id="${id}" data-live>${live}</div>`}
    ${still}
  </section>`;
}

export function actionButton(
  action: string,
  label: string,
  subject: Readonly<Record<string, string>> = {},
  description?: string,
): Html {
  return html`<form method="post">
    ${Object.entries(subject).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <button name="action" value="${action}" ${description !== undefined && html`aria-label="${description}"`}>${label}</button>
  </form>`;
}

export function emptyNote(text: string | Html): Html {
  return html`<p class="muted empty">${text}</p>`;
}

export function moment(date: Date | string): Html {
  const iso = new Date(date).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(11, 19)}</time>`;
}

export function day(date: Date | string): Html {
  const iso = new Date(date).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}</time>`;
}

/** Shows the end of an id, because UUID v7 ids created at about the same time begin with the same characters. */
export function shortId(id: string): Html {
  return html`<code title="${id}">${id.length > 14 ? `…${id.slice(-10)}` : id}</code>`;
}

/** A text to copy: whole, so that it can be selected without the page's script, and with a button if the script runs. */
export function copyable(text: string, what: string): Html {
  return html`<span class="copyable"><code>${text}</code>${copyButton(text, what)}</span>`;
}

/** The page's script shows the button. Without the script it does nothing, so it stays hidden. */
export function copyButton(text: string, what: string): Html {
  return html`<button type="button" class="copy" data-copy="${text}" aria-label="Copy ${what}">Copy</button>`;
}

/** A copy button that says itself what it copies. */
export function namedCopyButton(text: string, label: string): Html {
  return html`<button type="button" class="copy" data-copy="${text}">${label}</button>`;
}

/** The name of a user by id, or `undefined` if there is none: the id in a token can be any text. */
export function userNameOf(view: View, id: string): string | undefined {
  const { users } = view.subject.environment;
  return users.has(id) ? nameOf(users.get(id)) : undefined;
}

export function nameOf({
  name,
  email,
  id,
}: {
  readonly name: string | null;
  readonly email: string | null;
  readonly id: string;
}): string {
  return name ?? email ?? id;
}
