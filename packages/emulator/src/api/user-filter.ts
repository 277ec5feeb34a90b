import type { FieldError } from '../errors.ts';
import type { UserSearch } from '../users/search.ts';
import type { UserStatus } from '../users/user.ts';
import type { Users } from '../users/users.ts';
import { type ApiRequest, refusalOf } from './contract/read-request.ts';

/** The body of a search, as the specification has it. */
interface UserFilter {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly statuses?: readonly UserStatus[];
  readonly createdAfter?: string | null;
  readonly createdBefore?: string | null;
}

const defaultLimit = 20;
const largestLimit = 100;

/**
 * Reads a search from its request.
 *
 * @throws Problem `invalid_request`
 */
export function readUserSearch({ query, body }: ApiRequest, users: Users): UserSearch {
  // Its shape has been checked against the specification.
  const { name, email, statuses, createdAfter, createdBefore } = (body ?? {}) as UserFilter;
  const limit = Number(query['limit'] ?? defaultLimit);
  const after = query['cursor'] === undefined ? undefined : String(query['cursor']);
  const errors: FieldError[] = [];
  if (limit > largestLimit) errors.push({ field: 'limit', message: `must be ${largestLimit} or less` });
  // Users are never removed, so a cursor that was once given out names one of them for ever.
  if (after !== undefined && !users.has(after)) {
    errors.push({ field: 'cursor', message: 'is not a cursor that this environment has given out' });
  }
  const createdFrom = readMoment('createdAfter', createdAfter, errors);
  const createdTo = readMoment('createdBefore', createdBefore, errors);
  if (errors.length > 0) throw refusalOf(errors);
  return { limit, after, name, email, statuses, createdFrom, createdTo };
}

/** Null bounds nothing: the specification lets it through, and gives it a meaning for names and emails alone. */
function readMoment(field: string, text: string | null | undefined, errors: FieldError[]): Date | undefined {
  if (text === null || text === undefined) return undefined;
  const moment = new Date(text);
  if (!Number.isNaN(moment.getTime())) return moment;
  // A leap second, 23:59:60, is an instant to the specification and none to JavaScript.
  errors.push({ field, message: 'must be an instant that a clock without leap seconds shows' });
  return undefined;
}
