import { DatabaseSync } from 'node:sqlite';
import type { WebhookUser } from '@torii/express/webhooks';

/** What the copy has of a user. */
export interface CopiedUser {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly status: string;
}

/** What the copy takes of a user. */
export type UserState = Pick<WebhookUser, 'id' | 'email' | 'name' | 'status' | 'updatedAt'>;

/** A table of the users as Torii has them. */
export interface UserCopy {
  /**
   * Takes a user over, from a webhook or from the API, unless a later state of them is here already. Changes nothing and
   * says `tied` where another state of the same moment is here: which of them is the later one only Torii knows.
   */
  put(user: UserState): 'done' | 'tied';
  /** Takes over what Torii answered when it was asked after a tie: that wins. */
  settle(user: UserState): void;
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
  const readTie = database.prepare(`
    SELECT email, name, status FROM users WHERE id = ? AND updated_at = ? AND status <> 'deleted'
  `);
  const list = database.prepare("SELECT id, email, name, status FROM users WHERE status <> 'deleted' ORDER BY id");
  const count = database.prepare("SELECT count(*) AS count FROM users WHERE status <> 'deleted'");

  function take({ id, email = null, name = null, status, updatedAt }: UserState): void {
    const deleted = status === 'deleted';
    put.run(id, deleted ? null : email, deleted ? null : name, status, microsecondsOf(updatedAt));
  }

  return {
    put(user) {
      const { id, email = null, name = null, status, updatedAt } = user;
      const tie = readTie.get(id, microsecondsOf(updatedAt));
      // Whoever is deleted stays so: that is the later state of any two.
      if (tie !== undefined && status !== 'deleted') {
        const isSame = tie['email'] === email && tie['name'] === name && tie['status'] === status;
        return isSame ? 'done' : 'tied';
      }
      take(user);
      return 'done';
    },
    settle: take,
    list: () => list.all() as unknown as readonly CopiedUser[],
    count: () => Number(count.get()?.['count']),
    close: () => database.close(),
  };
}

/** Since 1970. A Date knows milliseconds alone, in which more than one thing may happen. */
function microsecondsOf(instant: string): number {
  const [, fraction = ''] = /\.(\d+)/.exec(instant) ?? [];
  return Math.floor(Date.parse(instant) / 1000) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
