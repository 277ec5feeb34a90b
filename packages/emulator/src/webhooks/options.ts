import { EmulatorError } from '../errors.ts';
import { type WebhookEventType, webhookEventTypes } from './event.ts';
import { isWebhookSecret } from './signature.ts';

/** An address that is told of events. */
export interface WebhookOptions {
  /** Where events are posted: http or https, of whatever host. */
  readonly url: string;
  /**
   * What signs them: `whsec_` and 24 to 64 bytes in base64. Several sign side by side, as while a secret is rotated.
   *
   * @default the environment's `webhookSecret`
   */
  readonly secret?: string | readonly string[];
  /**
   * The events to tell of.
   *
   * @default all of them
   */
  readonly types?: readonly WebhookEventType[];
}

/** Options that have been checked. Null stands for the default. */
export interface WantedEndpoint {
  readonly url: string;
  readonly secrets: readonly string[] | null;
  readonly types: readonly WebhookEventType[] | null;
}

/** The longest list of secrets: each is one more signature in a header. */
const mostSecrets = 5;

/**
 * Checks what may come from plain JavaScript, a file or a request.
 *
 * @throws EmulatorError `option_invalid`, never repeating a secret
 */
export function parseWebhook(input: unknown): WantedEndpoint {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid('must be an object like { url: "http://127.0.0.1:3000/webhooks" }');
  }
  const { url, secret, types, ...unknown } = input as Readonly<Record<string, unknown>>;
  const [field] = Object.keys(unknown);
  if (field !== undefined) throw invalid(`has no ${field.slice(0, 64)}. There are: url, secret, types`);
  return { url: parseUrl(url), secrets: parseSecrets(secret), types: parseTypes(types) };
}

/** @throws EmulatorError `option_invalid` */
export function checkWebhookSecret(option: string, secret: unknown): void {
  if (secret === undefined || isWebhookSecret(secret)) return;
  // The message does not repeat the secret: it may be a real one, with a slip of the hand.
  throw new EmulatorError(
    'option_invalid',
    `Option ${option} must be "whsec_" and then 24 to 64 bytes in base64. Leave it out for a random one.`,
  );
}

function parseUrl(url: unknown): string {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw invalid('needs a url that begins with http:// or https://');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid('may not have a name or a password in its url: the signature is what receivers check');
  }
  return parsed.href;
}

function parseSecrets(secret: unknown): readonly string[] | null {
  if (secret === undefined) return null;
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length > 0 && secrets.length <= mostSecrets && secrets.every(isWebhookSecret)) return secrets;
  throw invalid(
    `has a secret of "whsec_" and then 24 to 64 bytes in base64, or a list of up to ${mostSecrets} of them`,
  );
}

function parseTypes(types: unknown): readonly WebhookEventType[] | null {
  if (types === undefined) return null;
  const known = (type: unknown): type is WebhookEventType => webhookEventTypes.some((each) => each === type);
  if (Array.isArray(types) && types.length > 0 && types.every(known)) return types;
  throw invalid(`has types that are one or more of ${webhookEventTypes.join(', ')}. Leave them out for all`);
}

function invalid(rule: string): EmulatorError {
  return new EmulatorError('option_invalid', `A webhook ${rule}.`);
}
