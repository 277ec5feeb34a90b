import type { StatementSync } from 'node:sqlite';
import type { EnvironmentScope } from '../database/scope.ts';
import { isUniqueViolation } from '../database/storage-errors.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError, namingPlace } from '../errors.ts';
import { mergeBag, requireBudget } from '../metadata/metadata.ts';
import type { NewUser } from './input.ts';
import type { Passwords } from './passwords.ts';
import { bagsFrom, foldCase, nameOf, type UserRow, userFrom } from './record.ts';
import { searchUsers, type UserPage, type UserSearch } from './search.ts';
import type { User, UserBags, UserStatus } from './user.ts';

export type Credentials =
  | { readonly outcome: 'accepted'; readonly user: User; readonly emailVerified: boolean }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'banned' };

export type UserPatch = Partial<
  Pick<User, 'name' | 'firstName' | 'lastName' | 'phone' | 'locale' | 'address' | 'dateOfBirth' | 'unsafeMetadata'>
>;

/** A user whose password is already hashed, which takes time and cannot be done inside a transaction. */
export interface PreparedUser {
  /**
   * Creates the user. Must be called inside a transaction.
   *
   * @param changes fields that have changed since the user was prepared
   * @throws EmulatorError `email_taken`, `metadata_too_large`
   */
  insert(changes?: Omit<NewUser, 'password'>): User;
}

export type Standing = 'here' | 'deleted' | 'elsewhere' | 'unknown';

export const userEventTypes = ['user.created', 'user.updated', 'user.banned', 'user.unbanned', 'user.deleted'] as const;

export type UserEventType = (typeof userEventTypes)[number];

/** Stores user events for the webhooks. Called inside the database transaction that changes the user. */
export interface UserEvents {
  note(type: UserEventType, user: User): void;
}

/** What ends with a user, such as sessions. */
export interface UserBelongings {
  /** Ends all of a user. Must be called inside a transaction. */
  endAll(userId: string): void;
}

export class Users {
  readonly #scope: EnvironmentScope;
  readonly #passwords: Passwords;
  readonly #sessions: UserBelongings;
  readonly #memberships: UserBelongings;
  readonly #events: UserEvents;
  // Prepared once, because preparing a statement takes as long as running the statement, and a seed can contain 100,000
  // users.
  readonly #insertRow: StatementSync;
  readonly #selectById: StatementSync;
  readonly #selectByEmail: StatementSync;

