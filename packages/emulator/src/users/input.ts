import { type FieldError, UserInputError } from '../errors.ts';
import { findFieldErrors, isRecord, optionalText, type Rule } from '../fields.ts';
import { findBagFault, type Metadata } from '../metadata/metadata.ts';
import { type UndeletedStatus, undeletedStatuses } from './record.ts';
import type { User } from './user.ts';

/** The fields of a new user. All are optional, but only a user with an email and a password can sign in. */
export interface NewUser {
  readonly email?: User['email'];
  /** The password, at least 8 characters. */
  readonly password?: string | null;
  readonly firstName?: User['firstName'];
  readonly lastName?: User['lastName'];
  /**
   * The whole name.
   *
   * @default the first and the last name
   */
  readonly name?: User['name'];
  readonly phone?: User['phone'];
  readonly address?: User['address'];
  /** A date as `YYYY-MM-DD`. */
  readonly dateOfBirth?: User['dateOfBirth'];
  readonly locale?: User['locale'];
  /** Metadata that browsers may read. The three bags together have at most 8 KB of JSON. */
  readonly publicMetadata?: Metadata;
  /** Metadata for the app's server alone. */
  readonly privateMetadata?: Metadata;
  /** Metadata that the user may write. */
  readonly unsafeMetadata?: Metadata;
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

export const shortestPassword = 8;
export const passwordRule: string = `must have at least ${shortestPassword} characters`;
const longestEmail = 254;

const locales = { en: true, da: true } satisfies { readonly [Locale in NonNullable<User['locale']>]?: true };

export const createUserFields: Readonly<Record<Exclude<keyof NewUser, LibraryField>, Rule>> = {
  email: optionalText(isEmail, 'must be an email address'),
  password: optionalText(isPassword, passwordRule),
  firstName: optionalText(),
  lastName: optionalText(),
  name: optionalText(),
  phone: optionalText(),
  address: optionalText(),
  dateOfBirth: optionalText(isDate, 'must be a date, YYYY-MM-DD'),
  publicMetadata: findBagFault,
  privateMetadata: findBagFault,
  unsafeMetadata: findBagFault,
};

export const newUserFields: Readonly<Record<keyof NewUser, Rule>> = {
  ...createUserFields,
  locale: optionalText((value) => Object.hasOwn(locales, value), 'must be "en" or "da"'),
  emailVerified: (value) => (value === undefined || typeof value === 'boolean' ? undefined : 'must be true or false'),
  status: (value) =>
    value === undefined || undeletedStatuses.some((status) => status === value)
      ? undefined
      : 'must be "pending_verification", "active" or "banned"',
};

export function parseUser(input: unknown, fields: Partial<Record<keyof NewUser, Rule>>): NewUser {
  if (!isRecord(input)) throw new UserInputError('A user must be a JSON object.');
  const errors: readonly FieldError[] = findFieldErrors(input, fields);
  if (errors.length > 0) {
    throw new UserInputError(errors.map(({ field, message }) => `${field} ${message}.`).join(' '), errors);
  }
  // Only the checked fields: an object can inherit others.
  return Object.fromEntries(Object.entries(input));
}

export function isPassword(value: string): boolean {
  return value.length >= shortestPassword;
}

export function isEmail(value: string): boolean {
  return value.length <= longestEmail && /^[^\s\p{C}@]+@[^\s\p{C}@.]+(?:\.[^\s\p{C}@.]+)*$/u.test(value);
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  // Date.parse reads 30 February as 1 or 2 March instead of rejecting it.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}
