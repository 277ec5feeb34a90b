import { EmulatorError } from '../errors.ts';

/** What a new user may come with. A user needs an email and a password to sign in. */
export interface NewUser {
  readonly email?: string | null;
  /** At least 8 characters. */
  readonly password?: string | null;
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly address?: string | null;
  /** `YYYY-MM-DD` */
  readonly dateOfBirth?: string | null;
  readonly locale?: 'en' | 'da' | null;
  /** @default true */
  readonly emailVerified?: boolean;
  /** @default 'active' */
  readonly status?: 'pending_verification' | 'active' | 'banned';
}

/** One thing that is wrong with an input. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An input that breaks the rules; the message names every field at fault, and never its value. */
export class UserInputError extends EmulatorError {
  readonly errors: readonly FieldError[];

  constructor(message: string, errors: readonly FieldError[] = []) {
    super('user_invalid', message);
    this.errors = errors;
  }
}

/** Says what is wrong with a value, or nothing. */
type Rule = (value: unknown) => string | undefined;

const shortestPassword = 8;
const longestEmail = 254;

/** The fields of the API's request to create a user. */
export const createUserFields: Readonly<Record<string, Rule>> = {
  email: text(isEmail, 'must be an email address'),
  password: text((value) => value.length >= shortestPassword, `must have at least ${shortestPassword} characters`),
  name: text(),
  phone: text(),
  address: text(),
  dateOfBirth: text(isDate, 'must be a date, YYYY-MM-DD'),
};

/** The fields of the library's `createUser`, which can also set what the API cannot. */
export const newUserFields: Readonly<Record<string, Rule>> = {
  ...createUserFields,
  locale: text((value) => value === 'en' || value === 'da', 'must be "en" or "da"'),
  emailVerified: (value) => (value === undefined || typeof value === 'boolean' ? undefined : 'must be true or false'),
  status: (value) =>
    value === undefined || ['pending_verification', 'active', 'banned'].some((status) => status === value)
      ? undefined
      : 'must be "pending_verification", "active" or "banned"',
};

/**
 * Reads a user from a value of unknown shape.
 *
 * @throws UserInputError where a field is unknown, of the wrong type, or breaks its rule
 */
export function parseUser(input: unknown, fields: Readonly<Record<string, Rule>>): NewUser {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UserInputError('A user must be a JSON object.');
  }
  const errors: FieldError[] = [];
  for (const [field, value] of Object.entries(input)) {
    const rule = Object.hasOwn(fields, field) ? fields[field] : undefined;
    const message = rule === undefined ? 'is not a known field' : rule(value);
    if (message !== undefined) errors.push({ field: shorten(field), message });
  }
  if (errors.length > 0) {
    throw new UserInputError(errors.map(({ field, message }) => `${field} ${message}.`).join(' '), errors);
  }
  return input;
}

function text(accepts: (value: string) => boolean = () => true, otherwise = ''): Rule {
  return (value) => {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return 'must be a string or null';
    return accepts(value) ? undefined : otherwise;
  };
}

function isEmail(value: string): boolean {
  return value.length <= longestEmail && /^[^\s\p{C}@]+@[^\s\p{C}@.]+(?:\.[^\s\p{C}@.]+)*$/u.test(value);
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  // Some days that no month has, such as 30 February, are read as a day of the next one.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function shorten(field: string): string {
  return field.length <= 64 ? field : `${field.slice(0, 64)}…`;
}
