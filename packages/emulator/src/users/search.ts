import type { DatabaseSync } from 'node:sqlite';
import { foldCase, type UserRow, userFrom } from './record.ts';
import type { User, UserStatus } from './user.ts';

/** Which users are looked for. A filter that is left out lets everyone through. */
export interface UserSearch {
  /** How many users at most. */
  readonly limit: number;
  /** The id of the last user of the page before. */
  readonly after?: string | undefined;
  /** A part of the name, in any case; null for users without one. */
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly statuses?: readonly UserStatus[] | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
}

export interface UserPage {
  readonly items: readonly User[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/**
 * One page of an environment's users, the newest first. A page begins after an id and not after a number of users, so that
 * users who come meanwhile move nobody from one page to another.
 */
export function searchUsers(database: DatabaseSync, environmentId: string, search: UserSearch): UserPage {
  const conditions: Condition[] = [
    { sql: 'environment_id = ?', values: [environmentId] },
    ...(search.after === undefined ? [] : [{ sql: 'id < ?', values: [search.after] }]),
    ...containing('name_key', search.name),
    ...containing('email_key', search.email),
    ...anyOf('status', search.statuses),
    ...comparing('created_at >= ?', search.createdFrom),
    ...comparing('created_at <= ?', search.createdTo),
  ];
  // The index holds every column of the inner query: where few users match, only it is read from end to end.
  const statement = database.prepare(
    `SELECT * FROM users WHERE id IN (
       SELECT id FROM users WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} ORDER BY id DESC LIMIT ?
     ) ORDER BY id DESC`,
  );
  // One more than asked for, to know whether there are more.
  const rows = statement.all(...conditions.flatMap(({ values }) => values), search.limit + 1) as unknown as UserRow[];
  const items = rows.slice(0, search.limit).map(userFrom);
  const hasMore = rows.length > search.limit;
  return { items, nextCursor: (hasMore ? items.at(-1)?.id : null) ?? null, hasMore };
}

interface Condition {
  readonly sql: string;
  readonly values: readonly string[];
}

function containing(column: string, part: string | null | undefined): readonly Condition[] {
  if (part === undefined) return [];
  if (part === null) return [{ sql: `${column} IS NULL`, values: [] }];
  // Not LIKE, in which % and _ mean something.
  return [{ sql: `instr(${column}, ?) > 0`, values: [foldCase(part)] }];
}

function anyOf(column: string, values: readonly string[] | undefined): readonly Condition[] {
  if (values === undefined) return [];
  return [{ sql: `${column} IN (${values.map(() => '?').join(', ')})`, values }];
}

function comparing(sql: string, moment: Date | undefined): readonly Condition[] {
  return moment === undefined ? [] : [{ sql, values: [moment.toISOString()] }];
}
