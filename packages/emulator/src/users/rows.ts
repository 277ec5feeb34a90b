import type { StatementSync } from 'node:sqlite';
import type { EnvironmentScope } from '../database/scope.ts';
import { isUniqueViolation } from '../database/storage-errors.ts';
import { EmulatorError } from '../errors.ts';
import { foldCase, type UserRow } from './record.ts';

export type NewUserRow = Omit<UserRow, 'environment_id' | 'deleted_at'>;

export type UserColumns = ReadonlyMap<string, string | null>;

/** The users of one environment in the database. */
export class UserRows {
  readonly #scope: EnvironmentScope;
  // Prepared once, because preparing a statement takes as long as running the statement, and a seed can contain 100,000
  // users.
  readonly #insert: StatementSync;
  readonly #selectById: StatementSync;
  readonly #selectByEmail: StatementSync;

  constructor(scope: EnvironmentScope) {
    const { database } = scope;
    this.#scope = scope;
    this.#insert = database.prepare(
      `INSERT INTO users (id, environment_id, email, email_key, email_verified_at, password_hash, name, first_name,
                          last_name, name_key, phone, locale, address, date_of_birth, public_metadata, private_metadata,
                          unsafe_metadata, status, created_at, updated_at)
       VALUES ($id, $environment_id, $email, $email_key, $email_verified_at, $password_hash, $name, $first_name,
               $last_name, $name_key, $phone, $locale, $address, $date_of_birth, $public_metadata, $private_metadata,
               $unsafe_metadata, $status, $created_at, $updated_at)`,
    );
    this.#selectById = database.prepare('SELECT * FROM users WHERE id = ? AND environment_id = ?');
    this.#selectByEmail = database.prepare(
      'SELECT * FROM users WHERE environment_id = ? AND email_key = ? AND deleted_at IS NULL',
    );
  }

  /** @throws EmulatorError `email_taken` */
  insert(row: NewUserRow): void {
    refusingTakenEmail(() => this.#insert.run({ ...row, environment_id: this.#scope.environmentId }));
  }

  /**
   * Safe from SQL injection: the names of the columns come from this package, and the values are bound.
   *
   * @throws EmulatorError `email_taken`
   */
  update(id: string, changes: UserColumns): void {
    const columns = [...changes.keys()].map((column) => `${column} = ?`).join(', ');
    const statement = this.#scope.database.prepare(`UPDATE users SET ${columns} WHERE id = ? AND environment_id = ?`);
    refusingTakenEmail(() => statement.run(...changes.values(), id, this.#scope.environmentId));
  }

  find(id: string): UserRow | undefined {
    return this.#selectById.get(id, this.#scope.environmentId) as UserRow | undefined;
  }

  get(id: string): UserRow {
    const row = this.find(id);
    if (row === undefined) throw new Error('The user id does not exist. Call standing() first.');
    return row;
  }

  /** The user who has this email now, in any case. */
  findByEmail(email: string): UserRow | undefined {
    return this.#selectByEmail.get(this.#scope.environmentId, foldCase(email)) as UserRow | undefined;
  }
}

function refusingTakenEmail(write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new EmulatorError('email_taken', 'Another user of this environment has this email. Use another one.');
  }
}
