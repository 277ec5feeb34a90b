import { defaultEnvironment } from '../environment-records.ts';
import { isRecord } from '../fields.ts';
import { parseTemplates } from '../tokens/templates.ts';
import { checkWebhookSecret, parseWebhook, type WebhookOptions } from '../webhooks/options.ts';
import type { EnvironmentOptions } from './emulator-options.ts';
import { invalidOption } from './invalid-option.ts';

export function checkEnvironments(environments: readonly EnvironmentOptions[]): void {
  if (!Array.isArray(environments))
    throw invalidOption('environments must be an array of objects such as { name: "acme" }.');
  const names = new Set([defaultEnvironment]);
  for (const environment of environments) {
    const given: unknown = environment;
    if (!isRecord(given)) throw invalidOption('environments must contain objects such as { name: "acme" }.');
    const { name, secretKey, publishableKey, tokenTemplates, webhookSecret, webhooks = [], ...unknown } = environment;
    const [field] = Object.keys(unknown);
    if (field !== undefined) throw invalidOption(`environments has the unknown field ${field.slice(0, 64)}.`);
    if (typeof name !== 'string' || !/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name)) {
      throw invalidOption('environments has an invalid name. Use 1 to 64 lowercase letters, digits and hyphens.');
    }
    if (names.has(name))
      throw invalidOption(`environments contains "${name}" twice, or it is the default environment.`);
    names.add(name);
    checkSecretKey(`secretKey of the environment "${name}"`, secretKey);
    checkPublishableKey(`publishableKey of the environment "${name}"`, publishableKey);
    parseTemplates(tokenTemplates, `tokenTemplates of the environment "${name}"`);
    checkWebhookSecret(`webhookSecret of the environment "${name}"`, webhookSecret);
    checkWebhooks(webhooks);
  }
}

export function checkSecretKey(option: string, secretKey: string | undefined): void {
  if (secretKey === undefined || /^sk_test_[\w-]{4,}$/.test(secretKey)) return;
  // The message does not repeat the value: it could be a live key that was passed by mistake.
  throw invalidOption(
    `${option} must be "sk_test_" followed by at least 4 letters, digits, "_" or "-". Do not use a live key here.`,
  );
}

export function checkPublishableKey(option: string, publishableKey: string | undefined): void {
  if (publishableKey === undefined || /^pk_test_[\w-]{4,}$/.test(publishableKey)) return;
  // The message does not repeat the value: it could be a secret key that was passed by mistake.
  throw invalidOption(`${option} must be "pk_test_" followed by at least 4 letters, digits, "_" or "-".`);
}

export function checkWebhooks(webhooks: readonly WebhookOptions[]): void {
  if (!Array.isArray(webhooks)) {
    throw invalidOption('webhooks must be an array of objects such as { url: "http://127.0.0.1:3000/webhooks" }.');
  }
  for (const webhook of webhooks) parseWebhook(webhook);
}
