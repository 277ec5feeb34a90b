import { createHmac, randomBytes } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';

// The prefix of secrets in Standard Webhooks 1.0.0, which the emulator follows, because Torii has not published how it
// signs webhooks.
const prefix = 'whsec_';
const fewestBytes = 24;
const mostBytes = 64;

export function createWebhookSecret(): string {
  return prefix + randomBytes(32).toString('base64');
}

export function isWebhookSecret(value: unknown): value is string {
  if (typeof value !== 'string' || !value.startsWith(prefix)) return false;
  const bytes = bytesOf(value);
  // Buffer.from ignores characters that are not base64, so encode the bytes again and compare.
  const exact = bytes.toString('base64') === value.slice(prefix.length);
  return exact && bytes.length >= fewestBytes && bytes.length <= mostBytes;
}

interface SignedMessage {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

/** Returns the headers of Standard Webhooks, with one signature per secret. */
export function signatureHeaders(
  { id, timestampSeconds, body }: SignedMessage,
  secrets: readonly string[],
): OutgoingHttpHeaders {
  const signatures = secrets.map((secret) =>
    createHmac('sha256', bytesOf(secret)).update(`${id}.${timestampSeconds}.${body}`).digest('base64'),
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.map((signature) => `v1,${signature}`).join(' '),
  };
}

function bytesOf(secret: string): Buffer {
  return Buffer.from(secret.slice(prefix.length), 'base64');
}
