import type { DatabaseSync } from 'node:sqlite';
import { foldCase, type UserRow, userFrom } from './record.ts';
import type { User, UserStatus } from './user.ts';

export interface UserSearch {
  readonly limit: number;
  readonly after?: string | undefined;
  /** Matches users whose name contains this text, ignoring case. `null` matches users without a name. */
  readonly name?: string | null | undefined;
  /** Matches users whose email contains this text, ignoring case. `null` matches users without an email. */
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
 * Returns one page of an environment's users, newest first. The cursor is a user id instead of an offset, so that users
 * created during a listing do not shift the later pages.
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
  // The inner query reads only the index `users_search`, not the table, so a search with few matches is fast.
  const statement = database.prepare(
    `SELECT * FROM users WHERE id IN (
       SELECT id FROM users WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} ORDER BY id DESC LIMIT ?
     ) ORDER BY id DESC`,
  );
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
  // instr instead of LIKE, because % and _ are wildcards in LIKE.
  return [{ sql: `instr(${column}, ?) > 0`, values: [foldCase(part)] }];
}

function anyOf(column: string, values: readonly string[] | undefined): readonly Condition[] {
  if (values === undefined) return [];
  return [{ sql: `${column} IN (${values.map(() => '?').join(', ')})`, values }];
}

function comparing(sql: string, moment: Date | undefined): readonly Condition[] {
  return moment === undefined ? [] : [{ sql, values: [moment.toISOString()] }];
}
