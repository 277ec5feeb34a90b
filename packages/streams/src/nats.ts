import { connect, type NodeConnectionOptions } from '@nats-io/transport-node';
import { demand, demandKnown, demandWhole } from './demand.ts';
import { inOurWords } from './nats-errors.ts';
import { authenticatorFor, type NatsLogin } from './nats-login.ts';
import { storeOf } from './nats-store.ts';
import { type NatsTls, readTls } from './nats-tls.ts';
import type { KeyStore } from './slot.ts';

export type { NatsLogin } from './nats-login.ts';
export { storeOf } from './nats-store.ts';
export type { NatsTls } from './nats-tls.ts';

export interface NatsOptions {
  /** `nats://127.0.0.1:4222`, or several of one cluster. Without a login: that goes into `login`. */
  readonly servers: string | readonly string[] | undefined;
  /** Left out where the server asks for none, or goes by the client certificate. */
  readonly login?: NatsLogin | undefined;
  /** Left out, TLS is used where the server wants it. `{}` insists on it. */
  readonly tls?: NatsTls | undefined;
  /**
   * How long to wait for a connection. An answer of the store is waited for 5 s.
   *
   * @default 5_000
   */
  readonly timeoutMs?: number | undefined;
}

/** A key-value store with a connection of its own. */
export interface ConnectedStore extends KeyStore, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Connects to NATS, for `publishPublicKey` and `createRotation`. Goes on by itself where the server was away for a while.
 *
 * @example
 * await using kv = await connectStore({ servers: process.env.NATS_URL, login: { credentialsFile: 'deploy.creds' } });
 * await publishPublicKey(kv, signer.publicKey);
 *
 * @throws ToriiConfigError for a wrong option
 * @throws ToriiStreamError `store_unavailable` or `store_refused`
 */
export async function connectStore(options: NatsOptions): Promise<ConnectedStore> {
  demandKnown(options, ['servers', 'login', 'tls', 'timeoutMs']);
  const { login, tls, timeoutMs = 5_000 } = options;
  demandWhole('timeoutMs', timeoutMs, 1, 60_000);
  const settings: NodeConnectionOptions = {
    servers: readServers(options.servers),
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    name: '@torii/streams',
  };
  if (login !== undefined) settings.authenticator = await authenticatorFor(login);
  if (tls !== undefined) settings.tls = await readTls(tls);
  const connection = await inOurWords(() => connect(settings));
  const close = (): Promise<void> => connection.close();
  return { ...storeOf(connection), close, [Symbol.asyncDispose]: close };
}

function readServers(given: unknown): string[] {
  const example = "write servers: 'nats://127.0.0.1:4222'";
  const servers: readonly unknown[] = Array.isArray(given) ? given : [given];
  const areTexts = servers.length > 0 && servers.every((server) => typeof server === 'string' && server !== '');
  demand('servers', areTexts, `is empty: ${example}, or set the variable that you read it from`);
  const texts = servers.map(String);
  // A URL ends up in logs and in errors, and so would the password in it.
  demand('servers', !texts.some((text) => text.includes('@')), 'has a user name in it: put it into `login`');
  return texts;
}
