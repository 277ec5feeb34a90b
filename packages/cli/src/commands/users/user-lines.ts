import type { User } from '@torii/api';
import { printableJson } from '../../output/printable.ts';

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

// A spreadsheet runs what begins with one of these, whoever wrote it into their own name (OWASP, "CSV Injection"). Full-width
// forms count, since some spreadsheets take them for the same.
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** The text as a cell that no spreadsheet runs: an apostrophe goes before it. {@link textOfCell} takes it away again. */
function cellOf(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text that a cell stands for. */
export function textOfCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
