import { connect, type NodeConnectionOptions } from '@nats-io/transport-node';
import { assertOption, omitUndefined, readFlag, readKnownOptions, readWhole } from '@torii/core/adapter';
import type { KeyStore } from '../keys/slot.ts';
import { inOurWords } from './errors.ts';
import { type NatsLogin, readLogin } from './login.ts';
import { readServers, type ServerAddress } from './servers.ts';
import { createNatsStore } from './store.ts';
import { type NatsTls, readTls } from './tls.ts';

export type { NatsLogin } from './login.ts';
export { createNatsStore } from './store.ts';
export type { NatsTls } from './tls.ts';

export interface NatsOptions {
  /**
   * `nats://127.0.0.1:4222`, or several of one cluster. `tls://` insists on TLS. Without a login: that goes into `login`.
   */
  readonly servers: string | readonly string[] | undefined;
  /** Left out where the server asks for none, or goes by the client certificate. */
  readonly login?: NatsLogin | undefined;
  /**
   * Left out, TLS is used where the server wants it. `{}` insists on it. The certificate must be for the host's name; for
   * its address, where `servers` is one address.
   */
  readonly tls?: NatsTls | undefined;
  /**
   * Lets a password or a token go to another machine without TLS, for everybody in between to read.
   *
   * @default false
   */
  readonly plaintextLogin?: boolean | undefined;
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
  const names = ['servers', 'login', 'tls', 'plaintextLogin', 'timeoutMs'] as const;
  const given = readKnownOptions(options, names, 'connectStore({ servers: process.env.NATS_URL })');
  const own = omitUndefined(given, ['login', 'tls', 'plaintextLogin', 'timeoutMs']);
  const timeoutMs = readWhole(own, 'timeoutMs', { from: 1, to: 60_000, absent: 5_000 });
  const plaintextLogin = readFlag(own, 'plaintextLogin');
  const servers = readServers(own.servers);
  const settings: NodeConnectionOptions = {
    servers: servers.map(({ address }) => address),
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    name: '@torii/streams',
  };
  const tls = own.tls === undefined && servers.some(({ wantsTls }) => wantsTls) ? {} : own.tls;
  const identity = 'login' in own ? await readLogin(own.login) : undefined;
  if (identity !== undefined) settings.authenticator = identity.authenticator;
  if (tls !== undefined) settings.tls = { ...(await readTls(tls)), ...certifiedHost(servers) };
  else if (identity?.sendsSecret && !plaintextLogin) {
    const areHere = servers.every(({ isLoopback }) => isLoopback);
    assertOption('tls', areHere, 'is needed with a password or a token for another machine: write tls:// or tls: {}');
    // A server on this machine may name others of its cluster, which would get the password when it is away.
    settings.ignoreClusterUpdates = true;
  }
  const connection = await inOurWords(() => connect(settings));
  const close = (): Promise<void> => connection.close();
  return { ...createNatsStore(connection), close, [Symbol.asyncDispose]: close };
}

/** Whom a certificate must be for. The client sees to that for names, and takes every address for `localhost`. */
function certifiedHost(servers: readonly ServerAddress[]): { readonly host?: string } {
  const byIp = servers.find(({ isIp }) => isIp);
  if (byIp === undefined) return {};
  const remedy = 'write their host names, which certificates can be checked against';
  assertOption('servers', servers.length === 1, `names several servers, some by their addresses, with TLS: ${remedy}`);
  return { host: byIp.host };
}
