import { type FieldError, UserInputError } from '../errors.ts';
import { type NewUser, newUserFields, parseUser } from './input.ts';
import { foldCase } from './record.ts';

/** A user of a seed. The email identifies the user when the same seed is applied again. */
export interface SeedUser extends NewUser {
  readonly email: string;
}

export function parseSeedUsers(input: unknown): readonly SeedUser[] {
  if (!Array.isArray(input)) throw new UserInputError('The users of a seed must be an array.');
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
    else errors.push({ field: `${place}.email`, message: `is the same as in users[${earlier}]` });
  }
  if (errors.length > 0) throw new UserInputError(describe(errors), errors);
  return input;
}

function findErrors(user: unknown): readonly FieldError[] {
  try {
    const { email } = parseUser(user, newUserFields);
    return typeof email === 'string'
      ? []
      : [{ field: 'email', message: 'is missing. Each user of a seed needs an email' }];
  } catch (error) {
    if (!(error instanceof UserInputError)) throw error;
    return error.errors.length > 0 ? error.errors : [{ field: '', message: 'must be a JSON object' }];
  }
}

/** Lists the first 5 errors: a large seed file can have thousands. */
function describe(errors: readonly FieldError[]): string {
  const shown = errors.slice(0, 5).map(({ field, message }) => `${field} ${message}.`);
  const rest = errors.length - shown.length;
  return [...shown, ...(rest > 0 ? [`And ${rest} more.`] : [])].join(' ');
}
