import type { User } from '@torii/api';

const creatable = ['email', 'password', 'name', 'phone', 'address', 'dateOfBirth'] as const;

export type NewUserResult =
  | { readonly user: NewUser; readonly problem?: never }
  | { readonly problem: string; readonly user?: never };

export type NewUser = { readonly [K in (typeof creatable)[number]]?: string };

/** Fields of an export that an import ignores, because Torii sets them for a new user. */
const decided: readonly (keyof User)[] = [
  'id',
  'environmentId',
  'status',
  'locale',
  'createdAt',
  'updatedAt',
  'deletedAt',
];

const otherNames: Readonly<Record<string, (typeof creatable)[number]>> = {
  emailaddress: 'email',
  mail: 'email',
  fullname: 'name',
  displayname: 'name',
  phonenumber: 'phone',
  telephone: 'phone',
  mobile: 'phone',
  postaladdress: 'address',
  birthdate: 'dateOfBirth',
  birthday: 'dateOfBirth',
  dob: 'dateOfBirth',
};

export function fieldFor(title: string): string | undefined {
  const letters = title.toLowerCase().replace(/[\s_.-]/g, '');
  const known = [...creatable, ...decided].find((field) => field.toLowerCase() === letters);
  return known ?? (Object.hasOwn(otherNames, letters) ? otherNames[letters] : undefined);
}

export function readNewUser(fields: Readonly<Record<string, unknown>>): NewUserResult {
  const { status, deletedAt } = fields;
  if (status === 'deleted' || (deletedAt !== undefined && deletedAt !== null))
    return { problem: 'the user is deleted' };
  // Refuse banned users: the API creates every user as active, so they could sign in again.
  if (status === 'banned')
    return { problem: 'the user is banned, but would be created as active; remove `status` to create the user anyway' };

  const user: { -readonly [K in keyof NewUser]: NewUser[K] } = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = creatable.find((each) => each === name);
    if (field === undefined && !decided.some((each) => each === name)) {
      return { problem: `unknown field ${JSON.stringify(name.slice(0, 60))}` };
    }
    if (field === undefined || value === undefined) continue;
    if (value !== null && typeof value !== 'string') return { problem: `${field} must be text or null` };
    if (value !== null) user[field] = value;
  }
  const { email, dateOfBirth } = user;
  if (Object.keys(user).every((field) => field === 'password')) return { problem: 'the line has no field of a user' };
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email)) return { problem: 'email is not an email address' };
  if (dateOfBirth !== undefined && !isDay(dateOfBirth))
    return { problem: 'dateOfBirth is not a date such as 1815-12-10' };
  return { user };
}

function isDay(text: string): boolean {
  return new Date(text).toJSON()?.slice(0, 10) === text;
}
