import type { User, UserStatus } from './user.ts';

export type UndeletedStatus = Exclude<UserStatus, 'deleted'>;

const undeleted = { pending_verification: true, active: true, banned: true } satisfies Record<UndeletedStatus, true>;

export const undeletedStatuses = Object.keys(undeleted) as readonly UndeletedStatus[];

export interface UserRow {
  readonly id: string;
  readonly environment_id: string;
  readonly email: string | null;
  readonly email_verified: number;
  readonly password_hash: string | null;
  readonly name: string | null;
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
    name: row.name,
    phone: row.phone,
    locale: row.locale,
    address: row.address,
    dateOfBirth: row.date_of_birth,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
  };
}

/**
 * Normalizes a text for case-insensitive comparison of emails and names. The result is stored in a separate column,
 * because SQLite folds the case of ASCII letters only.
 */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
