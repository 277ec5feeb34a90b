import type { User } from '@torii/api';
import { printableJson } from '../../output/printable.ts';

export type FileFormat = 'ndjson' | 'csv';

export interface UserLines {
  readonly header: string;
  linesOf(users: readonly User[]): string;
}

const columns: readonly (keyof User)[] = [
  'id',
  'email',
  'emailVerifiedAt',
  'firstName',
  'lastName',
  'name',
  'locale',
  'status',
  'publicMetadata',
  'privateMetadata',
  'unsafeMetadata',
  'createdAt',
  'updatedAt',
  'deletedAt',
  'environmentId',
  'phone',
  'address',
  'dateOfBirth',
];

export async function userLines(format: FileFormat): Promise<UserLines> {
  if (format === 'ndjson') {
    return { header: '', linesOf: (users) => users.map((user) => `${printableJson(user)}\n`).join('') };
  }
  const { stringify } = await import('csv-stringify/sync');
  return {
    header: `${columns.join(',')}\n`,
    linesOf: (users) => stringify(users.map((user) => columns.map((column) => cellOf(user[column])))),
  };
}

export function formatOf(file: string): FileFormat {
  return /\.csv$/i.test(file) ? 'csv' : 'ndjson';
}

// CSV injection (OWASP): a spreadsheet runs a cell that starts with one of these as a formula, and users choose their own
// names. Some spreadsheets treat the full-width forms the same way.
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

function cellOf(value: unknown): string {
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : printableJson(value);
  return formula.test(text) ? `'${text}` : text;
}

/** Removes the apostrophe that an export put before formulas. */
export function textOfCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
