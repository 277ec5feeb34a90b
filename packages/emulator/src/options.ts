import { defaultEnvironment } from './environment-records.ts';
import { EmulatorError } from './errors.ts';
import { parseOrigin } from './http/origins.ts';
import { checkWebhookSecret, parseWebhook, type WebhookOptions } from './webhooks/options.ts';
import { defaultRetrySeconds } from './webhooks/retries.ts';

/** An environment beside the default one. */
export interface EnvironmentOptions {
  /** Letters, digits and hyphens in lower case: it stands in the issuer, `…/env/acme`. */
  readonly name: string;
  /** This and the following are as the options of the same name for the default environment. */
  readonly secretKey?: string;
  readonly webhookSecret?: string;
  readonly webhooks?: readonly WebhookOptions[];
}

/** Loopback alone, or every address of the machine. */
export type Host = '127.0.0.1' | '0.0.0.0';

/** How an emulator is started. Everything has a default. */
export interface EmulatorOptions {
  /**
   * The port on 127.0.0.1; 0 takes a free one.
   *
   * @default 0
   */
  readonly port?: number;
  /**
   * Where to listen. `0.0.0.0` is for a container whose port is mapped to the machine around it: other machines can then
   * reach what this emulator knows, and its dashboard. The issuer stays `http://127.0.0.1:PORT`.
   *
   * @default '127.0.0.1'
   */
  readonly host?: Host;
  /**
   * A file that keeps the users, the secret key and the signing keys from one start to the next; made where it is missing.
   *
   * @default in memory
   */
  readonly database?: string;
  /** The REST API's secret key: `sk_test_` and then letters, digits, `_` and `-`. By default the file's, or a random one. */
  readonly secretKey?: string;
  /** Environments beside the default one, each an issuer of its own. Those that the file holds are there anyway. */
  readonly environments?: readonly EnvironmentOptions[];
  /**
   * Seconds for which an access token is good.
   *
   * @default 300
   */
  readonly tokenLifetimeSeconds?: number;
  /**
   * The origins, such as `http://127.0.0.1:3000`, whose pages may sign in here and ask for tokens.
   *
   * @default none but the issuer's own
   */
  readonly allowedOrigins?: readonly string[];
  /** The addresses that are told of events. Those that the file holds are told anyway. */
  readonly webhooks?: readonly WebhookOptions[];
  /** What signs webhooks that have no secret of their own: `whsec_` and 24 to 64 bytes in base64. By default the file's, or a random one. */
  readonly webhookSecret?: string;
  /**
   * Seconds from one attempt to deliver a webhook to the next, by the emulator's clock and up to a fifth less; after the last
   * it is given up. `[]` tries once.
   *
   * @default [1, 5, 30, 120, 600, 3600]
   */
  readonly webhookRetrySeconds?: readonly number[];
  /**
   * Milliseconds within which a webhook must be answered.
   *
   * @default 15000
   */
  readonly webhookTimeoutMs?: number;
}

/** Options that have been checked, with their defaults filled in. */
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

/** As long as a timer of Node can be. */
const longestTimeoutMs = 2 ** 31 - 1;

/** Checks the options and fills in their defaults. */
export function settingsFrom(options: EmulatorOptions): Settings {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionNames, name));
  if (unknown !== undefined)
    throw invalid(`${unknown} does not exist. There are: ${Object.keys(optionNames).join(', ')}.`);
  const { port = 0, host = '127.0.0.1', database = ':memory:', secretKey, environments = [] } = options;
  const { tokenLifetimeSeconds = 300, allowedOrigins = [] } = options;
  const {
    webhooks = [],
    webhookSecret,
    webhookRetrySeconds = defaultRetrySeconds,
    webhookTimeoutMs = 15_000,
  } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid('port must be a whole number from 0, for a free port, to 65535.');
  }
  if (host !== '127.0.0.1' && host !== '0.0.0.0') {
    throw invalid('host must be "127.0.0.1", or "0.0.0.0" to be reached from outside of a container.');
  }
  if (typeof database !== 'string' || database === '') {
    throw invalid('database must be the path of a file. Leave it out to keep everything in memory.');
  }
  checkSecretKey('secretKey', secretKey);
  checkEnvironments(environments);
  if (!Number.isInteger(tokenLifetimeSeconds) || tokenLifetimeSeconds < 1) {
    throw invalid('tokenLifetimeSeconds must be a whole number of seconds, one or more.');
  }
  if (!Array.isArray(allowedOrigins) || !allowedOrigins.every((origin) => parseOrigin(origin) !== undefined)) {
    throw invalid('allowedOrigins must be a list of origins, each like "http://127.0.0.1:3000": no path, no "*".');
  }
  checkWebhooks(webhooks);
  checkWebhookSecret('webhookSecret', webhookSecret);
  const fits = (seconds: unknown) => typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds);
  if (!Array.isArray(webhookRetrySeconds) || !webhookRetrySeconds.every(fits)) {
    throw invalid('webhookRetrySeconds must be a list of seconds, each more than zero, such as [1, 5, 30].');
  }
  if (!Number.isInteger(webhookTimeoutMs) || webhookTimeoutMs < 1 || webhookTimeoutMs > longestTimeoutMs) {
    throw invalid(`webhookTimeoutMs must be a whole number of milliseconds, 1 to ${longestTimeoutMs}.`);
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
    throw invalid('webhooks must be a list, each like { url: "http://127.0.0.1:3000/webhooks" }.');
  }
  for (const webhook of webhooks) parseWebhook(webhook);
}

function checkEnvironments(environments: readonly EnvironmentOptions[]): void {
  if (!Array.isArray(environments)) throw invalid('environments must be a list, each like { name: "acme" }.');
  const names = new Set([defaultEnvironment]);
  for (const { name, secretKey, webhookSecret, webhooks = [] } of environments) {
    if (typeof name !== 'string' || !/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name)) {
      throw invalid('environments: a name has 1 to 64 letters, digits and hyphens, all in lower case.');
    }
    if (names.has(name)) throw invalid(`environments: "${name}" is there twice, or is the default one.`);
    names.add(name);
    checkSecretKey(`environments: the secretKey of "${name}"`, secretKey);
    checkWebhookSecret(`environments: the webhookSecret of "${name}"`, webhookSecret);
    checkWebhooks(webhooks);
  }
}

function checkSecretKey(option: string, secretKey: string | undefined): void {
  if (secretKey === undefined || /^sk_test_[\w-]+$/.test(secretKey)) return;
  // The message does not repeat the key: it may be a real one, given by mistake.
  throw invalid(`${option} must be "sk_test_" and then letters, digits, "_" or "-". Never give it a live key.`);
}

function invalid(message: string): EmulatorError {
  return new EmulatorError('option_invalid', `Option ${message}`);
}
