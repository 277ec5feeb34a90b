import { parseAppOrigin } from './allowed-origins/origin.ts';
import { defaultEnvironment } from './environment-records.ts';
import { EmulatorError } from './errors.ts';
import { parseOrigin } from './http/origins.ts';
import { longestLifetimeSeconds, parseTemplates, type TokenTemplateOptions } from './tokens/templates.ts';
import { checkWebhookSecret, parseWebhook, type WebhookOptions } from './webhooks/options.ts';
import { defaultRetrySeconds } from './webhooks/retries.ts';

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
   * Templates for tokens of third parties, by name. A page gets such a token with
   * `POST {issuer}/_torii/auth/session/token?template=NAME`.
   *
   * @default {}
   */
  readonly tokenTemplates?: Readonly<Record<string, TokenTemplateOptions>>;
  /**
   * The number of wrong passwords per minute of the emulator's clock after which further sign-in attempts for the same
   * email get a 429 with `Retry-After`. Ten times as many are allowed from one client address, and ten times as many
   * attempts with the right password. A whole number of 1 or more, or `Infinity` for no limit.
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

export interface Settings {
  readonly port: number;
  readonly host: Host;
  readonly publicOrigin: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly database: string;
  readonly secretKey: string | undefined;
  readonly publishableKey: string | undefined;
  readonly tokenTemplates: EmulatorOptions['tokenTemplates'];
  readonly failedLoginsPerMinute: number;
  readonly environments: readonly EnvironmentOptions[];
  readonly tokenLifetimeSeconds: number;
  readonly allowedOrigins: readonly string[];
  readonly webhooks: readonly WebhookOptions[];
  readonly webhookSecret: string | undefined;
  readonly webhookRetrySeconds: readonly number[];
  readonly webhookTimeoutMs: number;
}

const optionNames = {
  port: true,
  host: true,
  publicOrigin: true,
  allowedHosts: true,
  database: true,
  secretKey: true,
  publishableKey: true,
  tokenTemplates: true,
  failedLoginsPerMinute: true,
  environments: true,
  tokenLifetimeSeconds: true,
  allowedOrigins: true,
  webhooks: true,
  webhookSecret: true,
  webhookRetrySeconds: true,
  webhookTimeoutMs: true,
} as const satisfies Record<keyof EmulatorOptions, true>;

/** The longest delay of a Node timer. A longer one would fire immediately. */
const longestTimeoutMs = 2 ** 31 - 1;

export function settingsFrom(options: EmulatorOptions): Settings {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionNames, name));
  if (unknown !== undefined)
    throw invalid(`${unknown} does not exist. Use one of: ${Object.keys(optionNames).join(', ')}.`);
  const { port = 0, host = '127.0.0.1', database = ':memory:', secretKey, environments = [] } = options;
  const { publishableKey, tokenTemplates, failedLoginsPerMinute = 10 } = options;
  const { publicOrigin, allowedHosts = [], tokenLifetimeSeconds = 300, allowedOrigins = [] } = options;
  const {
    webhooks = [],
    webhookSecret,
    webhookRetrySeconds = defaultRetrySeconds,
    webhookTimeoutMs = 15_000,
  } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid('port must be a whole number from 0 to 65535. Use 0 for a free port.');
  }
  if (!hosts.includes(host)) {
    throw invalid('host must be "127.0.0.1" or "::1", or "0.0.0.0" or "::" to accept connections to a container.');
  }
  checkPublicOrigin(publicOrigin);
  if (!Array.isArray(allowedHosts) || !allowedHosts.every(isHostname)) {
    throw invalid(
      'allowedHosts must be a list of host names such as "torii", or IP addresses such as "10.0.0.5" and "[fd00::5]", ' +
        'without http://, without a port and without "*".',
    );
  }
  if (typeof database !== 'string' || database === '') {
    throw invalid('database must be the path of a file. Remove the option to keep everything in memory.');
  }
  checkSecretKey('secretKey', secretKey);
  checkPublishableKey('publishableKey', publishableKey);
  parseTemplates(tokenTemplates, 'tokenTemplates');
  if (
    failedLoginsPerMinute !== Number.POSITIVE_INFINITY &&
    (!Number.isSafeInteger(failedLoginsPerMinute) || failedLoginsPerMinute < 1)
  ) {
    throw invalid('failedLoginsPerMinute must be a whole number of 1 or more, or Infinity for no limit.');
  }
  checkEnvironments(environments);
  if (
    !Number.isInteger(tokenLifetimeSeconds) ||
    tokenLifetimeSeconds < 1 ||
    tokenLifetimeSeconds > longestLifetimeSeconds
  ) {
    throw invalid(`tokenLifetimeSeconds must be a whole number of seconds from 1 to ${longestLifetimeSeconds}.`);
  }
  if (!Array.isArray(allowedOrigins) || !allowedOrigins.every((origin) => parseAppOrigin(origin) !== undefined)) {
    throw invalid(
      'allowedOrigins must be an array of origins such as "http://127.0.0.1:3000" or "capacitor://localhost", without a path ' +
        'and without "*".',
    );
  }
  checkWebhooks(webhooks);
  checkWebhookSecret('webhookSecret', webhookSecret);
  const fits = (seconds: unknown) => typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds);
  if (!Array.isArray(webhookRetrySeconds) || !webhookRetrySeconds.every(fits)) {
    throw invalid('webhookRetrySeconds must be an array of seconds greater than 0, such as [1, 5, 30].');
  }
  if (!Number.isInteger(webhookTimeoutMs) || webhookTimeoutMs < 1 || webhookTimeoutMs > longestTimeoutMs) {
    throw invalid(`webhookTimeoutMs must be a whole number of milliseconds from 1 to ${longestTimeoutMs}.`);
  }
  return {
    port,
    host,
    publicOrigin,
    allowedHosts: [...allowedHosts, ...hostsOf(publicOrigin)].map((name) => name.toLowerCase()),
    database,
    secretKey,
    publishableKey,
    tokenTemplates,
    failedLoginsPerMinute,
    environments,
    tokenLifetimeSeconds,
    allowedOrigins,
    webhooks,
    webhookSecret,
    webhookRetrySeconds,
    webhookTimeoutMs,
  };
}

