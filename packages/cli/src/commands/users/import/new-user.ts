import type { User } from '@torii/api';
import {
  type Bag,
  type BagName,
  type Bags,
  bagNames,
  isBag,
  isOverBudget,
  parseJson,
  problemOfBag,
} from '../../../metadata.ts';

const texts = ['email', 'password', 'firstName', 'lastName', 'name', 'phone', 'address', 'dateOfBirth'] as const;
type TextField = (typeof texts)[number];

export type NewUserResult =
  | { readonly user: NewUser; readonly problem?: never }
  | { readonly problem: string; readonly user?: never };

export type NewUser = { readonly [K in TextField]?: string } & Bags;

/** Fields of an export that an import ignores, because Torii sets them for a new user. */
const decided: readonly (keyof User)[] = [
  'id',
  'environmentId',
  'status',
  'locale',
  'emailVerifiedAt',
  'createdAt',
  'updatedAt',
  'deletedAt',
];

const otherNames: Readonly<Record<string, TextField | BagName>> = {
  emailaddress: 'email',
  mail: 'email',
  givenname: 'firstName',
  forename: 'firstName',
  familyname: 'lastName',
  surname: 'lastName',
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
  const known = [...texts, ...bagNames, ...decided].find((field) => field.toLowerCase() === letters);
  return known ?? (Object.hasOwn(otherNames, letters) ? otherNames[letters] : undefined);
}

/** The value of a cell of a CSV file: text, except for metadata, which is JSON. */
export function valueOfCell(field: string, text: string): unknown {
  if (!bagNames.some((name) => name === field)) return text;
  const value = parseJson(text);
  // A cell that is not JSON stays text, which readNewUser() refuses.
  return value === undefined ? text : value;
}

export function readNewUser(fields: Readonly<Record<string, unknown>>): NewUserResult {
  const { status, deletedAt } = fields;
  if (status === 'deleted' || (deletedAt !== undefined && deletedAt !== null))
    return { problem: 'the user is deleted' };
  // Refuse banned users: the API creates every user as active, so they could sign in again.
  if (status === 'banned')
    return { problem: 'the user is banned, but would be created as active; remove `status` to create the user anyway' };

  const user: { -readonly [K in TextField]?: string } = {};
  const bags: { -readonly [K in BagName]?: Bag } = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = texts.find((each) => each === name);
    const bag = bagNames.find((each) => each === name);
    if (field === undefined && bag === undefined && !decided.some((each) => each === name)) {
      return { problem: `unknown field ${JSON.stringify(name.slice(0, 60))}` };
    }
    if (value === undefined || value === null) continue;
    if (field !== undefined) {
      if (typeof value !== 'string') return { problem: `${field} must be text or null` };
      user[field] = value;
    }
    if (bag !== undefined) {
      if (!isBag(value)) return { problem: `${bag} must be a JSON object or null` };
      const problem = problemOfBag(value);
      if (problem !== undefined) return { problem: `${bag} ${problem}` };
      // An export has an empty object for each bag without metadata.
      if (Object.keys(value).length > 0) bags[bag] = value;
    }
  }
  const { email, dateOfBirth } = user;
  if (user.name !== undefined && squeeze(user.name) === nameFrom(user)) delete user.name;
  const created = { ...user, ...bags };
  if (Object.keys(created).every((field) => field === 'password'))
    return { problem: 'the line has no field of a user' };
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email)) return { problem: 'email is not an email address' };
  if (dateOfBirth !== undefined && !isDay(dateOfBirth))
    return { problem: 'dateOfBirth is not a date such as 1815-12-10' };
  if (isOverBudget(bags)) return { problem: 'the metadata is larger than 8 KB' };
  return { user: created };
}

/** The name that Torii forms of the two names. An export has it too, but newer versions of Torii do not accept it. */
function nameFrom({ firstName = '', lastName = '' }: NewUser): string {
  return squeeze(`${firstName} ${lastName}`);
}

function squeeze(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ');
}

function isDay(text: string): boolean {
  return new Date(text).toJSON()?.slice(0, 10) === text;
}
