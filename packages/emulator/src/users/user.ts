export type UserStatus = 'pending_verification' | 'active' | 'banned' | 'deleted';

/** A user, as the API shows it. */
export interface User {
  readonly id: string;
  readonly environmentId: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly locale: 'en' | 'da' | null;
  readonly address: string | null;
  readonly dateOfBirth: string | null;
  readonly status: UserStatus;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt: string | null;
}
