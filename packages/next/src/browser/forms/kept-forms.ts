import { isRecord } from '../../record.ts';
import type { TabStorage } from '../tab/bounce.ts';
import type { FieldValue } from './form-fields.ts';

const key = 'torii.forms';
/** How long a text is kept for a user who has to sign in again. */
const maxAgeMs = 60 * 60 * 1000;
/** How soon after a page was left the sign-in page must be shown, if the user was sent there. */
const maxRedirectMs = 60_000;
const maxForms = 10;
/** In UTF-16 code units. A browser keeps about 5 million for all pages of an origin. */
const maxLength = 100_000;

export interface FormIdentity {
  /** The path of the page, and the name of the form on it. */
  readonly form: string;
  readonly userId: string;
}

interface KeptForm extends FormIdentity {
  readonly atMs: number;
  /** Whether the action was refused, or the user was sent to the sign-in page. Other texts are not restored. */
  readonly refused: boolean;
  readonly fields: readonly FieldValue[];
}

/** Replaces the text that is kept for a form. Without fields, nothing is kept. */
export function keepForm(
  storage: () => TabStorage,
  { form, userId }: FormIdentity,
  fields: readonly FieldValue[],
  { nowMs, refused = false }: { readonly nowMs: number; readonly refused?: boolean },
): void {
  change(storage, (kept) => {
    const others = kept.filter((other) => other.form !== form);
    if (fields.length === 0 || JSON.stringify(fields).length > maxLength) return others;
    return [...others, { form, userId, atMs: nowMs, refused, fields }].slice(-maxForms);
  });
}

/** Called on the sign-in page: the pages that were just left may have been left because the session was over. */
export function noteFormsRefused(storage: () => TabStorage, nowMs: number): void {
  change(storage, (kept) =>
    kept.map((form) => (Math.abs(nowMs - form.atMs) < maxRedirectMs ? { ...form, refused: true } : form)),
  );
}

/** Returns the text to restore, once. Deletes what is kept for other users. */
export function takeForm(
  storage: () => TabStorage,
  { form, userId }: FormIdentity,
  nowMs: number,
): readonly FieldValue[] {
  let fields: readonly FieldValue[] = [];
  change(storage, (kept) => {
    const own = kept.filter((other) => other.userId === userId && Math.abs(nowMs - other.atMs) < maxAgeMs);
    fields = own.find((other) => other.form === form && other.refused)?.fields ?? [];
    return own.filter((other) => other.form !== form);
  });
  return fields;
}

export function forgetFormsOfOthers(storage: () => TabStorage, userId: string): void {
  change(storage, (kept) => kept.filter((form) => form.userId === userId));
}

export function forgetForms(storage: () => TabStorage): void {
  change(storage, () => []);
}

function change(storage: () => TabStorage, edit: (kept: readonly KeptForm[]) => readonly KeptForm[]): void {
  try {
    const tab = storage();
    const before = tab.getItem(key);
    const kept = edit(read(before));
    if (kept.length > 0) tab.setItem(key, JSON.stringify(kept));
    else if (before !== null) tab.removeItem(key);
  } catch {
    // Storage is full or unavailable. The text is not kept.
  }
}

function read(text: string | null): readonly KeptForm[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter(isKeptForm) : [];
  } catch {
    return [];
  }
}

function isKeptForm(value: unknown): value is KeptForm {
  return (
    isRecord(value) &&
    typeof value['form'] === 'string' &&
    typeof value['userId'] === 'string' &&
    typeof value['atMs'] === 'number' &&
    Array.isArray(value['fields'])
  );
}
