import type { EnvironmentScope } from './environment.ts';
import { EmulatorError } from './errors.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import { transact } from './transaction.ts';
import type { NewUser } from './user-input.ts';

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

/** Whether a password was right, and whose it is. */
export type Credentials =
  | { readonly outcome: 'accepted'; readonly user: User; readonly emailVerified: boolean }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'banned' };

interface UserRow {
  id: string;
  environment_id: string;
  email: string | null;
  email_verified: number;
  password_hash: string | null;
  name: string | null;
  phone: string | null;
  locale: 'en' | 'da' | null;
  address: string | null;
  date_of_birth: string | null;
  status: UserStatus;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
}

/** What SQLite answers when a unique index refuses a row. */
const uniqueConstraint = 2067;

/** The users of one environment, and the rules about them. */
export class Users {
  readonly #scope: EnvironmentScope;
  readonly #passwords: Passwords;
  readonly #sessions: Sessions;

  constructor(scope: EnvironmentScope, passwords: Passwords, sessions: Sessions) {
    this.#scope = scope;
    this.#passwords = passwords;
    this.#sessions = sessions;
  }

  /** @throws EmulatorError `email_taken` */
  async create(input: NewUser): Promise<User> {
    const passwordHash = typeof input.password === 'string' ? await this.#passwords.hash(input.password) : null;
    const now = this.#scope.clock.now().toISOString();
    const user: User = {
      id: this.#scope.createId(),
      environmentId: this.#scope.environmentId,
      email: input.email ?? null,
      name: input.name ?? null,
      phone: input.phone ?? null,
      locale: input.locale ?? null,
      address: input.address ?? null,
      dateOfBirth: input.dateOfBirth ?? null,
      status: 'active',
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    this.#insert(user, input.emailVerified ?? true, passwordHash);
    return user;
  }

  get(id: string): User | undefined {
    const row = this.#row(id);
    return row && userFrom(row);
  }

  /** Bans a user and ends their sessions, in one step. Undefined where there is no such user. */
  ban(id: string): User | undefined {
    return transact(this.#scope.database, () => {
      this.#setStatus(id, 'banned', ['active', 'pending_verification']);
      this.#sessions.revokeAll(id);
      return this.get(id);
    });
  }

  /** Lets a banned user sign in again. Undefined where there is no such user. */
  unban(id: string): User | undefined {
    this.#setStatus(id, 'active', ['banned']);
    return this.get(id);
  }

  /** Checks an email and a password. A user who does not exist takes as long as a wrong password. */
  async authenticate(email: string, password: string): Promise<Credentials> {
    const found = this.#scope.database
      .prepare('SELECT * FROM users WHERE environment_id = ? AND email_key = ? AND deleted_at IS NULL')
      .get(this.#scope.environmentId, email.toLowerCase()) as UserRow | undefined;
    const matched = await this.#passwords.matches(found?.password_hash, password);
    // Read again: the user may have been banned or deleted while the hash was computed.
    const row = found && matched ? this.#row(found.id) : undefined;
    if (row === undefined || row.status === 'deleted') return { outcome: 'wrong' };
    if (row.status === 'banned') return { outcome: 'banned' };
    return { outcome: 'accepted', user: userFrom(row), emailVerified: row.email_verified === 1 };
  }

  #insert(user: User, emailVerified: boolean, passwordHash: string | null): void {
    const statement = this.#scope.database.prepare(
      `INSERT INTO users (id, environment_id, email, email_key, email_verified, password_hash, name, phone, locale,
                          address, date_of_birth, status, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    try {
      statement.run(
        user.id,
        user.environmentId,
        user.email,
        // One spelling per address: Ada@example.com and ada@example.com are the same user.
        user.email?.toLowerCase() ?? null,
        emailVerified ? 1 : 0,
        passwordHash,
        user.name,
        user.phone,
        user.locale,
        user.address,
        user.dateOfBirth,
        user.status,
        user.createdAt,
        user.updatedAt,
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new EmulatorError('email_taken', 'Another user of this environment has this email.');
    }
  }

  #setStatus(id: string, status: UserStatus, from: readonly UserStatus[]): void {
    const places = from.map(() => '?').join(', ');
    this.#scope.database
      .prepare(
        `UPDATE users SET status = ?, updated_at = ? WHERE id = ? AND environment_id = ? AND status IN (${places})`,
      )
      .run(status, this.#scope.clock.now().toISOString(), id, this.#scope.environmentId, ...from);
  }

  #row(id: string): UserRow | undefined {
    return this.#scope.database
      .prepare('SELECT * FROM users WHERE id = ? AND environment_id = ?')
      .get(id, this.#scope.environmentId) as UserRow | undefined;
  }
}

function userFrom(row: UserRow): User {
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

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === uniqueConstraint;
}
