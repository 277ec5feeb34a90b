import { defaultEnvironment } from './environment-records.ts';
import { EmulatorError } from './errors.ts';
import { parseOrigin } from './http/origins.ts';
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
  /** The webhook secret of this environment. See {@link EmulatorOptions.webhookSecret}. */
  readonly webhookSecret?: string;
  /** The webhooks of this environment. See {@link EmulatorOptions.webhooks}. */
  readonly webhooks?: readonly WebhookOptions[];
}

/** The address to listen on: loopback only, or all network interfaces. */
export type Host = '127.0.0.1' | '0.0.0.0';

/** Options of `startEmulator`. All are optional. An unknown or invalid option throws `option_invalid`. */
export interface EmulatorOptions {
  /**
   * The port to listen on, 0 to 65535. With 0 the operating system chooses a free port.
   *
   * @default 0
   */
  readonly port?: number;
  /**
   * The address to listen on. Use `0.0.0.0` only inside a container with a mapped port: other machines may then be able
   * to connect to the emulator and its dashboard. The issuer URL stays `http://127.0.0.1:PORT`.
   *
   * @default '127.0.0.1'
   */
  readonly host?: Host;
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
   * Environments in addition to the default one. Each has its own issuer. Environments stored in the database file are
   * always loaded, even if they are not listed here.
   */
  readonly environments?: readonly EnvironmentOptions[];
  /**
   * The lifetime of access tokens in seconds, a whole number of 1 or more.
   *
   * @default 300
   */
  readonly tokenLifetimeSeconds?: number;
  /**
   * The origins, such as `http://127.0.0.1:3000`, whose pages may sign users in and request tokens. The issuer's own
   * origin is always allowed.
   *
   * @default []
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
  readonly database: string;
  readonly secretKey: string | undefined;
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
  database: true,
  secretKey: true,
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
  const { tokenLifetimeSeconds = 300, allowedOrigins = [] } = options;
  const {
    webhooks = [],
    webhookSecret,
    webhookRetrySeconds = defaultRetrySeconds,
    webhookTimeoutMs = 15_000,
  } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid('port must be a whole number from 0 to 65535. Use 0 for a free port.');
  }
  if (host !== '127.0.0.1' && host !== '0.0.0.0') {
    throw invalid('host must be "127.0.0.1", or "0.0.0.0" to accept connections from outside a container.');
  }
  if (typeof database !== 'string' || database === '') {
    throw invalid('database must be the path of a file. Remove the option to keep everything in memory.');
  }
  checkSecretKey('secretKey', secretKey);
  checkEnvironments(environments);
  if (!Number.isInteger(tokenLifetimeSeconds) || tokenLifetimeSeconds < 1) {
    throw invalid('tokenLifetimeSeconds must be a whole number of seconds, 1 or more.');
  }
  if (!Array.isArray(allowedOrigins) || !allowedOrigins.every((origin) => parseOrigin(origin) !== undefined)) {
    throw invalid(
      'allowedOrigins must be an array of origins such as "http://127.0.0.1:3000", without a path and without "*".',
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
    database,
    secretKey,
    environments,
    tokenLifetimeSeconds,
    allowedOrigins,
    webhooks,
    webhookSecret,
    webhookRetrySeconds,
    webhookTimeoutMs,
  };
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
  for (const { name, secretKey, webhookSecret, webhooks = [] } of environments) {
    if (typeof name !== 'string' || !/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name)) {
      throw invalid('environments has an invalid name. Use 1 to 64 lowercase letters, digits and hyphens.');
    }
    if (names.has(name)) throw invalid(`environments contains "${name}" twice, or it is the default environment.`);
    names.add(name);
    checkSecretKey(`secretKey of the environment "${name}"`, secretKey);
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

function invalid(message: string): EmulatorError {
  return new EmulatorError('option_invalid', `Option ${message}`);
}
