import type { EnvironmentScope } from './database/scope.ts';
import type { EnvironmentRecord } from './environment-records.ts';
import { Journal } from './journal.ts';
import { AccessTokens } from './sessions/access-tokens.ts';
import { LoginLimit } from './sessions/login-limit.ts';
import { SessionSecrets } from './sessions/secrets.ts';
import { Sessions } from './sessions/sessions.ts';
import { SigningKeys } from './tokens/signing-keys.ts';
import type { TokenTemplate } from './tokens/templates.ts';
import { TokenMint } from './tokens/token.ts';
import { Passwords } from './users/passwords.ts';
import { Users } from './users/users.ts';
import { Webhooks } from './webhooks/webhooks.ts';

export interface Environment extends EnvironmentRecord {
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly users: Users;
  // biome-ignore lint/suspicious/noExplicitAny: see below
  readonly organizations: any;
  // biome-ignore lint/suspicious/noExplicitAny: see below
  readonly impersonations: any;
  readonly sessions: Sessions;
  readonly sessionSecrets: SessionSecrets;
  readonly accessTokens: AccessTokens;
  readonly loginLimit: LoginLimit;
  readonly tokenTemplates: ReadonlyMap<string, TokenTemplate>;
  readonly tokens: TokenMint;
  readonly journal: Journal;
  readonly webhooks: Webhooks;
  readonly allowedOrigins: readonly string[];
}

export interface EnvironmentGround extends Omit<EnvironmentScope, 'environmentId'> {
  readonly tokenLifetimeSeconds: number;
  readonly allowedOrigins: readonly string[];
  readonly failedLoginsPerMinute: number;
  readonly webhookRetrySeconds: readonly number[];
  readonly webhookTimeoutMs: number;
}

/** An environment that was loaded from the database but has no issuer URL yet: the port is not known. */
export type StoredEnvironment = Omit<Environment, 'issuer' | 'tokens' | 'accessTokens'> & {
  serveAt(issuer: string): Environment;
};

export async function openEnvironment(
  record: EnvironmentRecord,
  ground: EnvironmentGround,
  tokenTemplates: Environment['tokenTemplates'],
): Promise<StoredEnvironment> {
  const { database, clock, createId, allowedOrigins, tokenLifetimeSeconds: lifetimeSeconds } = ground;
  const environmentId = record.id;
  const scope: EnvironmentScope = { database, environmentId, clock, createId };
  const keys = await SigningKeys.load(scope);
  const webhooks = new Webhooks(scope, {
    secret: record.webhookSecret,
    retrySeconds: ground.webhookRetrySeconds,
    timeoutMs: ground.webhookTimeoutMs,
  });
  const sessions = new Sessions(scope, webhooks.outbox);
  const users = new Users(scope, await Passwords.create(), sessions, webhooks.outbox);
  const sessionSecrets = new SessionSecrets(scope);
  const journal = new Journal(clock);
  const loginLimit = new LoginLimit(clock, ground.failedLoginsPerMinute);
  // biome-ignore lint/suspicious/noExplicitAny: stands in for the stores of another branch until they are merged
  const organizations: any = {
    roles: [],
    roleOf: () => undefined,
    membershipsOf: () => ({ items: [], nextCursor: null }),
  };
  const impersonations = organizations;
  const stored = {
    ...record,
    keys,
    users,
    organizations,
    impersonations,
    sessions,
    sessionSecrets,
    loginLimit,
    tokenTemplates,
    journal,
    webhooks,
    allowedOrigins,
  };
  return {
    ...stored,
    serveAt(issuer) {
      const tokens = new TokenMint({
        issuer,
        environmentId,
        keys,
        clock,
        createId,
        lifetimeSeconds,
        onIssued: (kid, claims) => journal.noteToken(kid, claims),
      });
      const accessTokens = new AccessTokens({ scope, tokens, keys, memberships: organizations });
      return { ...stored, issuer, tokens, accessTokens };
    },
  };
}
