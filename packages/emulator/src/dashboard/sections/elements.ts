import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  /** What the page's script renews. */
  readonly live: Html;
  /** What it leaves alone, such as a form that somebody fills in. */
  readonly still?: Html;
}

export function section({ id, title, live, still }: Section): Html {
  return html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <div id="${id}" data-live>${live}</div>
    ${still}
  </section>`;
}

/** A button that does one thing. The labels of a page's buttons are alike, so that a screen reader is told of whom. */
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

/** A moment of the emulator's time: the time of day, and the whole of it for who points at it. */
export function moment(date: Date | string): Html {
  const iso = new Date(date).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(11, 19)}</time>`;
}

/** The end of an id: ids of version 7 begin alike when they were made at one time. */
export function shortId(id: string): Html {
  return html`<code title="${id}">${id.length > 14 ? `…${id.slice(-10)}` : id}</code>`;
}
