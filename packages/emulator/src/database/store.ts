import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { EmulatorError } from '../errors.ts';
import { storageFaultOf } from './storage-errors.ts';
import { transact } from './transaction.ts';

/**
 * Each entry upgrades the schema by one version. The file's `user_version` is the number of entries already applied.
 * Never change a released entry, only append.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE environments (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    secret_key TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE signing_keys (
    position       INTEGER PRIMARY KEY,
    kid            TEXT NOT NULL UNIQUE,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    private_jwk    TEXT NOT NULL,
    withdrawn_at   TEXT
  ) STRICT;

  CREATE TABLE users (
    id             TEXT PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    email          TEXT,
    email_key      TEXT,
    email_verified INTEGER NOT NULL,
    password_hash  TEXT,
    name           TEXT,
    name_key       TEXT,
    phone          TEXT,
    locale         TEXT,
    address        TEXT,
    date_of_birth  TEXT,
    status         TEXT NOT NULL,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    deleted_at     TEXT
  ) STRICT;
  CREATE UNIQUE INDEX users_email ON users (environment_id, email_key) WHERE deleted_at IS NULL;
  CREATE INDEX users_search ON users (environment_id, id, status, created_at, name_key, email_key);

  CREATE TABLE sessions (
    id             TEXT PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    user_id        TEXT NOT NULL REFERENCES users (id),
    user_agent     TEXT,
    ip_address     TEXT,
    created_at     TEXT NOT NULL,
    expires_at     TEXT NOT NULL,
    last_used_at   TEXT NOT NULL,
    revoked_at     TEXT
  ) STRICT;
  CREATE INDEX sessions_user ON sessions (user_id);

  CREATE TABLE session_secrets (
    secret_hash TEXT PRIMARY KEY,
    session_id  TEXT NOT NULL REFERENCES sessions (id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_secrets_session ON session_secrets (session_id);
  `,
  `
  ALTER TABLE environments ADD COLUMN webhook_secret TEXT;

  CREATE TABLE webhook_endpoints (
    id             TEXT PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    url            TEXT NOT NULL,
    secrets        TEXT,
    types          TEXT,
    created_at     TEXT NOT NULL,
    disabled_at    TEXT,
    UNIQUE (environment_id, url)
  ) STRICT;

  CREATE TABLE webhook_events (
    position       INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    type           TEXT NOT NULL,
    body           TEXT NOT NULL
  ) STRICT;
  CREATE INDEX webhook_events_environment ON webhook_events (environment_id, position);

  CREATE TABLE webhook_deliveries (
    position        INTEGER PRIMARY KEY,
    event_id        TEXT NOT NULL REFERENCES webhook_events (id) ON DELETE CASCADE,
    endpoint_id     TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    state           TEXT NOT NULL,
    round           INTEGER NOT NULL DEFAULT 1,
    tries           INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT,
    UNIQUE (event_id, endpoint_id)
  ) STRICT;
  CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE state = 'waiting';
  CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id);

  CREATE TABLE webhook_attempts (
    position    INTEGER PRIMARY KEY,
    delivery    INTEGER NOT NULL REFERENCES webhook_deliveries (position) ON DELETE CASCADE,
    at          TEXT NOT NULL,
    status      INTEGER,
    failure     TEXT,
    answer      TEXT,
    duration_ms REAL NOT NULL
  ) STRICT;
  CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery, position);
  `,
  `
  ALTER TABLE environments ADD COLUMN impersonation TEXT NOT NULL DEFAULT 'enabled';

  ALTER TABLE users ADD COLUMN first_name TEXT;
  ALTER TABLE users ADD COLUMN last_name TEXT;
  ALTER TABLE users ADD COLUMN public_metadata TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE users ADD COLUMN private_metadata TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE users ADD COLUMN unsafe_metadata TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE users ADD COLUMN email_verified_at TEXT;
  UPDATE users SET email_verified_at = created_at WHERE email_verified = 1 AND email IS NOT NULL;
  ALTER TABLE users DROP COLUMN email_verified;
  ALTER TABLE users ADD COLUMN email_verified INTEGER AS (email_verified_at IS NOT NULL) VIRTUAL;

  CREATE TABLE organizations (
    id               TEXT PRIMARY KEY,
    environment_id   TEXT NOT NULL REFERENCES environments (id),
    name             TEXT NOT NULL,
    name_key         TEXT NOT NULL,
    slug             TEXT,
    public_metadata  TEXT NOT NULL,
    private_metadata TEXT NOT NULL,
    created_at       TEXT NOT NULL,
    UNIQUE (environment_id, slug)
  ) STRICT;
  CREATE INDEX organizations_search ON organizations (environment_id, id, name_key);

  CREATE TABLE organization_roles (
    environment_id TEXT NOT NULL REFERENCES environments (id),
    key            TEXT NOT NULL,
    name           TEXT,
    PRIMARY KEY (environment_id, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE memberships (
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    user_id          TEXT NOT NULL REFERENCES users (id),
    role             TEXT NOT NULL,
    public_metadata  TEXT NOT NULL,
    private_metadata TEXT NOT NULL,
    joined_at        TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX memberships_user ON memberships (user_id, organization_id);

  CREATE TABLE invitations (
    id               TEXT PRIMARY KEY,
    environment_id   TEXT NOT NULL REFERENCES environments (id),
    email            TEXT NOT NULL,
    email_key        TEXT NOT NULL,
    redirect_url     TEXT,
    public_metadata  TEXT NOT NULL,
    private_metadata TEXT NOT NULL,
    created_at       TEXT NOT NULL,
    expires_at       TEXT NOT NULL,
    accepted_at      TEXT,
    revoked_at       TEXT
  ) STRICT;
  CREATE INDEX invitations_search ON invitations (environment_id, id, email_key);
  CREATE INDEX invitations_email ON invitations (environment_id, email_key);

  CREATE TABLE invitation_tickets (
    ticket_hash   TEXT PRIMARY KEY,
    invitation_id TEXT NOT NULL REFERENCES invitations (id),
    replaced_at   TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX invitation_tickets_invitation ON invitation_tickets (invitation_id);

  CREATE TABLE mails (
    position       INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    recipient      TEXT NOT NULL,
    subject        TEXT NOT NULL,
    body           TEXT NOT NULL,
    link           TEXT NOT NULL,
    sent_at        TEXT NOT NULL
  ) STRICT;
  CREATE INDEX mails_environment ON mails (environment_id, position);

  CREATE TABLE impersonation_tokens (
    token_hash     TEXT PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    user_id        TEXT NOT NULL REFERENCES users (id),
    actor_user_id  TEXT NOT NULL REFERENCES users (id),
    reason         TEXT NOT NULL,
    created_at     TEXT NOT NULL,
    expires_at     TEXT NOT NULL,
    redeemed_at    TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE allowed_origins (
    position       INTEGER PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    origin         TEXT NOT NULL,
    UNIQUE (environment_id, origin)
  ) STRICT;
  `,
  `
  ALTER TABLE environments ADD COLUMN publishable_key TEXT;

  ALTER TABLE sessions ADD COLUMN active_organization_id TEXT;
  ALTER TABLE sessions ADD COLUMN impersonated_by TEXT;

  CREATE TABLE session_tokens (
    token_hash TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    kid        TEXT NOT NULL,
    expires_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_tokens_expiry ON session_tokens (expires_at);
  `,
];

export function openStore(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    createPrivateFile(path);
    database = new DatabaseSync(path);
    // locking_mode = EXCLUSIVE: only one emulator may use a file, because keys and environments are read once at
    // startup. The operating system releases the lock when the process ends. synchronous = FULL: once a
    // response has confirmed a write, the write survives a crash or a power failure.
    database.exec(`
      PRAGMA busy_timeout = 1000;
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
    `);
    migrate(database);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof EmulatorError) throw error;
    const reason = storageFaultOf(error)?.reason ?? 'SQLite reported an unknown error';
    throw new EmulatorError('database_unusable', `The database ${path} cannot be used: ${reason}.`, { cause: error });
  }
}

/**
 * Creates the file if it is missing, so that only its owner can read it: it contains private keys and the links of mails.
 * SQLite gives its other files the same permissions.
 */
function createPrivateFile(path: string): void {
  if (path === ':memory:' || path.startsWith('file:')) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It exists, or SQLite reports why it cannot be created.
  }
}

function migrate(database: DatabaseSync): void {
  transact(database, () => {
    const row = database.prepare('PRAGMA user_version').get();
    const version = Number(row?.['user_version']);
    if (version > migrations.length) {
      throw new EmulatorError(
        'database_unusable',
        'The database was written by a newer version of @torii/emulator. Upgrade the package, or choose another file.',
      );
    }
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}
