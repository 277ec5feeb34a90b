import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import { transact } from './database/transaction.ts';
import { EmulatorError } from './errors.ts';
import { createWebhookSecret } from './webhooks/signature.ts';

export const defaultEnvironment = 'default';

export interface EnvironmentRecord {
  readonly id: string;
  readonly name: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
}

export interface WantedEnvironment {
  readonly name: string;
  readonly secretKey?: string | undefined;
  readonly webhookSecret?: string | undefined;
}

/** Creates the wanted environments that are missing, then returns all environments of the database, oldest first. */
export function loadEnvironments(
  database: DatabaseSync,
  clock: Clock,
  createId: () => string,
  wanted: readonly WantedEnvironment[],
): readonly EnvironmentRecord[] {
  return transact(database, () => {
    const insert = database.prepare('INSERT INTO environments (id, name, secret_key, created_at) VALUES (?, ?, ?, ?)');
    const update = database.prepare('UPDATE environments SET secret_key = ? WHERE name = ?');
    const known = new Set(listRecords(database).map(({ name }) => name));
    const updateWebhooks = database.prepare('UPDATE environments SET webhook_secret = ? WHERE name = ?');
    for (const { name, secretKey, webhookSecret } of wanted) {
      if (!known.has(name)) insert.run(createId(), name, secretKey ?? createSecretKey(), clock.now().toISOString());
      else if (secretKey !== undefined) update.run(secretKey, name);
      if (webhookSecret !== undefined) updateWebhooks.run(webhookSecret, name);
    }
    for (const { name, webhookSecret } of listRecords(database)) {
      if (webhookSecret === null) updateWebhooks.run(createWebhookSecret(), name);
    }
    const records = listRecords(database);
    requireUniqueSecretKeys(records);
    return records;
  });
}

function listRecords(database: DatabaseSync): readonly EnvironmentRecord[] {
  return database
    .prepare(
      `SELECT id, name, secret_key AS secretKey, webhook_secret AS webhookSecret
       FROM environments ORDER BY created_at, id`,
    )
    .all() as unknown as EnvironmentRecord[];
}

/** The REST API selects the environment by its secret key, so two environments must not share one. */
function requireUniqueSecretKeys(records: readonly EnvironmentRecord[]): void {
  const owners = new Map<string, string>();
  for (const { name, secretKey } of records) {
    const owner = owners.get(secretKey);
    if (owner !== undefined) {
      throw new EmulatorError(
        'option_invalid',
        `The environments ${owner} and ${name} have the same secret key. Give each its own.`,
      );
    }
    owners.set(secretKey, name);
  }
}

function createSecretKey(): string {
  return `sk_test_${randomBytes(24).toString('base64url')}`;
}
