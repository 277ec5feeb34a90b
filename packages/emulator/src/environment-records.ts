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
  readonly publishableKey: string;
  readonly webhookSecret: string;
}

export interface WantedEnvironment {
  readonly name: string;
  readonly secretKey?: string | undefined;
  readonly publishableKey?: string | undefined;
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
    const updateKeys = database.prepare('UPDATE environments SET publishable_key = ? WHERE name = ?');
    for (const { name, secretKey, publishableKey, webhookSecret } of wanted) {
      if (!known.has(name)) insert.run(createId(), name, secretKey ?? createKey('sk_test_'), clock.now().toISOString());
      else if (secretKey !== undefined) update.run(secretKey, name);
      if (publishableKey !== undefined) updateKeys.run(publishableKey, name);
      if (webhookSecret !== undefined) updateWebhooks.run(webhookSecret, name);
    }
    for (const { name, publishableKey, webhookSecret } of listRecords(database)) {
      if (publishableKey === null) updateKeys.run(createKey('pk_test_'), name);
      if (webhookSecret === null) updateWebhooks.run(createWebhookSecret(), name);
    }
    const records = listRecords(database);
    requireUniqueKeys(records);
    return records;
  });
}

function listRecords(database: DatabaseSync): readonly EnvironmentRecord[] {
  return database
    .prepare(
      `SELECT id, name, secret_key AS secretKey, publishable_key AS publishableKey,
              webhook_secret AS webhookSecret
       FROM environments ORDER BY created_at, id`,
    )
    .all() as unknown as EnvironmentRecord[];
}

/** A key selects the environment of a request, so two environments must not share one. */
function requireUniqueKeys(records: readonly EnvironmentRecord[]): void {
  const owners = new Map<string, string>();
  for (const { name, secretKey, publishableKey } of records) {
    for (const [kind, key] of [
      ['secret', secretKey],
      ['publishable', publishableKey],
    ] as const) {
      const owner = owners.get(key);
      if (owner !== undefined) {
        throw new EmulatorError(
          'option_invalid',
          `The environments ${owner} and ${name} have the same ${kind} key. Give each its own.`,
        );
      }
      owners.set(key, name);
    }
  }
}

function createKey(prefix: 'sk_test_' | 'pk_test_'): string {
  return prefix + randomBytes(24).toString('base64url');
}
