/** The value of one field. Fields with the same name are numbered. */
export interface FieldValue {
  readonly name: string;
  readonly index: number;
  readonly value: string | boolean | readonly string[];
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Inputs whose text is secret, cannot be set, or was not typed by the user. */
const skippedTypes: readonly string[] = ['password', 'file', 'hidden', 'submit', 'button', 'image', 'reset'];
/** Tokens of the attribute `autocomplete` (HTML, 4.10.18.7). */
const secretTokens: readonly string[] = ['off', 'one-time-code', 'current-password', 'new-password'];
/** Names of fields that need a better `type` or `autocomplete`, but hold a secret all the same. */
const secretName = /passw|passphrase|passcode|pwd|secret|\botp\b|one.?time|cvc|cvv|card.?num/i;

export interface FormFields {
  /** The values that differ from what the page was rendered with. */
  changed(): readonly FieldValue[];
  /** Sets the fields that the user has not changed yet. */
  restore(values: readonly FieldValue[]): void;
  stop(): void;
}

export function watchFields(form: HTMLFormElement): FormFields {
  /** Fields that have ever been of the type `password`: a button may show the password as text. */
  const passwords = new WeakSet<object>();
  /** The names of these fields, because the button may also replace a field by another one of the same name. */
  const passwordNames = new Set<string>();
  const addPassword = (field: Element) => {
    passwords.add(field);
    passwordNames.add(field.getAttribute('name') ?? '');
  };
  const notePassword = (node: unknown) => {
    if (node instanceof HTMLInputElement && node.type === 'password') addPassword(node);
    if (node instanceof Element)
      for (const input of node.querySelectorAll('input[type=password i]')) addPassword(input);
  };
  const isPassword = (field: Field) => passwords.has(field) || passwordNames.has(field.name);
  const noteChanges = (records: readonly MutationRecord[]) => {
    for (const { type, target, oldValue, addedNodes } of records) {
      if (type === 'attributes' && oldValue?.toLowerCase() === 'password' && target instanceof Element)
        addPassword(target);
      notePassword(target);
      for (const node of addedNodes) notePassword(node);
    }
  };
  const observer = new MutationObserver(noteChanges);
  for (const field of form.elements) notePassword(field);
  observer.observe(form, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['type'],
    attributeOldValue: true,
  });
  const initial = new Map(read().map(({ field, value }) => [field, JSON.stringify(value)]));

  function read() {
    noteChanges(observer.takeRecords());
    const counts = new Map<string, number>();
    return [...form.elements].filter(isField).flatMap((field) => {
      const { name } = field;
      const index = counts.get(name) ?? 0;
      counts.set(name, index + 1);
      return isSecret(field, form) || isPassword(field) ? [] : [{ field, name, index, value: readValue(field) }];
    });
  }

  /** Compared with both: the default of a field that React controls follows its value. */
  function isChanged(field: Field, value: FieldValue['value']): boolean {
    const text = JSON.stringify(value);
    return text !== JSON.stringify(defaultOf(field)) || text !== (initial.get(field) ?? text);
  }

  return {
    changed: () =>
      read()
        .filter(({ field, value }) => isChanged(field, value))
        .map(({ name, index, value }) => ({ name, index, value })),
    restore(values) {
      for (const { field, name, index, value } of read()) {
        const kept = values.find((other) => other.name === name && other.index === index);
        if (kept !== undefined && !isChanged(field, value)) setValue(field, kept.value);
      }
    },
    stop: () => observer.disconnect(),
  };
}

function isField(element: Element): element is Field {
  return (
    element instanceof HTMLInputElement ||
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement
  );
}

function isSecret(field: Field, form: HTMLFormElement): boolean {
  // A field outside of the form, which belongs to it by the attribute `form`, is not watched: it may have been a password
  // before.
  if (!form.contains(field)) return true;
  if (field.name === '' || field.disabled || skippedTypes.includes(field.type) || secretName.test(field.name))
    return true;
  const autocomplete = field.getAttribute('autocomplete') ?? form.getAttribute('autocomplete') ?? '';
  const tokens = autocomplete.toLowerCase().split(/\s+/);
  return tokens.some((token) => secretTokens.includes(token) || token.startsWith('cc-'));
}

function isChoice(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio');
}

function readValue(field: Field): FieldValue['value'] {
  if (isChoice(field)) return field.checked;
  if (field instanceof HTMLSelectElement && field.multiple) return [...field.selectedOptions].map(({ value }) => value);
  return field.value;
}

function defaultOf(field: Field): FieldValue['value'] {
  if (isChoice(field)) return field.defaultChecked;
  if (!(field instanceof HTMLSelectElement)) return field.defaultValue;
  const chosen = [...field.options].filter(({ defaultSelected }) => defaultSelected).map(({ value }) => value);
  return field.multiple ? chosen : (chosen.at(-1) ?? field.options[0]?.value ?? '');
}

// Sets a value as the user would, so that React's controlled fields and other listeners notice.
function setValue(field: Field, value: FieldValue['value']): void {
  if (isChoice(field)) {
    // Clicking a radio button also clears the others.
    if (typeof value === 'boolean' && field.checked !== value && (value || field.type === 'checkbox')) field.click();
    return;
  }
  if (field instanceof HTMLSelectElement) {
    const chosen = [value].flat();
    for (const option of field.options) option.selected = chosen.includes(option.value);
  } else if (typeof value === 'string') {
    // React replaces the setter of each field, to compare its own value with the browser's.
    const type = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
    Object.getOwnPropertyDescriptor(type.prototype, 'value')?.set?.call(field, value);
  }
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}
