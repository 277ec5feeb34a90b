import { html } from 'hono/html';
import type { Html } from '../../pages/page.ts';
import type { View } from '../view.ts';

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
