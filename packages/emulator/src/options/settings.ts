import { parseAppOrigin } from '../allowed-origins/origin.ts';
import { longestLifetimeSeconds, parseTemplates } from '../tokens/templates.ts';
import { checkWebhookSecret, type WebhookOptions } from '../webhooks/options.ts';
import { defaultRetrySeconds } from '../webhooks/retries.ts';
import { checkPublicOrigin, hostsOf, isHostname } from './addresses.ts';
import { type EmulatorOptions, type EnvironmentOptions, type Host, hosts } from './emulator-options.ts';
import { checkEnvironments, checkPublishableKey, checkSecretKey, checkWebhooks } from './environments.ts';
import { invalidOption } from './invalid-option.ts';

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
    throw invalidOption(`${unknown} does not exist. Use one of: ${Object.keys(optionNames).join(', ')}.`);
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
    throw invalidOption('port must be a whole number from 0 to 65535. Use 0 for a free port.');
  }
  if (!hosts.includes(host)) {
    throw invalidOption(
      'host must be "127.0.0.1" or "::1", or "0.0.0.0" or "::" to accept connections to a container.',
    );
  }
  checkPublicOrigin(publicOrigin);
  if (!Array.isArray(allowedHosts) || !allowedHosts.every(isHostname)) {
    throw invalidOption(
      'allowedHosts must be a list of host names such as "torii", or IP addresses such as "10.0.0.5" and "[fd00::5]", ' +
        'without http://, without a port and without "*".',
    );
  }
  if (typeof database !== 'string' || database === '') {
    throw invalidOption('database must be the path of a file. Remove the option to keep everything in memory.');
  }
  checkSecretKey('secretKey', secretKey);
  checkPublishableKey('publishableKey', publishableKey);
  parseTemplates(tokenTemplates, 'tokenTemplates');
  if (
    failedLoginsPerMinute !== Number.POSITIVE_INFINITY &&
    (!Number.isSafeInteger(failedLoginsPerMinute) || failedLoginsPerMinute < 1)
  ) {
    throw invalidOption('failedLoginsPerMinute must be a whole number of 1 or more, or Infinity for no limit.');
  }
  checkEnvironments(environments);
  if (
    !Number.isInteger(tokenLifetimeSeconds) ||
    tokenLifetimeSeconds < 1 ||
    tokenLifetimeSeconds > longestLifetimeSeconds
  ) {
    throw invalidOption(`tokenLifetimeSeconds must be a whole number of seconds from 1 to ${longestLifetimeSeconds}.`);
  }
  if (!Array.isArray(allowedOrigins) || !allowedOrigins.every((origin) => parseAppOrigin(origin) !== undefined)) {
    throw invalidOption(
      'allowedOrigins must be an array of origins such as "http://127.0.0.1:3000" or "capacitor://localhost", without a path ' +
        'and without "*".',
    );
  }
  checkWebhooks(webhooks);
  checkWebhookSecret('webhookSecret', webhookSecret);
  const fits = (seconds: unknown) => typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds);
  if (!Array.isArray(webhookRetrySeconds) || !webhookRetrySeconds.every(fits)) {
    throw invalidOption('webhookRetrySeconds must be an array of seconds greater than 0, such as [1, 5, 30].');
  }
  if (!Number.isInteger(webhookTimeoutMs) || webhookTimeoutMs < 1 || webhookTimeoutMs > longestTimeoutMs) {
    throw invalidOption(`webhookTimeoutMs must be a whole number of milliseconds from 1 to ${longestTimeoutMs}.`);
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
