import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export type SecretName = 'old' | 'new' | 'foreign';

const keys: Readonly<Record<SecretName, Buffer>> = {
  old: Buffer.from('the first secret of the webhook.'),
  new: Buffer.from('the secret that replaces it now.'),
  foreign: Buffer.from('a secret that an attacker made up'),
};

/** Node computes an HMAC five times as fast with a key object as with bytes. */
const keyObjects: Readonly<Record<SecretName, KeyObject>> = {
  old: createSecretKey(keys.old),
  new: createSecretKey(keys.new),
  foreign: createSecretKey(keys.foreign),
};

/** The webhook secret, in the form in which Torii shows it. */
export function secretText(name: SecretName): string {
  return `whsec_${keys[name].toString('base64')}`;
}

/** What arrives at an app, and what an oracle needs to know about it. */
export interface Message {
  /** The number of its event, or `null` if the message is not from Torii. */
  readonly event: number | null;
  readonly id: string;
  readonly timestamp: string;
  readonly body: string;
  readonly signature: string;
  readonly signedBy: readonly SecretName[];
  /** Headers that replace the usual ones. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Why it must be refused, whenever and wherever it arrives. */
  readonly flaw?: string;
}

export interface Content {
  readonly event: number;
  readonly id: string;
  readonly body: string;
}

export function signed({ event, id, body }: Content, timestampSeconds: number, by: readonly SecretName[]): Message {
  const timestamp = String(timestampSeconds);
  return {
    event,
    id,
    body,
    timestamp,
    signature: by.map((name) => signatureOf(id, timestamp, body, name)).join(' '),
    signedBy: by,
  };
}

export function signatureOf(id: string, timestamp: string, body: string, by: SecretName): string {
  return `v1,${createHmac('sha256', keyObjects[by]).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

export function headersOf({
  id,
  timestamp,
  signature,
  headers,
}: Message): Readonly<Record<string, string | readonly string[] | undefined>> {
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature, ...headers };
}
