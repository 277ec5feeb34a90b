import type { User } from '@torii/api';
import type { Command } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import type { Column } from '../../output/table.ts';

export interface ProfileOptions {
  readonly name?: string;
  readonly phone?: string;
  readonly address?: string;
  readonly dateOfBirth?: string;
}

export function addProfileOptions(command: Command): Command {
  return command
    .option('--name <name>', 'display name', nonEmptyText)
    .option('--phone <phone>', 'phone number', nonEmptyText)
    .option('--address <address>', 'postal address', nonEmptyText)
    .option('--date-of-birth <date>', 'date such as 1815-12-10', nonEmptyText);
}

export function profileOf({ name, phone, address, dateOfBirth }: ProfileOptions): ProfileOptions {
  return {
    ...(name !== undefined && { name }),
    ...(phone !== undefined && { phone }),
    ...(address !== undefined && { address }),
    ...(dateOfBirth !== undefined && { dateOfBirth }),
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
  { title: 'updated', value: ({ updatedAt }) => updatedAt, isTime: true },
  { title: 'deleted', value: ({ deletedAt }) => deletedAt, isTime: true },
  { title: 'phone', value: ({ phone }) => phone },
  { title: 'address', value: ({ address }) => address },
  { title: 'born', value: ({ dateOfBirth }) => dateOfBirth },
  { title: 'locale', value: ({ locale }) => locale },
  { title: 'environment', value: ({ environmentId }) => environmentId },
];
