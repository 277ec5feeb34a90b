/** What stands in a file of users, a record at a time. */
export type InputLine = InputRecord | BrokenLine;

export interface InputRecord {
  readonly kind: 'record';
  /** Where it begins, from 1. */
  readonly line: number;
  /** As it stands in the file, its end of line included. */
  readonly raw: Buffer;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Nothing that could be read. */
export interface BrokenLine {
  readonly kind: 'broken';
  readonly line: number;
  readonly raw: Buffer;
  readonly problem: string;
}

/** A file of users, as far as it is understood before its first user. */
export interface Input {
  /** What stands before the users, and belongs before any selection of them. */
  readonly header: Buffer;
  readonly lines: AsyncIterable<InputLine>;
}

/** More than a user can have; a file that has it is something else. */
export const longestRecord = 1_000_000;
