import { AllowedOrigins } from './allowed-origins/allowed-origins.ts';
import type { EnvironmentScope } from './database/scope.ts';
import type { EnvironmentRecord } from './environment-records.ts';
import { Impersonations } from './impersonation/impersonations.ts';
import { Invitations } from './invitations/invitations.ts';
import { Journal } from './journal.ts';
import { Organizations } from './organizations/organizations.ts';
import { provisionalNames, provisionalPaths } from './provisional-paths.ts';
import { Seeds } from './seed.ts';
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
  readonly sessions: Sessions;
  readonly sessionSecrets: SessionSecrets;
  readonly accessTokens: AccessTokens;
  readonly loginLimit: LoginLimit;
  readonly tokenTemplates: ReadonlyMap<string, TokenTemplate>;
  readonly tokens: TokenMint;
  readonly journal: Journal;
  readonly webhooks: Webhooks;
  readonly organizations: Organizations;
  readonly seeds: Seeds;
  readonly invitations: Invitations;
  readonly impersonations: Impersonations;
  readonly allowedOrigins: AllowedOrigins;
}

export interface EnvironmentGround extends Omit<EnvironmentScope, 'environmentId'> {
  readonly tokenLifetimeSeconds: number;
  readonly allowedOrigins: readonly string[];
  readonly failedLoginsPerMinute: number;
  readonly webhookRetrySeconds: readonly number[];
  readonly webhookTimeoutMs: number;
}

/** An environment that was loaded from the database but has no issuer URL yet: the port is not known. */
export type StoredEnvironment = Omit<Environment, 'issuer' | 'tokens' | 'accessTokens' | 'invitations'> & {
  serveAt(issuer: string): Environment;
};

export async function openEnvironment(
  record: EnvironmentRecord,
  ground: EnvironmentGround,
  tokenTemplates: Environment['tokenTemplates'],
): Promise<StoredEnvironment> {
  const { database, clock, createId, tokenLifetimeSeconds: lifetimeSeconds } = ground;
  const environmentId = record.id;
  const scope: EnvironmentScope = { database, environmentId, clock, createId };
  const keys = await SigningKeys.load(scope);
  const webhooks = new Webhooks(scope, {
    secret: record.webhookSecret,
    retrySeconds: ground.webhookRetrySeconds,
    timeoutMs: ground.webhookTimeoutMs,
  });
  const sessions = new Sessions(scope, webhooks.outbox);
  const organizations = new Organizations(scope);
  const belongings = { sessions, memberships: organizations };
  const users = new Users(scope, await Passwords.create(), belongings, webhooks.outbox);
  const allowedOrigins = new AllowedOrigins(scope);
  allowedOrigins.add(ground.allowedOrigins);
  const impersonations = new Impersonations(scope, users, allowedOrigins);
  const sessionSecrets = new SessionSecrets(scope);
  const journal = new Journal(clock);
  const loginLimit = new LoginLimit(clock, ground.failedLoginsPerMinute);
  const stored = {
    ...record,
    keys,
    users,
    sessions,
    sessionSecrets,
    loginLimit,
    tokenTemplates,
    journal,
    webhooks,
    organizations,
    seeds: new Seeds(scope, users, organizations),
    impersonations,
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
      const invitations = new Invitations(scope, {
        users,
        allowedOrigins,
        host: new URL(issuer).host,
        linkOf: (ticket) => `${issuer}${provisionalPaths.acceptInvitation}?${provisionalNames.ticket}=${ticket}`,
      });
      return { ...stored, issuer, tokens, accessTokens, invitations };
    },
  };
}
