import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { activeOrganization } from './live-session.ts';
import type { Session } from './session.ts';

export const sessionLifetimeSeconds: number = 7 * 24 * 60 * 60;

const columns = `id, user_id AS userId, environment_id AS environmentId, user_agent AS userAgent, ip_address AS ipAddress,
  created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt,
  ${activeOrganization} AS activeOrganizationId, impersonated_by AS impersonatedBy`;

export interface SessionStart {
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  /** The id of the user who impersonates the session's user. */
  readonly impersonatedBy?: string | undefined;
}

export const sessionEventTypes = ['session.revoked'] as const;

export type SessionEventType = (typeof sessionEventTypes)[number];

/** Stores session events for the webhooks. Called inside the database transaction that changes the session. */
export interface SessionEvents {
  note(type: SessionEventType, session: Session): void;
}

export class Sessions {
  readonly #scope: EnvironmentScope;
  readonly #events: SessionEvents;

  constructor(scope: EnvironmentScope, events: SessionEvents) {
    this.#scope = scope;
    this.#events = events;
  }

  create(userId: string, { userAgent, ipAddress, impersonatedBy }: SessionStart): Session {
    const now = this.#scope.clock.now();
    const createdAt = now.toISOString();
    const session: Session = {
      id: this.#scope.createId(),
      userId,
      environmentId: this.#scope.environmentId,
      userAgent,
      ipAddress,
      createdAt,
      expiresAt: new Date(now.getTime() + sessionLifetimeSeconds * 1000).toISOString(),
      lastUsedAt: createdAt,
      activeOrganizationId: null,
      impersonatedBy: impersonatedBy ?? null,
    };
    this.#scope.database
      .prepare(
        `INSERT INTO sessions (id, environment_id, user_id, user_agent, ip_address, created_at, expires_at, last_used_at,
                               impersonated_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        session.id,
        session.environmentId,
        session.userId,
        session.userAgent,
        session.ipAddress,
        session.createdAt,
        session.expiresAt,
        session.lastUsedAt,
        session.impersonatedBy,
      );
    return session;
  }

  listActive(userId: string): Session[] {
    return this.#listActive('user_id', userId);
  }

  #listActive(column: 'user_id' | 'impersonated_by', userId: string): Session[] {
    return this.#scope.database
      .prepare(
        `SELECT ${columns} FROM sessions
         WHERE environment_id = ? AND ${column} = ? AND revoked_at IS NULL AND expires_at > ?
         ORDER BY last_used_at DESC, id DESC`,
      )
      .all(this.#scope.environmentId, userId, this.#scope.clock.now().toISOString()) as unknown as Session[];
  }

  listRecent(limit: number): Session[] {
    return this.#scope.database
      .prepare(
        `SELECT ${columns} FROM sessions
         WHERE environment_id = ? AND revoked_at IS NULL AND expires_at > ?
         ORDER BY last_used_at DESC, id DESC LIMIT ?`,
      )
      .all(this.#scope.environmentId, this.#scope.clock.now().toISOString(), limit) as unknown as Session[];
  }

  /** Returns the user id of a session. Includes ended sessions and those of other environments. */
  ownerOf(id: string): string | undefined {
    const row = this.#scope.database.prepare('SELECT user_id FROM sessions WHERE id = ?').get(id);
    return row === undefined ? undefined : String(row['user_id']);
  }

  /** Sets the organization for which the session gets tokens from now on. */
  activate(id: string, organizationId: string): void {
    this.#scope.database
      .prepare('UPDATE sessions SET active_organization_id = ? WHERE id = ? AND environment_id = ?')
      .run(organizationId, id, this.#scope.environmentId);
  }

  revoke(id: string): void {
    const userId = this.ownerOf(id);
    if (userId === undefined) return;
    transact(this.#scope.database, () => {
      this.#end(this.listActive(userId).filter((session) => session.id === id));
    });
  }

  /** Ends all sessions of a user. Access tokens that were issued before stay valid until they expire. */
  revokeAll(userId: string): void {
    transact(this.#scope.database, () => this.#end(this.listActive(userId)));
  }

  /**
   * Ends the sessions of a user, those in which the user impersonates others, and the impersonation tokens that could
   * start either. If the user is banned and unbanned, none of them comes back. Must be called inside a transaction.
   */
  endAll(userId: string): void {
    const { database, environmentId } = this.#scope;
    this.#end([...this.listActive(userId), ...this.#listActive('impersonated_by', userId)]);
    // Not the current time: after a reset of the clock, it can be in the future.
    database
      .prepare(
        `UPDATE impersonation_tokens SET expires_at = created_at
         WHERE environment_id = ? AND (user_id = ? OR actor_user_id = ?)`,
      )
      .run(environmentId, userId, userId);
  }

  #end(sessions: readonly Session[]): void {
    const update = this.#scope.database.prepare('UPDATE sessions SET revoked_at = ? WHERE id = ?');
    for (const session of sessions) {
      update.run(this.#scope.clock.now().toISOString(), session.id);
      this.#events.note('session.revoked', session);
    }
  }
}
