import type { FieldError } from '../errors.ts';
import type { UserSearch } from '../users/search.ts';
import type { UserStatus } from '../users/user.ts';
import type { Users } from '../users/users.ts';
import { type ApiRequest, refusalOf } from './contract/read-request.ts';

interface UserFilter {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly statuses?: readonly UserStatus[];
  readonly createdAfter?: string | null;
  readonly createdBefore?: string | null;
}

const defaultLimit = 20;
const largestLimit = 100;

export function readUserSearch({ query, body }: ApiRequest, users: Users): UserSearch {
  const { name, email, statuses, createdAfter, createdBefore } = (body ?? {}) as UserFilter;
  const limit = Number(query['limit'] ?? defaultLimit);
  const after = query['cursor'] === undefined ? undefined : String(query['cursor']);
  const errors: FieldError[] = [];
  if (limit > largestLimit) errors.push({ field: 'limit', message: `must be ${largestLimit} or less` });
  // A cursor is a user id, and users are never removed from the database. So a cursor stays valid.
  if (after !== undefined && !users.has(after)) {
    errors.push({ field: 'cursor', message: 'is not a cursor of this environment' });
  }
  const createdFrom = readMoment('createdAfter', createdAfter, errors);
  const createdTo = readMoment('createdBefore', createdBefore, errors);
  if (errors.length > 0) throw refusalOf(errors);
  return { limit, after, name, email, statuses, createdFrom, createdTo };
}

/**
 * Parses a date of the filter. The specification allows `null` for dates but defines the meaning of `null` only for
 * names and emails, so `null` is ignored like a missing date.
 */
function readMoment(field: string, text: string | null | undefined, errors: FieldError[]): Date | undefined {
  if (text === null || text === undefined) return undefined;
  const moment = new Date(text);
  if (!Number.isNaN(moment.getTime())) return moment;
  // The format `date-time` allows a leap second (23:59:60), which Date cannot parse.
  errors.push({ field, message: 'must not be a leap second' });
  return undefined;
}
