import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { assertOption, omitUndefined, readFlag, readKnownOptions, readWhole } from '@torii/core/internal';
import { translateErrors } from './errors.ts';
import { type NatsLogin, readLogin } from './login.ts';
import { readServers, type ServerAddress } from './servers.ts';
import { type NatsTls, readTls } from './tls.ts';

export interface NatsOptions {
  /**
   * The address of a NATS server, such as `nats://127.0.0.1:4222`, or several servers of one cluster, as a list or
   * separated by commas. One `tls://` requires TLS for all of them. Must not contain a user name or password: use `login`.
   */
  readonly servers: string | readonly string[] | undefined;
  /** How to log in. Leave it out if the server requires no login, or identifies clients by their TLS certificate. */
  readonly login?: NatsLogin | undefined;
  /**
   * Files for TLS; `{}` requires TLS. If absent, TLS is used only if the server requires it or `servers` has `tls://`.
   * The server's certificate must match the host name, or the IP address, in `servers`.
   */
  readonly tls?: NatsTls | undefined;
  /**
   * Allows sending a password or a token to another machine without TLS. Anyone on the network path can then read it.
   *
   * @default false
   */
  readonly plaintextLogin?: boolean | undefined;
  /**
   * How long to wait for a connection, in milliseconds: 1 to 60,000. Later requests to the store always time out after
   * 5 s.
   *
   * @default 5_000
   */
  readonly timeoutMs?: number | undefined;
}

/**
 * Connects to NATS. Reconnects automatically after an outage of the server. Close the connection with `close()`.
 *
 * @throws ToriiConfigError for a wrong option
 * @throws ToriiStreamError `store_unavailable` or `store_refused`
 */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  return openConnection(options, 'connectNats({ servers: process.env.NATS_URL })');
}

/** `example`: the call that a message shows. */
export async function openConnection(options: NatsOptions, example: string): Promise<NatsConnection> {
  const names = ['servers', 'login', 'tls', 'plaintextLogin', 'timeoutMs'] as const;
  const given = readKnownOptions(options, names, example);
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
  const tls = own.tls === undefined && servers.some(({ requiresTls }) => requiresTls) ? {} : own.tls;
  const identity = 'login' in own ? await readLogin(own.login) : undefined;
  if (identity !== undefined) settings.authenticator = identity.authenticator;
  if (tls !== undefined) settings.tls = { ...(await readTls(tls)), ...certifiedHost(servers) };
  else if (identity?.sendsSecret && !plaintextLogin) {
    const areLocal = servers.every(({ isLoopback }) => isLoopback);
    assertOption(
      'tls',
      areLocal,
      'is required to send a password or a token to another machine. Write tls:// in `servers`, or tls: {}',
    );
    // Do not connect to other servers that a local server announces: after a reconnect, the password could reach a
    // remote server without TLS.
    settings.ignoreClusterUpdates = true;
  }
  return await translateErrors(() => connect(settings));
}

// Sets the host for TLS explicitly if it is an IP address: the NATS client would compare the certificate with
// `localhost`.
function certifiedHost(servers: readonly ServerAddress[]): { readonly host?: string } {
  const byIp = servers.find(({ isIp }) => isIp);
  if (byIp === undefined) return {};
  const remedy = 'Write host names instead, or a single server';
  assertOption('servers', servers.length === 1, `must not mix several servers, TLS and IP addresses. ${remedy}`);
  return { host: byIp.host };
}
