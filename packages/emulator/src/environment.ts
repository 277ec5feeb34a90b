import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import type { Sessions } from './sessions.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { TokenMint } from './token.ts';
import { transact } from './transaction.ts';
import type { Users } from './users.ts';

/** One tenant of the emulator: its own issuer, secret key, signing keys and users. */
export interface Environment {
  readonly id: string;
  readonly secretKey: string;
  /** The origin that the environment is served from, and the `iss` of its tokens. */
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly tokens: TokenMint;
}

/** What everything that belongs to one environment works with. */
export interface EnvironmentScope {
  readonly database: DatabaseSync;
  readonly environmentId: string;
  readonly clock: Clock;
  readonly createId: () => string;
}

/** The environment that the database holds, or a new one in an empty database. A given secret key replaces the stored one. */
export function loadEnvironment(
  database: DatabaseSync,
  clock: Clock,
  createId: () => string,
  secretKey: string | undefined,
): Pick<Environment, 'id' | 'secretKey'> {
  // One step, so that two emulators that start on one new file agree on what is in it.
  return transact(database, () => {
    const row = database.prepare('SELECT id, secret_key FROM environments ORDER BY id LIMIT 1').get();
    if (row === undefined) {
      const environment = { id: createId(), secretKey: secretKey ?? createSecretKey() };
      database
        .prepare('INSERT INTO environments (id, secret_key, created_at) VALUES (?, ?, ?)')
        .run(environment.id, environment.secretKey, clock.now().toISOString());
      return environment;
    }
    const id = String(row['id']);
    if (secretKey === undefined) return { id, secretKey: String(row['secret_key']) };
    database.prepare('UPDATE environments SET secret_key = ? WHERE id = ?').run(secretKey, id);
    return { id, secretKey };
  });
}

function createSecretKey(): string {
  return `sk_test_${randomBytes(24).toString('base64url')}`;
}
