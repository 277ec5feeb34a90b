import { isIP } from 'node:net';
import { assertOption, isLoopback } from '@torii/core/adapter';

/** A NATS server's address. */
export interface ServerAddress {
  /** `host:port`, as the client wants it. */
  readonly address: string;
  /** The host alone; an IPv6 address without its brackets. */
  readonly host: string;
  readonly isIp: boolean;
  readonly isLoopback: boolean;
  /** Whether it was written as `tls://`. */
  readonly wantsTls: boolean;
}

const form = /^(?:(nats|tls):\/\/)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/;

/**
 * Reads addresses of servers. All of it ourselves: the client takes `tls://` for decoration, and puts what it cannot read
 * into an error, password and all.
 *
 * @throws ToriiConfigError that quotes nothing
 */
export function readServers(given: unknown): readonly ServerAddress[] {
  const example = "write servers: 'nats://127.0.0.1:4222', or tls:// for a server that is elsewhere";
  const servers: readonly unknown[] = Array.isArray(given) ? [...given] : [given];
  const areTexts = servers.length > 0 && servers.every((server) => typeof server === 'string' && server !== '');
  assertOption('servers', areTexts, `is empty: ${example}, or set the variable that you read it from`);
  return servers.map((server) => readServer(String(server), example));
}

function readServer(text: string, example: string): ServerAddress {
  // Whatever becomes an @ when it is read as a URL. A URL ends up in logs and in errors, and so would the password in it.
  assertOption('servers', !/@|%40/i.test(text.normalize('NFKC')), 'has a user name in it: put it into `login`');
  const [, scheme = 'nats', name = '', port = '4222'] = form.exec(text) ?? [];
  const url = `http://${name}:${port}`;
  assertOption('servers', name !== '' && URL.canParse(url), `is no address of a NATS server: ${example}`);
  // As a URL has it, 2130706433 and 127.1 are 127.0.0.1: this is what will be connected to.
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    address: `${hostname}:${port}`,
    host,
    isIp: isIP(host) !== 0,
    isLoopback: isLoopback(hostname),
    wantsTls: scheme === 'tls',
  };
}
