import { ToriiConfigError, ToriiWebhookError } from '../errors.ts';
import type { RequestView } from '../request/request-view.ts';

// Standard Webhooks 1.0.0 with its symmetric scheme, which is what a secret that begins with `whsec_` stands for. Provisional:
// Torii has not published how it signs. No other file knows the headers, the form of a secret or what is signed.

/** What the headers of a delivery say. */
export interface SignedHeaders {
  readonly id: string;
  readonly timestampSeconds: number;
  /** As it was sent: it is part of what is signed. */
  readonly timestamp: string;
  /** HMACs of which one has to be right. */
  readonly signatures: readonly Uint8Array<ArrayBuffer>[];
}

export type SecretKey = Uint8Array<ArrayBuffer>;

const fewestSecretBytes = 24;
const mostSecretBytes = 64;
/** Longer ids are nobody's, and stores have limits of their own: Memcached's is 250. */
const longestId = 128;
const longestSignatureHeader = 4096;
/** One for each secret that is being replaced, and a few of schemes to come. */
const mostSignatures = 16;

/** @throws ToriiConfigError `secret`, which never repeats it */
export function readSecrets(given: unknown): readonly SecretKey[] {
  const list: readonly unknown[] = Array.isArray(given) ? [...given] : [given];
  if (list.length === 0) throw refuseSecret('is an empty list');
  return list.map(readSecret);
}

function readSecret(secret: unknown): SecretKey {
  if (secret === undefined || secret === null || secret === '') throw refuseSecret('is not set');
  if (typeof secret !== 'string' || !secret.startsWith('whsec_')) throw refuseSecret('does not begin with `whsec_`');
  const bytes = decodeBase64(secret.slice('whsec_'.length));
  if (bytes === undefined) throw refuseSecret('is not base64 behind `whsec_`');
  if (bytes.length < fewestSecretBytes || bytes.length > mostSecretBytes) {
    throw refuseSecret(`has ${bytes.length} bytes, and not ${fewestSecretBytes} to ${mostSecretBytes}`);
  }
  return bytes;
}

function refuseSecret(problem: string): ToriiConfigError {
  const remedy = 'Write secret: process.env.TORII_WEBHOOK_SECRET, with the signing secret of the webhook.';
  return new ToriiConfigError('secret', `\`secret\` ${problem}. ${remedy}`);
}

/** @throws ToriiWebhookError `header_missing` or `header_malformed` */
export function readSignedHeaders(request: RequestView): SignedHeaders {
  const id = headerOf(request, 'webhook-id', longestId);
  // Without a dot, which ends it in what is signed: there must be one way alone to take that apart.
  if (!/^[\x21-\x2D\x2F-\x7E]+$/.test(id)) throw malformed('webhook-id', 'is no id');
  const timestamp = headerOf(request, 'webhook-timestamp', 12);
  if (!/^[0-9]+$/.test(timestamp)) throw malformed('webhook-timestamp', 'is not a number of seconds');
  const header = headerOf(request, 'webhook-signature', longestSignatureHeader);
  return { id, timestamp, timestampSeconds: Number(timestamp), signatures: readSignatures(header) };
}

function headerOf(request: RequestView, name: string, longest: number): string {
  const [value, second] = request.headerValues(name);
  if (value === undefined || value === '') {
    throw new ToriiWebhookError('header_missing', `The header ${name} is missing. Torii's deliveries have it.`);
  }
  if (second !== undefined) throw malformed(name, 'came twice');
  if (value.length > longest) throw malformed(name, 'is too long');
  return value;
}

// Two headers that a server joined with a comma do not have this form either.
const signaturePattern = /^([A-Za-z0-9]+),([A-Za-z0-9+/=_-]+)$/;

function readSignatures(header: string): readonly Uint8Array<ArrayBuffer>[] {
  const items = header.split(' ').filter((item) => item !== '');
  if (items.length > mostSignatures) throw malformed('webhook-signature', `lists more than ${mostSignatures}`);
  return items.flatMap((item) => {
    const [, version, text = ''] = signaturePattern.exec(item) ?? [];
    if (version === undefined) throw malformed('webhook-signature', 'is not a list like `v1,…`');
    // Another scheme's, such as the asymmetric `v1a`: another receiver may know it.
    if (version !== 'v1') return [];
    return decodeBase64(text) ?? [];
  });
}

function malformed(name: string, problem: string): ToriiWebhookError {
  return new ToriiWebhookError('header_malformed', `The header ${name} ${problem}.`);
}

/** Whether one of the signatures was made with one of the secrets. Every signature is tried with each of them. */
export async function isSigned(
  body: Uint8Array,
  { id, timestamp, signatures }: SignedHeaders,
  secrets: readonly SecretKey[],
): Promise<boolean> {
  const content = join(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign', 'verify']);
    const expected = await crypto.subtle.sign('HMAC', key, content);
    // The comparison is the platform's, which Web Cryptography wants to take constant time. It is not the MAC that is
    // compared but the MAC's own MAC: 32 bytes are hashed for each signature, where it would be the whole body else.
    const proof = await crypto.subtle.sign('HMAC', key, expected);
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', key, proof, signature)) return true;
    }
  }
  return false;
}

const hmac = { name: 'HMAC', hash: 'SHA-256' };

function join(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** Undefined for what is no base64. Its padding may be left out. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  // atob forgives white space, which is a sign that a secret was copied badly.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
