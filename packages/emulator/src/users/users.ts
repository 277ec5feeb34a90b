import type { StatementSync } from 'node:sqlite';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError, isError } from '../errors.ts';
import type { NewUser } from './input.ts';
import type { Passwords } from './passwords.ts';
import { foldCase, type UserRow, userFrom } from './record.ts';
import { searchUsers, type UserPage, type UserSearch } from './search.ts';
import type { User, UserStatus } from './user.ts';

export type Credentials =
  | { readonly outcome: 'accepted'; readonly user: User; readonly emailVerified: boolean }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'banned' };

export type UserPatch = Partial<Pick<User, 'name' | 'phone' | 'locale' | 'address' | 'dateOfBirth'>>;

export type Standing = 'here' | 'deleted' | 'elsewhere' | 'unknown';

export const userEventTypes = ['user.created', 'user.updated', 'user.banned', 'user.unbanned', 'user.deleted'] as const;

export type UserEventType = (typeof userEventTypes)[number];

/** Stores user events for the webhooks. Called inside the database transaction that changes the user. */
export interface UserEvents {
  note(type: UserEventType, user: User): void;
}

export interface UserSessions {
  /** Ends all sessions of a user. Must be called inside a transaction. */
  endAll(userId: string): void;
}

const sqliteConstraintUnique = 2067;

export class Users {
  readonly #scope: EnvironmentScope;
  readonly #passwords: Passwords;
  readonly #sessions: UserSessions;
  readonly #events: UserEvents;
  // Prepared once, because preparing a statement takes as long as running the statement, and a seed can contain 100,000
  // users.
  readonly #insertRow: StatementSync;
  readonly #selectById: StatementSync;
  readonly #selectByEmail: StatementSync;

