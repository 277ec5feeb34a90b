import { type BagColumns, bagsFrom } from './bags.ts';
import type { User, UserStatus } from './user.ts';

export type UndeletedStatus = Exclude<UserStatus, 'deleted'>;

const undeleted = { pending_verification: true, active: true, banned: true } satisfies {
  readonly [Status in UndeletedStatus]?: true;
};

export const undeletedStatuses = Object.keys(undeleted) as readonly UndeletedStatus[];

export interface UserRow extends BagColumns {
  readonly id: string;
  readonly environment_id: string;
  readonly email: string | null;
  /** The email in the form that is compared. */
  readonly email_key: string | null;
  readonly email_verified_at: string | null;
  readonly password_hash: string | null;
  /** The name that was written directly. */
  readonly name: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  /** The name in the form that is searched. */
  readonly name_key: string | null;
  readonly phone: string | null;
  readonly locale: User['locale'];
  readonly address: string | null;
  readonly date_of_birth: string | null;
  readonly status: UserStatus;
  readonly created_at: string;
  readonly updated_at: string;
  readonly deleted_at: string | null;
}

export function userFrom(row: UserRow): User {
  return {
    id: row.id,
    environmentId: row.environment_id,
    email: row.email,
    emailVerifiedAt: row.email_verified_at,
    name: nameOf({ name: row.name, firstName: row.first_name, lastName: row.last_name }),
    firstName: row.first_name,
    lastName: row.last_name,
    phone: row.phone,
    locale: row.locale,
    address: row.address,
    dateOfBirth: row.date_of_birth,
    ...bagsFrom(row),
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
  };
}

export interface Names {
  readonly name?: string | null | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
}

/** The name of a user: the one that was written directly, or else the first and the last name. */
function nameOf({ name, firstName, lastName }: Names): string | null {
  if (typeof name === 'string') return name;
  const parts = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '');
  return parts.length === 0 ? null : parts.join(' ');
}

export function nameKeyOf(names: Names): string | null {
  const name = nameOf(names);
  return name === null ? null : foldCase(name);
}

/**
 * Normalizes a text for case-insensitive comparison of emails and names. The result is stored in a separate column,
 * because SQLite folds the case of ASCII letters only.
 */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
