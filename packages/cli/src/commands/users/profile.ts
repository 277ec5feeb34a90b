import type { User } from '@torii/api';
import { type Command, Option } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { UsageError } from '../../failures.ts';
import { metadataColumns } from '../../metadata.ts';
import type { Column } from '../../output/table.ts';

export interface ProfileOptions {
  readonly firstName?: string;
  readonly lastName?: string;
}

export function addProfileOptions(command: Command): Command {
  command
    .option('--first-name <name>', 'first name', nonEmptyText)
    .option('--last-name <name>', 'last name', nonEmptyText);
  for (const [flag, advice] of Object.entries(dropped)) {
    const refuse = (): never => {
      throw new UsageError(`--${flag} does not exist. ${advice}`);
    };
    command.addOption(new Option(`--${flag} [value]`).hideHelp().argParser(refuse).preset(''));
  }
  return command;
}

const keepPrivate = `Torii does not store it any more. Keep it in --private '{"…":"…"}'.`;

/** Fields of older versions of Torii. Without these texts, commander would suggest an unrelated option. */
const dropped: Readonly<Record<string, string>> = {
  name: 'Torii forms the name from --first-name and --last-name.',
  phone: keepPrivate,
  address: keepPrivate,
  'date-of-birth': keepPrivate,
};

export function profileOf({ firstName, lastName }: ProfileOptions): ProfileOptions {
  return {
    ...(firstName !== undefined && { firstName }),
    ...(lastName !== undefined && { lastName }),
  };
}

export const userColumns: readonly Column<User>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'email', value: ({ email }) => email, narrowest: 10, overflow: 'shorten' },
  { title: 'name', value: ({ name }) => name, narrowest: 4, overflow: 'shorten' },
  { title: 'status', value: ({ status }) => status, narrowest: 7, overflow: 'shorten' },
  { title: 'created', value: ({ createdAt }) => createdAt, isTime: true },
];

export const profileColumns: readonly Column<User>[] = [
  ...userColumns,
  { title: 'first name', value: ({ firstName }) => firstName },
  { title: 'last name', value: ({ lastName }) => lastName },
  { title: 'email verified', value: ({ emailVerifiedAt }) => emailVerifiedAt, isTime: true },
  { title: 'updated', value: ({ updatedAt }) => updatedAt, isTime: true },
  { title: 'deleted', value: ({ deletedAt }) => deletedAt, isTime: true },
  { title: 'locale', value: ({ locale }) => locale },
  { title: 'environment', value: ({ environmentId }) => environmentId },
  ...metadataColumns<User>(['publicMetadata', 'privateMetadata', 'unsafeMetadata']),
];
