import type { DatabaseSync } from 'node:sqlite';
import { type Page, type PageQuery, pageOf } from '../database/page.ts';
import { foldCase, type UserRow, userFrom } from './record.ts';
import type { User, UserStatus } from './user.ts';

export interface UserSearch extends PageQuery {
  /** Matches users whose name contains this text, ignoring case. `null` matches users without a name. */
  readonly name?: string | null | undefined;
  /** Matches users whose email contains this text, ignoring case. `null` matches users without an email. */
  readonly email?: string | null | undefined;
  readonly statuses?: readonly UserStatus[] | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  /** Matches these users. An empty list matches no user. */
  readonly userIds?: readonly string[] | undefined;
  /** Matches users who have one of these emails, ignoring case. An empty list matches no user. */
  readonly emailAddresses?: readonly string[] | undefined;
  /** Matches the members of this organization. */
  readonly organizationId?: string | undefined;
}

export type UserPage = Page<User>;

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
    ...anyOf('id', search.userIds),
    ...anyOf('email_key', search.emailAddresses?.map(foldCase)),
    ...memberOf(search.organizationId),
  ];
  // The inner query reads only the index `users_search`, not the table, so a search with few matches is fast.
  const statement = database.prepare(
    `SELECT * FROM users WHERE id IN (
       SELECT id FROM users WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} ORDER BY id DESC LIMIT ?
     ) ORDER BY id DESC`,
  );
  const rows = statement.all(...conditions.flatMap(({ values }) => values), search.limit + 1) as unknown as UserRow[];
  return pageOf(rows, search.limit, userFrom, ({ id }) => id);
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

function memberOf(organizationId: string | undefined): readonly Condition[] {
  if (organizationId === undefined) return [];
  return [{ sql: 'id IN (SELECT user_id FROM memberships WHERE organization_id = ?)', values: [organizationId] }];
}

function comparing(sql: string, moment: Date | undefined): readonly Condition[] {
  return moment === undefined ? [] : [{ sql, values: [moment.toISOString()] }];
}
