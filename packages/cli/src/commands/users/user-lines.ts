import type { User } from '@torii/api';
import { printableJson } from '../../output/printable.ts';
import { cellOf } from './csv-cell.ts';

/** How users are written into a file: a JSON object to a line, or a table for spreadsheets. */
export type FileFormat = 'ndjson' | 'csv';

/** Turns users into lines. */
export interface UserLines {
  /** What the file begins with. */
  readonly header: string;
  linesOf(users: readonly User[]): string;
}

const columns: readonly (keyof User)[] = [
  'id',
  'email',
  'name',
  'phone',
  'address',
  'dateOfBirth',
  'locale',
  'status',
  'createdAt',
  'updatedAt',
  'deletedAt',
  'environmentId',
];

export async function userLines(format: FileFormat): Promise<UserLines> {
  if (format === 'ndjson') {
    return { header: '', linesOf: (users) => users.map((user) => `${printableJson(user)}\n`).join('') };
  }
  // Loaded only here: most commands read and write no CSV.
  const { stringify } = await import('csv-stringify/sync');
  return {
    header: `${columns.join(',')}\n`,
    linesOf: (users) => stringify(users.map((user) => columns.map((column) => cellOf(user[column] ?? '')))),
  };
}

/** The format that a file's name speaks of. */
export function formatOf(file: string): FileFormat {
  return /\.csv$/i.test(file) ? 'csv' : 'ndjson';
}
