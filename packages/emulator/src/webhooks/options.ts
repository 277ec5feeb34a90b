import { EmulatorError } from '../errors.ts';
import { isRecord } from '../fields.ts';
import { type WebhookEventType, webhookEventTypes } from './event.ts';
import { isWebhookSecret } from './signature.ts';

/** A webhook to register. */
export interface WebhookOptions {
  /** The http or https URL to send events to. Any host is allowed. */
  readonly url: string;
  /**
   * The secret that signs the events: `whsec_` followed by 24 to 64 bytes in base64. With an array of up to 5 secrets,
   * each request carries one signature per secret, as during a secret rotation.
   *
   * @default the environment's `webhookSecret`
   */
  readonly secret?: string | readonly string[];
  /**
   * The event types to send.
   *
   * @default all types
   */
  readonly types?: readonly WebhookEventType[];
}

export interface WantedEndpoint {
  readonly url: string;
  readonly secrets: readonly string[] | null;
  readonly types: readonly WebhookEventType[] | null;
}

/** The maximum number of secrets. Each secret adds a signature to the signature header, so this limits its size. */
const mostSecrets = 5;

/**
 * Validates the options of a webhook from untyped JavaScript, a seed file or a request.
 *
 * @throws EmulatorError `option_invalid`; the message contains no secret
 */
export function parseWebhook(input: unknown): WantedEndpoint {
  if (!isRecord(input)) {
    throw invalid('must be an object such as { url: "http://127.0.0.1:3000/webhooks" }');
  }
  const { url, secret, types, ...unknown } = input;
  const [field] = Object.keys(unknown);
  if (field !== undefined) throw invalid(`has the unknown field ${field.slice(0, 64)}. Use url, secret and types`);
  return { url: parseUrl(url), secrets: parseSecrets(secret), types: parseTypes(types) };
}

export function checkWebhookSecret(option: string, secret: unknown): void {
  if (secret === undefined || isWebhookSecret(secret)) return;
  // The message does not repeat the value: it could be a mistyped real secret.
  throw new EmulatorError(
    'option_invalid',
    `Option ${option} must be "whsec_" followed by 24 to 64 bytes in base64. Remove the option to get a random secret.`,
  );
}

function parseUrl(url: unknown): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw invalid('must have a url that begins with http:// or https://');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid('must not have a username or password in its url. Receivers check the signature instead');
  }
  return parsed.href;
}

function parseSecrets(secret: unknown): readonly string[] | null {
  if (secret === undefined) return null;
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length > 0 && secrets.length <= mostSecrets && secrets.every(isWebhookSecret)) return secrets;
  throw invalid(
    `has an invalid secret. Use "whsec_" followed by 24 to 64 bytes in base64, or an array of 1 to ${mostSecrets} such secrets`,
  );
}

function parseTypes(types: unknown): readonly WebhookEventType[] | null {
  if (types === undefined) return null;
  const known = (type: unknown): type is WebhookEventType => webhookEventTypes.some((each) => each === type);
  if (Array.isArray(types) && types.length > 0 && types.every(known)) return types;
  throw invalid(
    `has invalid types. Use an array with some of ${webhookEventTypes.join(', ')}, or remove types to receive all`,
  );
}

function invalid(rule: string): EmulatorError {
  return new EmulatorError('option_invalid', `A webhook ${rule}.`);
}
