import type { User, UserListParams } from '@torii/api';
import { type Command, InvalidArgumentError, Option } from 'commander';

type Status = User['status'];

/** What the options of {@link addFilterOptions} say. */
export interface FilterOptions {
  readonly email?: string;
  readonly withoutEmail?: true;
  readonly name?: string;
  readonly withoutName?: true;
  readonly status?: readonly Status[];
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

/** Which users: without `limit` and `cursor`. */
export type UserFilter = Pick<UserListParams, 'name' | 'email' | 'statuses' | 'createdAfter' | 'createdBefore'>;

const statuses: readonly Status[] = ['pending_verification', 'active', 'banned', 'deleted'];

/** Adds the options that say which users are meant. Without any, all are: deleted ones too, as the API has it. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--email <part>', 'whose email has this in it').conflicts('withoutEmail'))
    .option('--without-email', 'who have none')
    .addOption(new Option('--name <part>', 'whose name has this in it').conflicts('withoutName'))
    .option('--without-name', 'who have none')
    .option('--status <status>', `${statuses.join(', ')}; several times for several`, readStatus)
    .option('--created-after <date>', 'created then or later: 2026-05-16, or 2026-05-16T09:30:00Z', readInstant)
    .option('--created-before <date>', 'created then or earlier', readInstant);
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
  if (status === undefined) throw new InvalidArgumentError(`Allowed choices are ${statuses.join(', ')}.`);
  return [...new Set([...before, status])];
}

/** A day begins at midnight, UTC. */
function readInstant(text: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const instant = isDay ? `${text}T00:00:00Z` : text;
  // A Date makes 2 March of 30 February.
  const hasDay = new Date(text.slice(0, 10)).toJSON()?.slice(0, 10) === text.slice(0, 10);
  const hasTime =
    /^.{10}T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(instant) && !Number.isNaN(Date.parse(instant));
  if (hasDay && hasTime) return instant;
  throw new InvalidArgumentError('Write 2026-05-16, or 2026-05-16T09:30:00Z.');
}
