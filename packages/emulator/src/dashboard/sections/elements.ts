import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  /** The part of the section that the page's script refreshes every few seconds. */
  readonly live: Html;
  /** The part of the section that the script does not refresh, such as a form that the user may be filling in. */
  readonly still?: Html;
}

export function section({ id, title, live, still }: Section): Html {
  return html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <div id="${id}" data-live>${live}</div>
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

export function emptyNote(text: string): Html {
  return html`<p class="muted empty">${text}</p>`;
}

export function moment(date: Date | string): Html {
  const iso = new Date(date).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(11, 19)}</time>`;
}

/** Shows the end of an id, because UUID v7 ids created at about the same time begin with the same characters. */
export function shortId(id: string): Html {
  return html`<code title="${id}">${id.length > 14 ? `…${id.slice(-10)}` : id}</code>`;
}
