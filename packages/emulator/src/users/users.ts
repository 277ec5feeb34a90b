import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError, namingPlace } from '../errors.ts';
import { bagColumns, bagsFrom, mergeBags, noBags } from './bags.ts';
import { columnsFrom, emailColumns, withoutRepeats } from './changes.ts';
import type { NewUser } from './input.ts';
import type { Passwords } from './passwords.ts';
import { foldCase, nameKeyOf, userFrom } from './record.ts';
import { type UserColumns, UserRows } from './rows.ts';
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

/** Records of a user that must not outlive the user, such as sessions and memberships. */
export interface UserBelongings {
  /** Ends all records of the user. Must be called inside a transaction. */
  endAll(userId: string): void;
}

export class Users {
  readonly #scope: EnvironmentScope;
  readonly #rows: UserRows;
  readonly #passwords: Passwords;
  readonly #sessions: UserBelongings;
  readonly #memberships: UserBelongings;
  readonly #events: UserEvents;

  constructor(
    scope: EnvironmentScope,
    passwords: Passwords,
    belongings: { readonly sessions: UserBelongings; readonly memberships: UserBelongings },
    events: UserEvents,
  ) {
    this.#scope = scope;
    this.#rows = new UserRows(scope);
    this.#passwords = passwords;
    this.#sessions = belongings.sessions;
    this.#memberships = belongings.memberships;
    this.#events = events;
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
    const isMissing = ({ email }: NewUser) => typeof email !== 'string' || this.#rows.findByEmail(email) === undefined;
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
    const row = this.#rows.findByEmail(email);
    return row && userFrom(row);
  }

  get(id: string): User {
    return userFrom(this.#rows.get(id));
  }

  /** Finds a user of this environment who is not deleted, by id or by whole email in any case. */
  find(idOrEmail: string): { readonly user: User; readonly emailVerified: boolean } | undefined {
    const row = this.#rows.find(idOrEmail) ?? this.#rows.findByEmail(idOrEmail);
    if (row === undefined || row.status === 'deleted') return undefined;
    return { user: userFrom(row), emailVerified: row.email_verified_at !== null };
  }

  has(id: string): boolean {
    return this.#rows.find(id) !== undefined;
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
      const row = this.#rows.get(id);
      const changes = columnsFrom(row, patch);
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
      const row = this.#rows.get(id);
      // The user may have been deleted while the password was being hashed.
      if (row.status === 'deleted') throw new EmulatorError('user_unknown', 'This user was deleted.');
      const changes = withoutRepeats(
        row,
        new Map([
          ...columnsFrom(row, input),
          ...emailColumns(row, input, this.#scope.clock.now().toISOString()),
          ['password_hash', input.password === undefined ? row.password_hash : passwordHash],
        ]),
      );
      return changes.size === 0 ? userFrom(row) : this.#changeWithEvent('user.updated', id, changes);
    });
  }

  /**
   * Merges a patch into the bags of a user. A bag that is missing in the patch stays as it is.
   *
   * @throws EmulatorError `metadata_too_large`
   */
  updateMetadata(id: string, patch: Partial<UserBags>): User {
    return transact(this.#scope.database, () => {
      const row = this.#rows.get(id);
      const stored = bagsFrom(row);
      const merged = mergeBags(stored, patch);
      if (JSON.stringify(merged) === JSON.stringify(stored)) return userFrom(row);
      return this.#changeWithEvent('user.updated', id, new Map(Object.entries(bagColumns(merged))));
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
    const found = this.#rows.findByEmail(email);
    const matched = await this.#passwords.matches(found?.password_hash, password);
    // Read the user a second time: the user may have been banned or deleted while the hash was being computed.
    const row = found && matched ? this.#rows.find(found.id) : undefined;
    if (row === undefined || row.status === 'deleted') return { outcome: 'wrong' };
    if (row.status === 'banned') return { outcome: 'banned' };
    return { outcome: 'accepted', user: userFrom(row), emailVerified: row.email_verified_at !== null };
  }

  async #hashOf({ password }: NewUser): Promise<string | null> {
    return typeof password === 'string' ? this.#passwords.hash(password) : null;
  }

  #insert(input: NewUser, passwordHash: string | null): string {
    const { clock, createId } = this.#scope;
    const id = createId();
    const { email = null } = input;
    const isVerified = email !== null && (input.emailVerified ?? input.status !== 'pending_verification');
    const now = clock.now().toISOString();
    this.#rows.insert({
      id,
      email,
      email_key: email && foldCase(email),
      email_verified_at: isVerified ? now : null,
      password_hash: passwordHash,
      name: input.name ?? null,
      first_name: input.firstName ?? null,
      last_name: input.lastName ?? null,
      name_key: nameKeyOf(input),
      phone: input.phone ?? null,
      locale: input.locale ?? null,
      address: input.address ?? null,
      date_of_birth: input.dateOfBirth ?? null,
      ...bagColumns(mergeBags(noBags, input)),
      status: input.status ?? 'active',
      created_at: now,
      updated_at: now,
    });
    return id;
  }

  /** Must be called inside a transaction. */
  #changeWithEvent(type: UserEventType, id: string, changes: UserColumns, now: string = this.#nextMoment(id)): User {
    this.#rows.update(id, new Map([['updated_at', now], ...changes]));
    const user = this.get(id);
    this.#events.note(type, user);
    return user;
  }

  /** Returns a time later than the user's `updatedAt`, so that webhook receivers can tell which version is newer. */
  #nextMoment(id: string): string {
    const last = Date.parse(this.get(id).updatedAt);
    return new Date(Math.max(this.#scope.clock.now().getTime(), last + 1)).toISOString();
  }
}

function statusOf(status: UserStatus): UserColumns {
  return new Map([['status', status]]);
}
