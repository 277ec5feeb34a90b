import type { FieldError } from '@torii/core';

const maxErrors = 20;

/** Makes a text of the server safe to log. */
export type Clean = (text: string) => string;
type Members = Readonly<Record<string, unknown>>;

// Where servers list the errors of fields, and the names of the members of one error: those of Torii, then those of RFC 9457
// (`pointer`, `detail`), Spring (`defaultMessage`) and others. Values of fields are never read: one may be a password.
const lists = ['errors', 'fieldErrors', 'field_errors', 'violations', 'invalid-params', 'invalidParams', 'issues'];
const fieldNames = ['field', 'pointer', 'path', 'name', 'property', 'propertyPath', 'param', 'parameter', 'loc'];
const messageNames = ['message', 'detail', 'reason', 'defaultMessage', 'description', 'msg', 'title', 'code'];

/** Reads the errors of fields from a problem, in any of the usual formats. */
export function readFieldErrors(problem: Members, clean: Clean): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const name of lists) {
    for (const [field, entry] of entriesOf(problem[name])) {
      if (errors.length === maxErrors) return errors;
      const error = errorFrom(field, entry);
      if (error !== undefined) errors.push({ field: error[0] && clean(error[0]), message: clean(error[1]) });
    }
  }
  return errors;
}

// A list of errors, or an object with one or more errors for each field.
function* entriesOf(value: unknown): Generator<readonly [field: string | null, error: unknown]> {
  if (Array.isArray(value)) for (const entry of value.slice(0, maxErrors)) yield [null, entry];
  if (!isMembers(value)) return;
  for (const field of Object.keys(value).slice(0, maxErrors)) {
    const given = value[field];
    for (const entry of Array.isArray(given) ? given.slice(0, maxErrors) : [given]) yield [field, entry];
  }
}

function errorFrom(key: string | null, entry: unknown): readonly [field: string | null, message: string] | undefined {
  if (typeof entry === 'string') return entry === '' ? undefined : [key, entry];
  if (!isMembers(entry)) return undefined;
  const field = fieldNames.map((name) => nameFrom(entry[name])).find((name) => name !== undefined) ?? key;
  const message = messageNames.map((name) => entry[name]).find((text) => typeof text === 'string' && text !== '');
  if (typeof message === 'string') return [field, message];
  return field === null ? undefined : [field, 'is not valid'];
}

// `address.city` for the pointer `#/address/city` (RFC 6901) and for the path ['address', 'city'].
function nameFrom(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const steps = value.slice(0, 20).filter((step) => typeof step === 'string' || Number.isInteger(step));
    return steps.length === 0 ? undefined : steps.join('.');
  }
  if (typeof value !== 'string' || value === '') return undefined;
  return /^#?\//.test(value) ? value.replace(/^#?\//, '').replaceAll('/', '.') : value;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
