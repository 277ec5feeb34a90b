import type { User } from '@torii/api';

const creatable = ['email', 'password', 'name', 'phone', 'address', 'dateOfBirth'] as const;

/** What a line asks for: a user, or nothing that can be sent. */
export type Wish =
  | { readonly user: NewUser; readonly problem?: never }
  | { readonly problem: string; readonly user?: never };

export type NewUser = { readonly [K in (typeof creatable)[number]]?: string };

/** What an export has beside them: Torii decides it for a new user. */
const decided: readonly (keyof User)[] = [
  'id',
  'environmentId',
  'status',
  'locale',
  'createdAt',
  'updatedAt',
  'deletedAt',
];

/** What tables of other makers call them, in small letters. */
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

/** The field that the title of a column means: `E-Mail`, `date_of_birth`. */
export function fieldFor(title: string): string | undefined {
  const letters = title.toLowerCase().replace(/[\s_.-]/g, '');
  const known = [...creatable, ...decided].find((field) => field.toLowerCase() === letters);
  return known ?? (Object.hasOwn(otherNames, letters) ? otherNames[letters] : undefined);
}

/** Reads what is to be created from the fields of a line. What the server alone can judge is left to it. */
export function readWish(fields: Readonly<Record<string, unknown>>): Wish {
  const { status, deletedAt } = fields;
  if (status === 'deleted' || (deletedAt !== undefined && deletedAt !== null))
    return { problem: 'the user is deleted' };
  // As a new user they could sign in.
  if (status === 'banned')
    return { problem: 'the user is banned, and would come back active: take `status` away if that is meant' };

  const user: { -readonly [K in keyof NewUser]: NewUser[K] } = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = creatable.find((each) => each === name);
    if (field === undefined && !decided.some((each) => each === name)) {
      return { problem: `there is no field ${JSON.stringify(name.slice(0, 60))}` };
    }
    if (field === undefined || value === undefined) continue;
    if (value !== null && typeof value !== 'string') return { problem: `${field} is neither text nor null` };
    if (value !== null) user[field] = value;
  }
  const { email, dateOfBirth } = user;
  if (Object.keys(user).every((field) => field === 'password')) return { problem: 'it says nothing about a user' };
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email)) return { problem: 'email is no email address' };
  if (dateOfBirth !== undefined && !isDay(dateOfBirth)) return { problem: 'dateOfBirth is not a date like 1815-12-10' };
  return { user };
}

function isDay(text: string): boolean {
  return new Date(text).toJSON()?.slice(0, 10) === text;
}
