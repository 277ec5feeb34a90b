import type { ToriiClient, User, UserListParams } from '@torii/api';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { foldCase } from '../../client.ts';

type Status = User['status'];

export interface FilterOptions {
  readonly id?: readonly string[];
  readonly emailAddress?: readonly string[];
  readonly organization?: string;
  readonly email?: string;
  readonly withoutEmail?: true;
  readonly name?: string;
  readonly withoutName?: true;
  readonly status?: readonly Status[];
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

export type UserFilter = Omit<UserListParams, 'limit' | 'cursor'>;

const statuses: readonly Status[] = ['active', 'banned', 'deleted'];

/** Adds the filter options. Without filters all users match, deleted ones too, as in the REST API. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--id <id>', 'has this id; can be repeated', addValue)
    .option('--email-address <email>', 'has this email; can be repeated', addValue)
    .option('--organization <id>', 'is a member of the organization with this id', nonEmptyText)
    .addOption(new Option('--email <part>', 'email contains this text').conflicts('withoutEmail'))
    .option('--without-email', 'has no email')
    .addOption(new Option('--name <part>', 'name contains this text').conflicts('withoutName'))
    .option('--without-name', 'has no name')
    .option('--status <status>', `${statuses.join(', ')}; can be repeated`, readStatus)
    .option('--created-after <date>', 'created at or after: 2026-05-16, or 2026-05-16T09:30:00Z', readInstant)
    .option('--created-before <date>', 'created at or before', readInstant);
}

export function filterOf(options: FilterOptions): UserFilter {
  const { id, emailAddress, organization, email, withoutEmail, name, withoutName } = options;
  const { status, createdAfter, createdBefore } = options;
  return {
    ...(id && { userIds: id }),
    ...(emailAddress && { emailAddresses: emailAddress }),
    ...(organization !== undefined && { organizationId: organization }),
    ...(withoutEmail ? { email: null } : email !== undefined && { email }),
    ...(withoutName ? { name: null } : name !== undefined && { name }),
    ...(status && { statuses: status }),
    ...(createdAfter !== undefined && { createdAfter }),
    ...(createdBefore !== undefined && { createdBefore }),
  };
}

/**
 * Whether a user matches the filters that some versions of Torii ignore: `email: null`, ids and whole emails. Without this
 * check, an ignored filter would list all users.
 */
export function isMatch({ userIds, emailAddresses, email, name }: UserFilter, user: User): boolean {
  if (email === null && isSet(user.email)) return false;
  if (name === null && isSet(user.name)) return false;
  if (userIds && !userIds.some((id) => id.toLowerCase() === user.id.toLowerCase())) return false;
  return !emailAddresses || emailAddresses.some((each) => foldCase(each) === foldCase(user.email));
}

/**
 * Checks that Torii has the organization of the filter. A version of Torii without organizations would ignore the filter, and
 * users do not name their organizations, so that {@link isMatch} cannot tell.
 *
 * @throws ToriiApiError 404
 */
export async function demandOrganization(
  client: ToriiClient,
  { organizationId }: UserFilter,
  signal: AbortSignal,
): Promise<void> {
  if (typeof organizationId === 'string') await client.organizations.get(organizationId, { signal });
}

export async function* matching(users: AsyncIterable<User>, filter: UserFilter): AsyncGenerator<User> {
  for await (const user of users) if (isMatch(filter, user)) yield user;
}

function isSet(text: string | null | undefined): boolean {
  return text !== null && text !== undefined && text !== '';
}

/** The highest number of ids or emails that the API accepts in one request. */
const mostValues = 100;

function addValue(text: string, earlier: readonly string[] = []): readonly string[] {
  const values = [...new Set([...earlier, nonEmptyText(text)])];
  if (values.length <= mostValues) return values;
  throw new InvalidArgumentError(`Name at most ${mostValues}. For more, run the command several times.`);
}

function readStatus(text: string, before: readonly Status[] = []): readonly Status[] {
  // Older versions of Torii have this status too.
  const status = [...statuses, 'pending_verification' as const].find((each) => each === text);
  if (status === undefined) throw new InvalidArgumentError(`Write one of ${statuses.join(', ')}.`);
  return [...new Set([...before, status])];
}

function readInstant(text: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const instant = isDay ? `${text}T00:00:00Z` : text;
  // Refuse days that do not exist: Date() turns 30 February into 2 March.
  const hasDay = new Date(text.slice(0, 10)).toJSON()?.slice(0, 10) === text.slice(0, 10);
  const hasTime =
    /^.{10}T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(instant) && !Number.isNaN(Date.parse(instant));
  if (hasDay && hasTime) return instant;
  throw new InvalidArgumentError('Write a date such as 2026-05-16, or a date and time such as 2026-05-16T09:30:00Z.');
}
