import type { User } from '@torii/api';
import type { Command } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { metadataColumns } from '../../metadata.ts';
import type { Column } from '../../output/table.ts';

export interface ProfileOptions {
  readonly firstName?: string;
  readonly lastName?: string;
}

export function addProfileOptions(command: Command): Command {
  return command
    .option('--first-name <name>', 'first name', nonEmptyText)
    .option('--last-name <name>', 'last name', nonEmptyText);
}

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
