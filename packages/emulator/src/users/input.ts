import { type FieldError, UserInputError } from '../errors.ts';
import { type UndeletedStatus, undeletedStatuses } from './record.ts';
import type { User } from './user.ts';

/** The fields of a new user. All are optional, but only a user with an email and a password can sign in. */
export interface NewUser {
  readonly email?: User['email'];
  /** The password, at least 8 characters. */
  readonly password?: string | null;
  readonly name?: User['name'];
  readonly phone?: User['phone'];
  readonly address?: User['address'];
  /** A date as `YYYY-MM-DD`. */
  readonly dateOfBirth?: User['dateOfBirth'];
  readonly locale?: User['locale'];
  /**
   * Whether the email is verified.
   *
   * @default true
   */
  readonly emailVerified?: boolean;
  /**
   * The status of the user. A `banned` user cannot sign in.
   *
   * @default 'active'
   */
  readonly status?: UndeletedStatus;
}

type LibraryField = 'locale' | 'emailVerified' | 'status';

/** Returns the error message for a value, or `undefined` if the value is valid. */
type Rule = (value: unknown) => string | undefined;

export const shortestPassword = 8;
const longestEmail = 254;

const locales = { en: true, da: true } satisfies Record<NonNullable<User['locale']>, true>;

export const createUserFields: Readonly<Record<Exclude<keyof NewUser, LibraryField>, Rule>> = {
  email: text(isEmail, 'must be an email address'),
  password: text((value) => value.length >= shortestPassword, `must have at least ${shortestPassword} characters`),
  name: text(),
  phone: text(),
  address: text(),
  dateOfBirth: text(isDate, 'must be a date, YYYY-MM-DD'),
};

export const newUserFields: Readonly<Record<keyof NewUser, Rule>> = {
  ...createUserFields,
  locale: text((value) => Object.hasOwn(locales, value), 'must be "en" or "da"'),
  emailVerified: (value) => (value === undefined || typeof value === 'boolean' ? undefined : 'must be true or false'),
  status: (value) =>
    value === undefined || undeletedStatuses.some((status) => status === value)
      ? undefined
      : 'must be "pending_verification", "active" or "banned"',
};

export function parseUser(input: unknown, fields: Partial<Record<keyof NewUser, Rule>>): NewUser {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UserInputError('A user must be a JSON object.');
  }
  const errors: FieldError[] = [];
  for (const [field, value] of Object.entries(input)) {
    const rule = Object.hasOwn(fields, field) ? fields[field as keyof NewUser] : undefined;
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
  // Date.parse reads 30 February as 1 or 2 March instead of rejecting it.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function shorten(field: string): string {
  return field.length <= 64 ? field : `${field.slice(0, 64)}…`;
}
