import type { AllowedOrigins } from '../allowed-origins/allowed-origins.ts';
import type { Answered } from '../answered.ts';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError } from '../errors.ts';
import { inputError } from '../fields.ts';
import type * as entities from '../generated/entities.ts';
import { provisionalNames } from '../provisional-paths.ts';
import { createSecret, digestOf } from '../secret.ts';
import type { Users } from '../users/users.ts';
import { defaultLifetimeSeconds, type NewImpersonationToken } from './input.ts';

/**
 * Whether impersonation tokens can be created: `enabled`, `disabled` (403 `impersonation_disabled`), or
 * `quota_exceeded` (402 `impersonation_quota_exceeded`).
 */
export type ImpersonationState = 'enabled' | 'disabled' | 'quota_exceeded';

const states = { enabled: true, disabled: true, quota_exceeded: true } satisfies Record<ImpersonationState, true>;

/** How long a token is kept after its expiry, to say that it has expired. */
const keptAfterExpiryMs = 24 * 60 * 60 * 1000;

/** A secret with which the actor signs in once as the user, in the format of the REST API. */
export interface ImpersonationToken extends Answered<entities.UserImpersonationToken, 'url'> {}

/** What a redeemed token allows: a session of the user in which the actor acts. */
export interface Impersonation {
  readonly userId: string;
  readonly actorUserId: string;
  readonly reason: string;
}

/** The single-use tokens with which one user signs in as another. */
export class Impersonations {
  readonly #scope: EnvironmentScope;
  readonly #users: Users;
  readonly #allowedOrigins: AllowedOrigins;

  constructor(scope: EnvironmentScope, users: Users, allowedOrigins: AllowedOrigins) {
    this.#scope = scope;
    this.#users = users;
    this.#allowedOrigins = allowedOrigins;
  }

  get state(): ImpersonationState {
    const { database, environmentId } = this.#scope;
    const row = database.prepare('SELECT impersonation FROM environments WHERE id = ?').get(environmentId);
    return row?.['impersonation'] as ImpersonationState;
  }

  /** @throws EmulatorError `option_invalid` */
  setState(state: ImpersonationState): void {
    if (typeof state !== 'string' || !Object.hasOwn(states, state)) {
      throw new EmulatorError(
        'option_invalid',
        `The state of impersonation must be one of: ${Object.keys(states).join(', ')}.`,
      );
    }
    const { database, environmentId } = this.#scope;
    database.prepare('UPDATE environments SET impersonation = ? WHERE id = ?').run(state, environmentId);
  }

  /** @throws EmulatorError `impersonation_disabled`, `impersonation_quota_exceeded` */
  requireEnabled(): void {
    const { state } = this;
    if (state === 'enabled') return;
    throw state === 'disabled'
      ? new EmulatorError('impersonation_disabled', 'Impersonation is switched off in this environment.')
      : new EmulatorError('impersonation_quota_exceeded', 'The impersonation quota of this environment is used up.');
  }

  /**
   * Creates a token for a user of this environment.
   *
   * @throws EmulatorError `impersonation_invalid`, `impersonation_disabled`, `impersonation_quota_exceeded`
   */
  create(userId: string, input: NewImpersonationToken): ImpersonationToken {
    const { actorUserId: givenActor, reason, redirectUrl, expiresInSeconds: givenLifetime } = input;
    const actorUserId = givenActor.toLowerCase();
    const expiresInSeconds = givenLifetime ?? defaultLifetimeSeconds;
    this.requireEnabled();
    if (!this.#isActive(userId)) throw invalid('userId', 'is a user who is banned or deleted');
    if (!this.#isActive(actorUserId)) {
      throw invalid('actorUserId', 'must be a user of this environment who is not banned or deleted');
    }
    if (actorUserId === userId) throw invalid('actorUserId', 'must be another user than the one to impersonate');
    if (typeof redirectUrl === 'string' && !this.#allowedOrigins.allowsUrl(redirectUrl)) {
      throw invalid('redirectUrl', 'must be a whole URL of an allowed origin of this environment');
    }
    const { database, environmentId, clock } = this.#scope;
    const token = createSecret();
    const now = clock.now();
    database
      .prepare('DELETE FROM impersonation_tokens WHERE environment_id = ? AND expires_at < ?')
      .run(environmentId, new Date(now.getTime() - keptAfterExpiryMs).toISOString());
    database
      .prepare(
        `INSERT INTO impersonation_tokens (token_hash, environment_id, user_id, actor_user_id, reason, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        digestOf(token),
        environmentId,
        userId,
        actorUserId,
        reason,
        now.toISOString(),
        new Date(now.getTime() + expiresInSeconds * 1000).toISOString(),
      );
    return { token, expiresInSeconds, url: typeof redirectUrl === 'string' ? withToken(redirectUrl, token) : null };
  }

  /**
   * Redeems a token, which is possible once.
   *
   * @throws EmulatorError `impersonation_token_unknown`, `impersonation_token_used`, `impersonation_token_expired`,
   *   `impersonation_disabled`, `impersonation_invalid` if one of the users was banned or deleted since
   */
  redeem(token: string): Impersonation {
    const { database, environmentId, clock } = this.#scope;
    const hash = digestOf(token);
    return transact(database, () => {
      const row = database
        .prepare('SELECT * FROM impersonation_tokens WHERE token_hash = ? AND environment_id = ?')
        .get(hash, environmentId);
      if (row === undefined) {
        throw new EmulatorError('impersonation_token_unknown', 'This impersonation token does not exist.');
      }
      if (row['redeemed_at'] !== null) {
        throw new EmulatorError('impersonation_token_used', 'This impersonation token was used already.');
      }
      if (this.state === 'disabled') this.requireEnabled();
      const [userId, actorUserId] = [String(row['user_id']), String(row['actor_user_id'])];
      for (const [field, id] of [
        ['userId', userId],
        ['actorUserId', actorUserId],
      ] as const) {
        if (!this.#isActive(id)) throw invalid(field, 'is a user who was banned or deleted since');
      }
      const now = clock.now().toISOString();
      // Created in the future: the clock was ahead and has been reset. Until the expiry, years can go by.
      if (String(row['expires_at']) <= now || clock.isFuture(Date.parse(String(row['created_at'])))) {
        throw new EmulatorError('impersonation_token_expired', 'This impersonation token has expired.');
      }
      database.prepare('UPDATE impersonation_tokens SET redeemed_at = ? WHERE token_hash = ?').run(now, hash);
      return { userId, actorUserId, reason: String(row['reason']) };
    });
  }

  #isActive(userId: string): boolean {
    return this.#users.standing(userId) === 'here' && this.#users.get(userId).status !== 'banned';
  }
}

function withToken(redirectUrl: string, token: string): string {
  const url = new URL(redirectUrl);
  url.searchParams.set(provisionalNames.impersonationToken, token);
  return url.href;
}

function invalid(field: string, message: string): EmulatorError {
  return inputError('impersonation_invalid', [{ field, message }]);
}
