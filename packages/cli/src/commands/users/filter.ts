import type { User, UserListParams } from '@torii/api';
import { type Command, InvalidArgumentError, Option } from 'commander';

type Status = User['status'];

export interface FilterOptions {
  readonly email?: string;
  readonly withoutEmail?: true;
  readonly name?: string;
  readonly withoutName?: true;
  readonly status?: readonly Status[];
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

export type UserFilter = Pick<UserListParams, 'name' | 'email' | 'statuses' | 'createdAfter' | 'createdBefore'>;

const statuses: readonly Status[] = ['pending_verification', 'active', 'banned', 'deleted'];

/** Adds the filter options. Without filters all users match, deleted ones too, as in the REST API. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--email <part>', 'email contains this text').conflicts('withoutEmail'))
    .option('--without-email', 'has no email')
    .addOption(new Option('--name <part>', 'name contains this text').conflicts('withoutName'))
    .option('--without-name', 'has no name')
    .option('--status <status>', `${statuses.join(', ')}; can be repeated`, readStatus)
    .option('--created-after <date>', 'created at or after: 2026-05-16, or 2026-05-16T09:30:00Z', readInstant)
    .option('--created-before <date>', 'created at or before', readInstant);
}

export function filterOf(options: FilterOptions): UserFilter {
  const { email, withoutEmail, name, withoutName, status, createdAfter, createdBefore } = options;
  return {
    ...(withoutEmail ? { email: null } : email !== undefined && { email }),
    ...(withoutName ? { name: null } : name !== undefined && { name }),
    ...(status && { statuses: status }),
    ...(createdAfter !== undefined && { createdAfter }),
    ...(createdBefore !== undefined && { createdBefore }),
  };
}

function readStatus(text: string, before: readonly Status[] = []): readonly Status[] {
  const status = statuses.find((each) => each === text);
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
