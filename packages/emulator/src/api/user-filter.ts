import type { FieldError } from '../errors.ts';
import type { UserSearch } from '../users/search.ts';
import type { UserStatus } from '../users/user.ts';
import type { Users } from '../users/users.ts';
import { type ApiRequest, refusalOf } from './contract/read-request.ts';
import { readPage } from './page.ts';

interface UserFilter {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly statuses?: readonly UserStatus[];
  readonly createdAfter?: string | null;
  readonly createdBefore?: string | null;
  readonly userIds?: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly organizationId?: string;
}

export function readUserSearch(request: ApiRequest, users: Users): UserSearch {
  const { name, email, statuses, createdAfter, createdBefore, ...selectors } = (request.body ?? {}) as UserFilter;
  const page = readPage(request, (id) => users.has(id));
  const errors: FieldError[] = [];
  const createdFrom = readMoment('createdAfter', createdAfter, errors);
  const createdTo = readMoment('createdBefore', createdBefore, errors);
  if (errors.length > 0) throw refusalOf(errors);
  return {
    ...page,
    name,
    email,
    statuses,
    createdFrom,
    createdTo,
    // UUIDs are case-insensitive (RFC 9562 section 4), and ids are stored in lower case.
    userIds: selectors.userIds?.map((id) => id.toLowerCase()),
    emailAddresses: selectors.emailAddresses,
    organizationId: selectors.organizationId?.toLowerCase(),
  };
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
