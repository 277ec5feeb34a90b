import type { TokenTemplateOptions } from '../tokens/templates.ts';
import type { WebhookOptions } from '../webhooks/options.ts';

/** An environment in addition to the default one. */
export interface EnvironmentOptions {
  /**
   * The name of the environment, which is part of its issuer URL (`…/env/acme`). 1 to 64 lowercase letters, digits and
   * hyphens, with no hyphen at the start or end.
   */
  readonly name: string;
  /** The secret key of this environment. See {@link EmulatorOptions.secretKey}. */
  readonly secretKey?: string;
  /** The publishable key of this environment. See {@link EmulatorOptions.publishableKey}. */
  readonly publishableKey?: string;
  /** The token templates of this environment. See {@link EmulatorOptions.tokenTemplates}. */
  readonly tokenTemplates?: Readonly<Record<string, TokenTemplateOptions>>;
  /** The webhook secret of this environment. See {@link EmulatorOptions.webhookSecret}. */
  readonly webhookSecret?: string;
  /** The webhooks of this environment. See {@link EmulatorOptions.webhooks}. */
  readonly webhooks?: readonly WebhookOptions[];
}

/** The address to listen on: loopback only, or all network interfaces, with IPv4 or IPv6. */
export type Host = '127.0.0.1' | '::1' | '0.0.0.0' | '::';

export const hosts: readonly Host[] = ['127.0.0.1', '::1', '0.0.0.0', '::'];

/** Options of `startEmulator`. All are optional. An unknown or invalid option throws `option_invalid`. */
export interface EmulatorOptions {
  /**
   * The port to listen on, 0 to 65535. With 0 the operating system chooses a free port.
   *
   * @default 0
   */
  readonly port?: number;
  /**
   * The address to listen on. Use `0.0.0.0` or `::` (IPv6, and usually IPv4 too) only inside a container: other machines
   * may then be able to connect to the emulator and its dashboard. The issuer URL stays `http://127.0.0.1:PORT`, unless
   * you set `publicOrigin`.
   *
   * @default '127.0.0.1'
   */
  readonly host?: Host;
  /**
   * The origin at which browsers and apps reach the emulator, if it is not the address that it listens on: another port
   * of the machine that is mapped to a container, or a proxy that adds TLS. All URLs begin with it: the issuer, and so
   * the `iss` of tokens, `apiUrl`, the sign-in page and the dashboard. An `https://` origin, or an `http://` origin of
   * loopback such as `http://localhost:8080`: @torii/core and the REST client refuse any other http URL.
   *
   * @default 'http://127.0.0.1:PORT'
   */
  readonly publicOrigin?: string;
  /**
   * The host names and IP addresses, without a port, that requests may name in addition to loopback and the host of
   * `publicOrigin`. For example, `torii` if other containers reach the emulator at `http://torii:4100`. Requests for
   * other hosts get a 421, because a web page could otherwise control the emulator (DNS rebinding).
   *
   * @default []
   */
  readonly allowedHosts?: readonly string[];
  /**
   * The path of a SQLite file that keeps users, sessions, signing keys and secrets between starts. The file is created
   * if it is missing. Only one emulator can use a file at a time.
   *
   * @default everything is kept in memory
   */
  readonly database?: string;
  /**
   * The secret key for the REST API: `sk_test_` followed by at least 4 letters, digits, `_` or `-`.
   *
   * @default the key stored in the database file, or a random key
   */
  readonly secretKey?: string;
  /**
   * The publishable key, which browsers send as `X-API-Key`: `pk_test_` followed by at least 4 letters, digits, `_` or
   * `-`. It selects the environment of requests for `/_torii/` at the origin of the emulator. It is not secret.
   *
   * @default the key stored in the database file, or a random key
   */
  readonly publishableKey?: string;
  /**
   * Templates for tokens that third parties accept, by name. A page gets such a token with
   * `POST {issuer}/_torii/auth/session/token?template=NAME`.
   *
   * @default {}
   */
  readonly tokenTemplates?: Readonly<Record<string, TokenTemplateOptions>>;
  /**
   * The number of wrong passwords per minute of the emulator's clock after which further sign-in attempts for the same
   * email get a 429 with `Retry-After`. Ten times as many are allowed from one client address. Thirty times as many attempts
   * are allowed in all, with the right password too. A whole number of 1 or more, or `Infinity` for no limit.
   *
   * @default 10
   */
  readonly failedLoginsPerMinute?: number;
  /**
   * Environments in addition to the default one. Each has its own issuer. Environments stored in the database file are
   * always loaded, even if they are not listed here.
   */
  readonly environments?: readonly EnvironmentOptions[];
  /**
   * The lifetime of access tokens in seconds, a whole number from 1 to 1,000,000,000.
   *
   * @default 300
   */
  readonly tokenLifetimeSeconds?: number;
  /**
   * The origins, such as `http://127.0.0.1:3000` or `capacitor://localhost`, whose pages may sign users in and request
   * tokens. They are added to the allowed origins of every environment, which `PUT /allowed-origins` of the REST API
   * replaces. The issuer's own origin is always allowed.
   *
   * @default the origins stored in the database file
   */
  readonly allowedOrigins?: readonly string[];
  /**
   * The webhooks to send events to. Webhooks stored in the database file are always loaded, even if they are not
   * listed.
   */
  readonly webhooks?: readonly WebhookOptions[];
  /**
   * The secret that signs webhooks for which no `secret` is set: `whsec_` followed by 24 to 64 bytes in base64.
   *
   * @default the secret stored in the database file, or a random secret
   */
  readonly webhookSecret?: string;
  /**
   * The seconds between attempts to deliver an event, measured by the emulator's clock. Each wait is shortened by a
   * random amount of up to 20 %. After the last attempt the delivery has failed. `[]` means one attempt.
   *
   * @default [1, 5, 30, 120, 600, 3600]
   */
  readonly webhookRetrySeconds?: readonly number[];
  /**
   * How long to wait for a webhook response, in milliseconds, 1 to 2147483647.
   *
   * @default 15000
   */
  readonly webhookTimeoutMs?: number;
}