  constructor(
    scope: EnvironmentScope,
    passwords: Passwords,
    belongings: { readonly sessions: UserBelongings; readonly memberships: UserBelongings },
    events: UserEvents,
  ) {
    const { database } = scope;
    this.#scope = scope;
    this.#passwords = passwords;
    this.#sessions = belongings.sessions;
    this.#memberships = belongings.memberships;
    this.#events = events;
    this.#insertRow = database.prepare(
      `INSERT INTO users (id, environment_id, email, email_key, email_verified_at, password_hash, name, first_name,
                          last_name, name_key, phone, locale, address, date_of_birth, public_metadata, private_metadata,
                          unsafe_metadata, status, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#selectById = database.prepare('SELECT * FROM users WHERE id = ? AND environment_id = ?');
    this.#selectByEmail = database.prepare(
      'SELECT * FROM users WHERE environment_id = ? AND email_key = ? AND deleted_at IS NULL',
    );
  }

  async create(input: NewUser): Promise<User> {
    const prepared = await this.prepare(input);
    return transact(this.#scope.database, () => prepared.insert());
  }

  async prepare(input: NewUser): Promise<PreparedUser> {
    const passwordHash = await this.#hashOf(input);
    return {
      insert: (changes = {}) => {
        const user = this.get(this.#insert({ ...input, ...changes }, passwordHash));
        this.#events.note('user.created', user);
        return user;
      },
    };
  }

  /**
   * Prepares the creation of the users whose email does not exist yet. The returned function creates them, must be called
   * inside a transaction, and returns the number of created users. Sends no webhooks: a seed represents users that
   * existed before the app was connected.
   */
  async prepareMissing(inputs: readonly NewUser[]): Promise<() => number> {
    const isMissing = ({ email }: NewUser) => typeof email !== 'string' || this.#rowOfEmail(email) === undefined;
    const places = inputs.map((input, index) => ({ input, place: `users[${index}]` }));
    const hashed = await Promise.all(
      places
        .filter(({ input }) => isMissing(input))
        .map(async ({ input, place }) => ({ input, place, passwordHash: await this.#hashOf(input) })),
    );
    return () => {
      // Check the emails a second time: another request may have taken one while the passwords were being hashed.
      const missing = hashed.filter(({ input }) => isMissing(input));
      for (const { input, place, passwordHash } of missing) {
        namingPlace(place, () => this.#insert(input, passwordHash));
      }
      return missing.length;
    };
  }

  findByEmail(email: string): User | undefined {
    const row = this.#rowOfEmail(email);
    return row && userFrom(row);
  }

  get(id: string): User {
    return userFrom(this.#requireRow(id));
  }

  /** Finds a user of this environment who is not deleted, by id or by whole email in any case. */
  find(idOrEmail: string): { readonly user: User; readonly emailVerified: boolean } | undefined {
    const row = this.#row(idOrEmail) ?? this.#rowOfEmail(idOrEmail);
    if (row === undefined || row.status === 'deleted') return undefined;
    return { user: userFrom(row), emailVerified: row.email_verified_at !== null };
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

  /** @throws EmulatorError `metadata_too_large` */
  update(id: string, patch: UserPatch): User {
    return transact(this.#scope.database, () => {
      const row = this.#requireRow(id);
      const changes = new Map<string, string | null>();
      const set = (column: string, value: string | null | undefined) => {
        if (value !== undefined) changes.set(column, value);
      };
      set('name', patch.name);
      set('first_name', patch.firstName);
      set('last_name', patch.lastName);
      if (changes.size > 0) {
        const { name = row.name, firstName = row.first_name, lastName = row.last_name } = patch;
        set('name_key', nameKeyOf({ name, firstName, lastName }));
      }
      set('phone', patch.phone);
      set('locale', patch.locale);
      set('address', patch.address);
      set('date_of_birth', patch.dateOfBirth);
      if (patch.unsafeMetadata !== undefined) {
        const unsafeMetadata = mergeBag({}, patch.unsafeMetadata);
        requireUserBudget({ ...bagsFrom(row), unsafeMetadata });
        set('unsafe_metadata', JSON.stringify(unsafeMetadata));
      }
      return changes.size === 0 ? userFrom(row) : this.#changeWithEvent('user.updated', id, changes);
    });
  }

  /**
   * Changes any field of a user, as a developer does. Metadata replaces the stored bag instead of being merged into it.
   *
   * @throws EmulatorError `email_taken`, `metadata_too_large`
   */
  async edit(id: string, input: Omit<NewUser, 'status'>): Promise<User> {
    const passwordHash = await this.#hashOf(input);
    return transact(this.#scope.database, () => {
      const row = this.#requireRow(id);
      // The user may have been deleted while the password was being hashed.
      if (row.status === 'deleted') throw new EmulatorError('user_unknown', 'This user was deleted.');
      const email = input.email === undefined ? row.email : input.email;
      const isVerified = email !== null && (input.emailVerified ?? row.email_verified_at !== null);
      const names = {
        name: input.name === undefined ? row.name : input.name,
        firstName: input.firstName === undefined ? row.first_name : input.firstName,
        lastName: input.lastName === undefined ? row.last_name : input.lastName,
      };
      const bags = mergeBags(
        { publicMetadata: {}, privateMetadata: {}, unsafeMetadata: {} },
        { ...bagsFrom(row), ...bagsIn(input) },
      );
      const changes = new Map<string, string | null>([
        ['email', email],
        ['email_key', email && foldCase(email)],
        ['email_verified_at', isVerified ? (row.email_verified_at ?? this.#scope.clock.now().toISOString()) : null],
        ['password_hash', input.password === undefined ? row.password_hash : passwordHash],
        ['name', names.name],
        ['first_name', names.firstName],
        ['last_name', names.lastName],
        ['name_key', nameKeyOf(names)],
        ['phone', input.phone === undefined ? row.phone : input.phone],
        ['locale', input.locale === undefined ? row.locale : input.locale],
        ['address', input.address === undefined ? row.address : input.address],
        ['date_of_birth', input.dateOfBirth === undefined ? row.date_of_birth : input.dateOfBirth],
        ...bagColumns(bags),
      ]);
      const stored: Readonly<Record<string, unknown>> = { ...row };
      const changed = new Map([...changes].filter(([column, value]) => stored[column] !== value));
      if (changed.size === 0) return userFrom(row);
      try {
        return this.#changeWithEvent('user.updated', id, changed);
      } catch (error) {
        throw isUniqueViolation(error) ? emailTaken() : error;
      }
    });
  }

  /**
   * Merges a patch into the bags of a user. A bag that is missing in the patch stays as it is.
   *
   * @throws EmulatorError `metadata_too_large`
   */
  updateMetadata(id: string, patch: Partial<UserBags>): User {
    return transact(this.#scope.database, () => {
      const row = this.#requireRow(id);
      const stored = bagsFrom(row);
      const merged = mergeBags(stored, patch);
      if (JSON.stringify(merged) === JSON.stringify(stored)) return userFrom(row);
      return this.#changeWithEvent('user.updated', id, bagColumns(merged));
    });
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
      this.#memberships.endAll(id);
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
    return { outcome: 'accepted', user: userFrom(row), emailVerified: row.email_verified_at !== null };
  }

  async #hashOf({ password }: NewUser): Promise<string | null> {
    return typeof password === 'string' ? this.#passwords.hash(password) : null;
  }

  #insert(input: NewUser, passwordHash: string | null): string {
    const { environmentId, clock, createId } = this.#scope;
    const id = createId();
    const { email = null } = input;
    const now = clock.now().toISOString();
    const bags = mergeBags({ publicMetadata: {}, privateMetadata: {}, unsafeMetadata: {} }, input);
    try {
      this.#insertRow.run(
        id,
        environmentId,
        email,
        email && foldCase(email),
        email === null || !(input.emailVerified ?? input.status !== 'pending_verification') ? null : now,
        passwordHash,
        input.name ?? null,
        input.firstName ?? null,
        input.lastName ?? null,
        nameKeyOf(input),
        input.phone ?? null,
        input.locale ?? null,
        input.address ?? null,
        input.dateOfBirth ?? null,
        ...bagColumns(bags).values(),
        input.status ?? 'active',
        now,
        now,
      );
    } catch (error) {
      throw isUniqueViolation(error) ? emailTaken() : error;
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

  #requireRow(id: string): UserRow {
    const row = this.#row(id);
    if (row === undefined) throw new Error('The user id does not exist. Call standing() first.');
    return row;
  }

  #rowOfEmail(email: string): UserRow | undefined {
    return this.#selectByEmail.get(this.#scope.environmentId, foldCase(email)) as UserRow | undefined;
  }
}

function emailTaken(): EmulatorError {
  return new EmulatorError('email_taken', 'Another user of this environment has this email. Use another one.');
}

function bagsIn({ publicMetadata, privateMetadata, unsafeMetadata }: NewUser): Partial<UserBags> {
  return {
    ...(publicMetadata !== undefined && { publicMetadata }),
    ...(privateMetadata !== undefined && { privateMetadata }),
    ...(unsafeMetadata !== undefined && { unsafeMetadata }),
  };
}

function statusOf(status: UserStatus): ReadonlyMap<string, string> {
  return new Map([['status', status]]);
}

function nameKeyOf(names: Parameters<typeof nameOf>[0]): string | null {
  const name = nameOf(names);
  return name === null ? null : foldCase(name);
}

function mergeBags(stored: UserBags, patch: Partial<UserBags>): UserBags {
  const merged = {
    publicMetadata: mergeBag(stored.publicMetadata, patch.publicMetadata),
    privateMetadata: mergeBag(stored.privateMetadata, patch.privateMetadata),
    unsafeMetadata: mergeBag(stored.unsafeMetadata, patch.unsafeMetadata),
  };
  requireUserBudget(merged);
  return merged;
}

function requireUserBudget(bags: UserBags): void {
  requireBudget('The three bags of the user together', [
    bags.publicMetadata,
    bags.privateMetadata,
    bags.unsafeMetadata,
  ]);
}

function bagColumns(bags: UserBags): ReadonlyMap<string, string> {
  return new Map([
    ['public_metadata', JSON.stringify(bags.publicMetadata)],
    ['private_metadata', JSON.stringify(bags.privateMetadata)],
    ['unsafe_metadata', JSON.stringify(bags.unsafeMetadata)],
  ]);
}