function checkPublicOrigin(publicOrigin: unknown): void {
  if (publicOrigin === undefined) return;
  const origin = parseOrigin(publicOrigin);
  if (origin === undefined || !isHostname(new URL(origin).hostname)) {
    throw invalid(
      'publicOrigin must be an origin such as "http://localhost:8080", without a path or a slash at its end, in lowercase, ' +
        'and without the default port.',
    );
  }
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return;
  throw invalid(
    'publicOrigin must begin with https:// unless its host is localhost, 127.0.0.1 or [::1]: @torii/core and the REST client ' +
      'refuse plain http to other hosts. Use the address in the browser, such as "http://localhost:8080", and list the host ' +
      'names of containers in allowedHosts.',
  );
}

/** Whether a value is a host name or an IP address as it is written in a URL, in any case. */
function isHostname(value: unknown): boolean {
  if (typeof value !== 'string' || !/^(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])$/i.test(value)) return false;
  // The URL parser turns 127.1 and 0x7f000001 into 127.0.0.1, so no Host header contains them.
  return URL.canParse(`http://${value}`) && new URL(`http://${value}`).host === value.toLowerCase();
}

function hostsOf(publicOrigin: string | undefined): readonly string[] {
  return publicOrigin === undefined ? [] : [new URL(publicOrigin).hostname];
}

function checkWebhooks(webhooks: readonly WebhookOptions[]): void {
  if (!Array.isArray(webhooks)) {
    throw invalid('webhooks must be an array of objects such as { url: "http://127.0.0.1:3000/webhooks" }.');
  }
  for (const webhook of webhooks) parseWebhook(webhook);
}

function checkEnvironments(environments: readonly EnvironmentOptions[]): void {
  if (!Array.isArray(environments)) throw invalid('environments must be an array of objects such as { name: "acme" }.');
  const names = new Set([defaultEnvironment]);
  for (const { name, secretKey, publishableKey, tokenTemplates, webhookSecret, webhooks = [] } of environments) {
    if (typeof name !== 'string' || !/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name)) {
      throw invalid('environments has an invalid name. Use 1 to 64 lowercase letters, digits and hyphens.');
    }
    if (names.has(name)) throw invalid(`environments contains "${name}" twice, or it is the default environment.`);
    names.add(name);
    checkSecretKey(`secretKey of the environment "${name}"`, secretKey);
    checkPublishableKey(`publishableKey of the environment "${name}"`, publishableKey);
    parseTemplates(tokenTemplates, `tokenTemplates of the environment "${name}"`);
    checkWebhookSecret(`webhookSecret of the environment "${name}"`, webhookSecret);
    checkWebhooks(webhooks);
  }
}

function checkSecretKey(option: string, secretKey: string | undefined): void {
  if (secretKey === undefined || /^sk_test_[\w-]{4,}$/.test(secretKey)) return;
  // The message does not repeat the value: it could be a live key that was passed by mistake.
  throw invalid(
    `${option} must be "sk_test_" followed by at least 4 letters, digits, "_" or "-". Do not use a live key here.`,
  );
}

function checkPublishableKey(option: string, publishableKey: string | undefined): void {
  if (publishableKey === undefined || /^pk_test_[\w-]{4,}$/.test(publishableKey)) return;
  // The message does not repeat the value: it could be a secret key that was passed by mistake.
  throw invalid(`${option} must be "pk_test_" followed by at least 4 letters, digits, "_" or "-".`);
}

function invalid(message: string): EmulatorError {
  return new EmulatorError('option_invalid', `Option ${message}`);
}
