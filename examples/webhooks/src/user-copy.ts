import { DatabaseSync } from 'node:sqlite';
import type { WebhookUser } from '@torii/express/webhooks';

/** What the copy has of a user. */
export interface CopiedUser {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly status: string;
}

/** A table of the users as Torii has them. */
export interface UserCopy {
  /** Takes a user over, from a webhook or from the API, unless a later state of them is here already. */
  put(user: Pick<WebhookUser, 'id' | 'email' | 'name' | 'status' | 'updatedAt'>): void;
  /** Everybody who is not deleted. */
  list(): readonly CopiedUser[];
  count(): number;
  close(): void;
}

/** Opens the copy in a file, which is made where it is missing. */
export function openUserCopy(file: string): UserCopy {
  const database = new DatabaseSync(file);
  // FULL: what has been taken over is on the disk, and Torii need not say it again.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS users (
      id         TEXT PRIMARY KEY,
      email      TEXT,
      name       TEXT,
      status     TEXT NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
  `);

  // Webhooks come late, twice, and not in order. So the state decides and not the event: the newest wins, whichever way it
  // came, and to write the same twice changes nothing. Of whoever is deleted the id alone stays, so that an older webhook
  // does not bring them back.
  const put = database.prepare(`
    INSERT INTO users (id, email, name, status, updated_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET email = excluded.email, name = excluded.name, status = excluded.status, updated_at = excluded.updated_at
    WHERE excluded.updated_at >= users.updated_at AND users.status <> 'deleted'
  `);
  const list = database.prepare("SELECT id, email, name, status FROM users WHERE status <> 'deleted' ORDER BY id");
  const count = database.prepare("SELECT count(*) AS count FROM users WHERE status <> 'deleted'");

  return {
    put({ id, email = null, name = null, status, updatedAt }) {
      const deleted = status === 'deleted';
      put.run(id, deleted ? null : email, deleted ? null : name, status, Date.parse(updatedAt));
    },
    list: () => list.all() as unknown as readonly CopiedUser[],
    count: () => Number(count.get()?.['count']),
    close: () => database.close(),
  };
}
