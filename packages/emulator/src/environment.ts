import type { EnvironmentScope } from './database/scope.ts';
import type { EnvironmentRecord } from './environment-records.ts';
import { Journal } from './journal.ts';
import { SessionSecrets } from './sessions/secrets.ts';
import { Sessions } from './sessions/sessions.ts';
import { SigningKeys } from './tokens/signing-keys.ts';
import { TokenMint } from './tokens/token.ts';
import { Passwords } from './users/passwords.ts';
import { Users } from './users/users.ts';
import { Webhooks } from './webhooks/webhooks.ts';

/** One tenant of the emulator: its own issuer, secret key, signing keys and users. */
export interface Environment extends EnvironmentRecord {
  /** The URL that the environment's pages and key set are below, and the `iss` of its tokens. */
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly sessionSecrets: SessionSecrets;
  readonly tokens: TokenMint;
  readonly journal: Journal;
  readonly webhooks: Webhooks;
  /** The origins whose pages may sign in here and ask for tokens. */
  readonly allowedOrigins: readonly string[];
}

/** What all environments of an emulator work with. */
export interface EnvironmentGround extends Omit<EnvironmentScope, 'environmentId'> {
  readonly tokenLifetimeSeconds: number;
  readonly allowedOrigins: readonly string[];
  readonly webhookRetrySeconds: readonly number[];
  readonly webhookTimeoutMs: number;
}

/** An environment as the database holds it, before anyone knows where it will be served. */
export type StoredEnvironment = Omit<Environment, 'issuer' | 'tokens'> & {
  /** The environment, as it is served below an issuer URL. */
  serveAt(issuer: string): Environment;
};

/** Makes an environment of its record. */
export async function openEnvironment(
  record: EnvironmentRecord,
  ground: EnvironmentGround,
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
  const stored = { ...record, keys, users, sessions, sessionSecrets, journal, webhooks, allowedOrigins };
  return {
    ...stored,
    serveAt: (issuer) => ({
      ...stored,
      issuer,
      tokens: new TokenMint({
        issuer,
        environmentId,
        keys,
        clock,
        createId,
        lifetimeSeconds,
        onIssued: (kid, claims) => journal.noteToken(kid, claims),
      }),
    }),
  };
}
