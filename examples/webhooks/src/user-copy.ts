import { DatabaseSync } from 'node:sqlite';
import type { WebhookUser } from '@torii/express/webhooks';

/** A user in the copy. */
export interface CopiedUser {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly status: string;
}

/** The fields of a user that the copy reads from a webhook or the API. */
export type UserState = Pick<WebhookUser, 'id' | 'email' | 'name' | 'status' | 'updatedAt'>;

/** A table with a copy of Torii's users. */
export interface UserCopy {
  /**
   * Stores a user from a webhook or the API, unless the copy has a newer state. If the copy has another state with the same
   * `updatedAt`, it changes nothing and returns `tied`: ask the API which state is newer, then call `settle`.
   */
  put(user: UserState): 'done' | 'tied';
  /** Stores the API's answer after a tie. It replaces a state with the same `updatedAt`. */
  settle(user: UserState): void;
  /** All users except deleted ones. */
  list(): readonly CopiedUser[];
  /** The number of users except deleted ones. */
  count(): number;
  close(): void;
}

/** Opens the copy in a SQLite file, which is created if it does not exist. */
export function openUserCopy(file: string): UserCopy {
  const database = new DatabaseSync(file);
  // synchronous = FULL: a change is on disk before the webhook is answered with 200.
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

  // Webhooks can arrive late, twice or out of order, so the newest state wins, and writing a state twice changes nothing.
  // A deleted user keeps its id in the table, so that an older webhook does not bring the user back.
  const put = database.prepare(`
    INSERT INTO users (id, email, name, status, updated_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET email = excluded.email, name = excluded.name, status = excluded.status, updated_at = excluded.updated_at
    WHERE excluded.updated_at >= users.updated_at AND users.status <> 'deleted'
  `);
  const readTie = database.prepare(`
    SELECT email, name, status FROM users WHERE id = ? AND updated_at = ? AND status <> 'deleted'
  `);
  const list = database.prepare("SELECT id, email, name, status FROM users WHERE status <> 'deleted' ORDER BY id");
  const count = database.prepare("SELECT count(*) AS count FROM users WHERE status <> 'deleted'");

  function store({ id, email = null, name = null, status, updatedAt }: UserState): void {
    const deleted = status === 'deleted';
    put.run(id, deleted ? null : email, deleted ? null : name, status, microsecondsOf(updatedAt));
  }

  return {
    put(user) {
      const { id, email = null, name = null, status, updatedAt } = user;
      const tie = readTie.get(id, microsecondsOf(updatedAt));
      // `deleted` always wins a tie, because a deleted user never comes back.
      if (tie !== undefined && status !== 'deleted') {
        const isSame = tie['email'] === email && tie['name'] === name && tie['status'] === status;
        return isSame ? 'done' : 'tied';
      }
      store(user);
      return 'done';
    },
    settle: store,
    list: () => list.all() as unknown as readonly CopiedUser[],
    count: () => Number(count.get()?.['count']),
    close: () => database.close(),
  };
}

/** Microseconds since 1970. A Date has only milliseconds, and a user can change twice within one. */
function microsecondsOf(instant: string): number {
  const [, fraction = ''] = /\.(\d+)/.exec(instant) ?? [];
  return Math.floor(Date.parse(instant) / 1000) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