  constructor(scope: EnvironmentScope, passwords: Passwords, sessions: UserSessions, events: UserEvents) {
    const { database } = scope;
    this.#scope = scope;
    this.#passwords = passwords;
    this.#sessions = sessions;
    this.#events = events;
    this.#insertRow = database.prepare(
      `INSERT INTO users (id, environment_id, email, email_key, email_verified, password_hash, name, name_key, phone,
                          locale, address, date_of_birth, status, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#selectById = database.prepare('SELECT * FROM users WHERE id = ? AND environment_id = ?');
    this.#selectByEmail = database.prepare(
      'SELECT * FROM users WHERE environment_id = ? AND email_key = ? AND deleted_at IS NULL',
    );
  }

  async create(input: NewUser): Promise<User> {
    const passwordHash = await this.#hashOf(input);
    return transact(this.#scope.database, () => {
      const user = this.get(this.#insert(input, passwordHash));
      this.#events.note('user.created', user);
      return user;
    });
  }

  /**
   * Creates the users whose email does not exist yet, in one transaction. Sends no webhooks: a seed represents users
   * that existed before the app was connected.
   *
   * @returns the number of created users
   */
  async createMissing(inputs: readonly NewUser[]): Promise<number> {
    const isMissing = ({ email }: NewUser) => typeof email !== 'string' || this.#rowOfEmail(email) === undefined;
    const hashed = await Promise.all(
      inputs.filter(isMissing).map(async (input) => ({ input, passwordHash: await this.#hashOf(input) })),
    );
    return transact(this.#scope.database, () => {
      // Check the emails a second time: another request may have taken one while the passwords were being hashed.
      const missing = hashed.filter(({ input }) => isMissing(input));
      for (const { input, passwordHash } of missing) this.#insert(input, passwordHash);
      return missing.length;
    });
  }

  get(id: string): User {
    const row = this.#row(id);
    if (row === undefined) throw new Error('The user id does not exist. Call standing() first.');
    return userFrom(row);
  }

  /** Finds a user of this environment who is not deleted, by id or by whole email in any case. */
  find(idOrEmail: string): { readonly user: User; readonly emailVerified: boolean } | undefined {
    const row = this.#row(idOrEmail) ?? this.#rowOfEmail(idOrEmail);
    if (row === undefined || row.status === 'deleted') return undefined;
    return { user: userFrom(row), emailVerified: row.email_verified === 1 };
  }

  has(id: string): boolean {
    return this.#row(id) !== undefined;
  }

  standing(id: string): Standing {
    const row = this.#scope.database.prepare('SELECT environment_id, deleted_at FROM users WHERE id = ?').get(id);
    if (row === undefined) return 'unknown';
    if (row['environment_id'] !== this.#scope.environmentId) return 'elsewhere';
    return row['deleted_at'] === null ? 'here' : 'deleted';
  }

  search(search: UserSearch): UserPage {
    return searchUsers(this.#scope.database, this.#scope.environmentId, search);
  }

  update(id: string, patch: UserPatch): User {
    const changes = new Map<string, string | null>();
    if (patch.name !== undefined) {
      changes.set('name', patch.name);
      changes.set('name_key', patch.name && foldCase(patch.name));
    }
    if (patch.phone !== undefined) changes.set('phone', patch.phone);
    if (patch.locale !== undefined) changes.set('locale', patch.locale);
    if (patch.address !== undefined) changes.set('address', patch.address);
    if (patch.dateOfBirth !== undefined) changes.set('date_of_birth', patch.dateOfBirth);
    if (changes.size === 0) return this.get(id);
    return transact(this.#scope.database, () => this.#changeWithEvent('user.updated', id, changes));
  }

  delete(id: string): void {
    transact(this.#scope.database, () => {
      const now = this.#nextMoment(id);
      const changes = new Map([
        ['status', 'deleted'],
        ['deleted_at', now],
        ['password_hash', null],
      ]);
      this.#changeWithEvent('user.deleted', id, changes, now);
      this.#sessions.endAll(id);
    });
  }

  ban(id: string): User {
    return transact(this.#scope.database, () => {
      const user = this.get(id);
      const banned = user.status === 'banned' ? user : this.#changeWithEvent('user.banned', id, statusOf('banned'));
      this.#sessions.endAll(id);
      return banned;
    });
  }

  unban(id: string): User {
    return transact(this.#scope.database, () => {
      const user = this.get(id);
      return user.status === 'banned' ? this.#changeWithEvent('user.unbanned', id, statusOf('active')) : user;
    });
  }

  async authenticate(email: string, password: string): Promise<Credentials> {
    const found = this.#rowOfEmail(email);
    const matched = await this.#passwords.matches(found?.password_hash, password);
    // Read the user a second time: the user may have been banned or deleted while the hash was being computed.
    const row = found && matched ? this.#row(found.id) : undefined;
    if (row === undefined || row.status === 'deleted') return { outcome: 'wrong' };
    if (row.status === 'banned') return { outcome: 'banned' };
    return { outcome: 'accepted', user: userFrom(row), emailVerified: row.email_verified === 1 };
  }

  async #hashOf({ password }: NewUser): Promise<string | null> {
    return typeof password === 'string' ? this.#passwords.hash(password) : null;
  }

  #insert(input: NewUser, passwordHash: string | null): string {
    const { environmentId, clock, createId } = this.#scope;
    const id = createId();
    const { email = null, name = null } = input;
    const now = clock.now().toISOString();
    try {
      this.#insertRow.run(
        id,
        environmentId,
        email,
        email && foldCase(email),
        input.emailVerified === false ? 0 : 1,
        passwordHash,
        name,
        name && foldCase(name),
        input.phone ?? null,
        input.locale ?? null,
        input.address ?? null,
        input.dateOfBirth ?? null,
        input.status ?? 'active',
        now,
        now,
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new EmulatorError('email_taken', 'Another user of this environment has this email. Use another one.');
    }
    return id;
  }

  /** Must be called inside a transaction. */
  #changeWithEvent(
    type: UserEventType,
    id: string,
    changes: ReadonlyMap<string, string | null>,
    now: string = this.#nextMoment(id),
  ): User {
    this.#change(id, changes, now);
    const user = this.get(id);
    this.#events.note(type, user);
    return user;
  }

  /** Safe from SQL injection: the column names come from this file only, and the values are bound. */
  #change(id: string, changes: ReadonlyMap<string, string | null>, now: string): void {
    const columns = ['updated_at', ...changes.keys()].map((column) => `${column} = ?`).join(', ');
    this.#scope.database
      .prepare(`UPDATE users SET ${columns} WHERE id = ? AND environment_id = ?`)
      .run(now, ...changes.values(), id, this.#scope.environmentId);
  }

  /** Returns a time later than the user's `updatedAt`, so that webhook receivers can tell which version is newer. */
  #nextMoment(id: string): string {
    const last = Date.parse(this.get(id).updatedAt);
    return new Date(Math.max(this.#scope.clock.now().getTime(), last + 1)).toISOString();
  }

  #row(id: string): UserRow | undefined {
    return this.#selectById.get(id, this.#scope.environmentId) as UserRow | undefined;
  }

  #rowOfEmail(email: string): UserRow | undefined {
    return this.#selectByEmail.get(this.#scope.environmentId, foldCase(email)) as UserRow | undefined;
  }
}

function statusOf(status: UserStatus): ReadonlyMap<string, string> {
  return new Map([['status', status]]);
}

function isUniqueViolation(error: unknown): boolean {
  return isError(error) && 'errcode' in error && error.errcode === sqliteConstraintUnique;
}
