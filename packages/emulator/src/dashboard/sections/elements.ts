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

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'number' | 'url';
  readonly hint?: string;
  readonly value?: string;
  readonly required?: boolean;
  readonly placeholder?: string;
  /** Whether the page never shows the value again, as that of a password. */
  readonly isSecret?: boolean;
  /** Values to choose from. Others can be written too. */
  readonly choices?: readonly (readonly [value: string, label: string])[];
}

/** A labelled input of a form. `action` tells forms of one page apart. */
export function inputField(view: View, action: string, field: Field): Html {
  const { name, label, type = 'text', hint, value, required, placeholder, choices, isSecret = false } = field;
  const id = `${action}-${name}`;
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${name}" type="${type}" value="${isSecret ? '' : view.value(action, name, value)}" autocomplete="off"
      ${required === true && 'required'} ${placeholder !== undefined && html`placeholder="${placeholder}"`}
      ${choices !== undefined && html`list="${id}-choices"`} ${hint !== undefined && html`aria-describedby="${id}-hint"`}>
    ${choices !== undefined && html`<datalist id="${id}-choices">${choices.map(([each, text]) => html`<option value="${each}">${text}</option>`)}</datalist>`}
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}

export function selectField(
  view: View,
  action: string,
  field: Pick<Field, 'name' | 'label' | 'hint' | 'value'>,
  options: readonly (readonly [value: string, label: string])[],
): Html {
  const { name, label, hint, value } = field;
  const id = `${action}-${name}`;
  const chosen = view.value(action, name, value);
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <select id="${id}" name="${name}" ${hint !== undefined && html`aria-describedby="${id}-hint"`}>
      ${options.map(([each, text]) => html`<option value="${each}" ${each === chosen && 'selected'}>${text}</option>`)}
    </select>
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}

export function jsonField(view: View, action: string, field: Pick<Field, 'name' | 'label' | 'hint' | 'value'>): Html {
  const { name, label, hint, value } = field;
  const id = `${action}-${name}`;
  const text = view.value(action, name, value);
  const rows = Math.min(Math.max(text.split('\n').length, 3), 16);
  // The line break after <textarea> is not part of its value.
  return html`<div class="field wide">
    <label for="${id}">${label}</label>
    <textarea id="${id}" name="${name}" rows="${rows}" spellcheck="false" class="code" ${hint !== undefined && html`aria-describedby="${id}-hint"`}>
${text}</textarea>
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}

export function checkField(
  view: View,
  action: string,
  field: Pick<Field, 'name' | 'label'> & { readonly checked?: boolean },
): Html {
  const { name, label, checked = false } = field;
  const id = `${action}-${name}`;
  const isChecked = view.refusal?.action === action ? view.value(action, name) !== '' : checked;
  return html`<div class="field check">
    <input id="${id}" name="${name}" type="checkbox" value="yes" ${isChecked && 'checked'}>
    <label for="${id}">${label}</label>
  </div>`;
}

/** A form that is folded until the person opens it, or until it was refused. */
export function foldedForm(view: View, action: string, summary: string, content: Html): Html {
  return html`<details class="folded" ${view.refusal?.action === action && 'open'}>
    <summary>${summary}</summary>
    <form method="post" class="fields">${content}</form>
  </details>`;
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
