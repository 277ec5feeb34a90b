import { type FieldError, UserInputError } from '../errors.ts';
import { type NewUser, newUserFields, parseUser } from './input.ts';
import { foldCase } from './record.ts';

/** A user to begin with, known by their email. */
export interface SeedUser extends NewUser {
  readonly email: string;
}

/** What became of a seed. */
export interface SeedReport {
  /** How many users were added. */
  readonly created: number;
  /** How many were there already, and stay as they are. */
  readonly existing: number;
}

/**
 * Reads users from a value of unknown shape.
 *
 * @throws UserInputError naming every field at fault, as `users[3].email`
 */
export function parseSeedUsers(input: unknown): readonly SeedUser[] {
  if (!Array.isArray(input)) throw new UserInputError('The users of a seed must be a list.');
  const errors: FieldError[] = [];
  const places = new Map<string, number>();
  for (const [index, user] of input.entries()) {
    const place = `users[${index}]`;
    const found = findErrors(user);
    errors.push(...found.map(({ field, message }) => ({ field: field === '' ? place : `${place}.${field}`, message })));
    if (found.length > 0) continue;
    const key = foldCase(user.email);
    const earlier = places.get(key);
    if (earlier === undefined) places.set(key, index);
    else errors.push({ field: `${place}.email`, message: `is that of users[${earlier}] too` });
  }
  if (errors.length > 0) throw new UserInputError(describe(errors), errors);
  return input;
}

function findErrors(user: unknown): readonly FieldError[] {
  try {
    const { email } = parseUser(user, newUserFields);
    return typeof email === 'string'
      ? []
      : [{ field: 'email', message: 'is missing: users of a seed are known by it' }];
  } catch (error) {
    if (!(error instanceof UserInputError)) throw error;
    return error.errors.length > 0 ? error.errors : [{ field: '', message: 'must be a JSON object' }];
  }
}

/** A file of a thousand users may be wrong in a thousand places: the first few show what is the matter. */
function describe(errors: readonly FieldError[]): string {
  const shown = errors.slice(0, 5).map(({ field, message }) => `${field} ${message}.`);
  const rest = errors.length - shown.length;
  return [...shown, ...(rest > 0 ? [`And ${rest} more.`] : [])].join(' ');
}
