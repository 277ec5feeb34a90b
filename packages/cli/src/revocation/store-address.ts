import { UsageError } from '../failures.ts';
import { printable } from '../output/printable.ts';

/** The place of the store, as `TORII_REVOCATIONS_STORE` names it. */
export type StoreAddress = RedisAddress | NatsAddress;

export interface RedisAddress {
  readonly kind: 'redis';
  readonly host: string;
  readonly port: number;
  readonly hasTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** The URL without the login, for messages. */
  readonly shown: string;
}

export interface NatsAddress {
  readonly kind: 'nats';
  /** One URL, or several separated by commas. They have no login. */
  readonly servers: string;
  /** For messages. */
  readonly shown: string;
}

const examples = 'such as redis://127.0.0.1:6379, rediss://… for TLS, or nats://127.0.0.1:4222';

/**
 * Parses the URL of a store. The messages never quote it, because it can hold a password.
 *
 * @param name the flag or variable, for messages
 * @throws UsageError if it is not the URL of a store
 */
export function readStoreAddress(text: string, name: string): StoreAddress {
  const trimmed = text.trim();
  if (trimmed === '') throw new UsageError(`${name} is set but empty. Write a URL, ${examples}, or remove it.`);
  if (/^(?:nats|tls):\/\//i.test(trimmed)) return readNats(trimmed, name);
  if (!/^rediss?:\/\//i.test(trimmed)) {
    throw new UsageError(`${name} is not the URL of Redis, Valkey or NATS. Write a URL, ${examples}.`);
  }
  return readRedis(trimmed, name);
}

function readNats(servers: string, name: string): NatsAddress {
  // NFKC also finds the fullwidth @, which URL parsers accept.
  if (/@|%40/.test(servers.normalize('NFKC'))) {
    throw new UsageError(
      `${name} must not contain a user name or password for NATS. Set NATS_USER and NATS_PASSWORD, NATS_CREDS, NATS_NKEY or NATS_TOKEN.`,
    );
  }
  return { kind: 'nats', servers, shown: printable(servers).slice(0, 200) };
}

function readRedis(text: string, name: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const [, database = '0'] = /^\/(\d{1,5})?$/.exec(url?.pathname || '/') ?? [undefined, 'none'];
  // A password with a / or # that was not encoded ends up in the path or the fragment.
  if (url === undefined || url.hostname === '' || database === 'none' || url.search !== '' || url.hash !== '') {
    throw new UsageError(
      `${name} is not a URL that torii can use. Write redis://USER:PASSWORD@HOST:PORT/DATABASE, where only the host is required. ` +
        'Encode special characters of the password (/ is %2F, # is %23, @ is %40).',
    );
  }
  const [username, password] = [decode(url.username, name), decode(url.password, name)];
  const hasTls = url.protocol === 'rediss:';
  const port = url.port === '' ? 6379 : Number(url.port);
  return {
    kind: 'redis',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    hasTls,
    username,
    password,
    database: Number(database),
    shown: `${url.protocol}//${printable(url.hostname)}:${port}${database === '0' ? '' : `/${database}`}`,
  };
}

function decode(text: string, name: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    throw new UsageError(`${name} has a % that begins no encoded character. Write %25 for a % in a password.`);
  }
}
