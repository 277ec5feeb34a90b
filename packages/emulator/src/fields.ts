import { type EmulatorErrorCode, type FieldError, InputError } from './errors.ts';

/** Returns the error message for a value, or `undefined` if the value is valid. */
export type Rule = (value: unknown) => string | undefined;

export type Rules<Field extends string = string> = Readonly<Record<Field, Rule>>;

/**
 * Returns the fields of an object that break a rule or have none. The messages never contain a value: it can be a
 * password.
 */
export function findFieldErrors(input: object, rules: Partial<Rules>): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of new Set([...Object.keys(rules), ...Object.keys(input)])) {
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    const value: unknown = Object.hasOwn(input, field) ? Reflect.get(input, field) : undefined;
    const message = rule === undefined ? 'is not a known field' : rule(value);
    if (message !== undefined) errors.push({ field: shorten(field), message });
  }
  return errors;
}

/** @throws InputError with all invalid fields */
export function requireFields<Input>(
  code: EmulatorErrorCode,
  what: string,
  input: unknown,
  rules: Rules<Extract<keyof Input, string>>,
): Input {
  if (!isRecord(input)) throw new InputError(code, `${what} must be an object.`);
  const errors = findFieldErrors(input, rules);
  if (errors.length > 0) throw inputError(code, errors);
  // Only the checked fields: an object can inherit others.
  return Object.fromEntries(Object.entries(input)) as Input;
}

export function inputError(code: EmulatorErrorCode, errors: readonly FieldError[]): InputError {
  // Names the first 5 errors: a large seed can have thousands.
  const shown = errors.slice(0, 5).map(({ field, message }) => `${field} ${message}.`);
  const rest = errors.length - shown.length;
  return new InputError(code, [...shown, ...(rest > 0 ? [`And ${rest} more.`] : [])].join(' '), errors);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A rule for a text that may be left out. */
export function optionalText(accepts: (value: string) => boolean = () => true, otherwise = ''): Rule {
  return (value) => {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return 'must be a string or null';
    return accepts(value) ? undefined : otherwise;
  };
}

/** A rule for a text that must be there. */
export function text(accepts: (value: string) => boolean = () => true, otherwise = ''): Rule {
  return (value) => {
    if (value === undefined) return 'is missing';
    if (typeof value !== 'string') return 'must be a string';
    return accepts(value) ? undefined : otherwise;
  };
}

/** A rule for a whole number that may be left out. */
export function optionalWhole(from: number, to: number, unit: string): Rule {
  return (value) => {
    if (value === undefined || value === null) return undefined;
    const fits = Number.isInteger(value) && Number(value) >= from && Number(value) <= to;
    return fits ? undefined : `must be a whole number of ${unit} from ${from} to ${to}`;
  };
}

/** RFC 9562 section 4. */
export function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

function shorten(field: string): string {
  return field.length <= 64 ? field : `${field.slice(0, 64)}…`;
}
