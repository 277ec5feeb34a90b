import { ToriiConfigError } from '../errors.ts';
import { problemOfPasted } from '../options/pasted-text.ts';
import type { RequestView } from '../request/request-view.ts';
import { ToriiWebhookError } from './errors.ts';

// Implements Standard Webhooks 1.0.0. Provisional: Torii has not published how it signs webhooks.

export interface SignedHeaders {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly timestamp: string;
  readonly signatures: readonly Uint8Array<ArrayBuffer>[];
}

export type SecretKey = Uint8Array<ArrayBuffer>;

const minSecretBytes = 24;
const maxSecretBytes = 64;
// Event ids are part of store keys, and Memcached allows 250 bytes.
const maxIdLength = 128;
const maxSignatureHeaderLength = 4096;
const maxSignatures = 16;

export function readSecrets(given: unknown): readonly SecretKey[] {
  const list: readonly unknown[] = Array.isArray(given) ? [...given] : [given];
  if (list.length === 0) throw refuseSecret('is an empty list');
  return list.map(readSecret);
}

function readSecret(secret: unknown): SecretKey {
  if (secret === undefined || secret === null || secret === '') throw refuseSecret('is not set');
  const problem = problemOfPasted(secret);
  if (problem !== undefined) throw refuseSecret(problem);
  if (typeof secret !== 'string' || !secret.startsWith('whsec_')) throw refuseSecret('does not begin with `whsec_`');
  const bytes = decodeBase64(secret.slice('whsec_'.length));
  if (bytes === undefined) throw refuseSecret('is not valid base64 after `whsec_`');
  if (bytes.length < minSecretBytes || bytes.length > maxSecretBytes) {
    throw refuseSecret(`has ${bytes.length} bytes instead of ${minSecretBytes} to ${maxSecretBytes}`);
  }
  return bytes;
}

function refuseSecret(problem: string): ToriiConfigError {
  const remedy =
    'Write `secret: process.env.TORII_WEBHOOK_SECRET`, and set the variable to the signing secret of the webhook.';
  return new ToriiConfigError('secret', `\`secret\` ${problem}. ${remedy}`);
}

export function readSignedHeaders(request: RequestView): SignedHeaders {
  const id = headerOf(request, 'webhook-id', maxIdLength);
  // No dot in the id: dots separate id, timestamp and body in the signed content, which must not be ambiguous.
  if (!/^[\x21-\x2D\x2F-\x7E]+$/.test(id)) throw malformed('webhook-id', 'contains a character that is not allowed');
  const timestamp = headerOf(request, 'webhook-timestamp', 12);
  if (!/^[0-9]+$/.test(timestamp)) throw malformed('webhook-timestamp', 'is not a number of seconds');
  const header = headerOf(request, 'webhook-signature', maxSignatureHeaderLength);
  return { id, timestamp, timestampSeconds: Number(timestamp), signatures: readSignatures(header) };
}

function headerOf(request: RequestView, name: string, longest: number): string {
  const [value, second] = request.headerValues(name);
  if (value === undefined || value === '') {
    throw new ToriiWebhookError(
      'header_missing',
      `The header ${name} is missing. Deliveries from Torii always have it.`,
    );
  }
  if (second !== undefined) throw malformed(name, 'was sent more than once');
  if (value.length > longest) throw malformed(name, 'is too long');
  return value;
}

// One signature, such as `v1,…`. Does not match two signature headers that a server joined with a comma.
const signaturePattern = /^([A-Za-z0-9]+),([A-Za-z0-9+/=_-]+)$/;

function readSignatures(header: string): readonly Uint8Array<ArrayBuffer>[] {
  const items = header.split(' ').filter((item) => item !== '');
  if (items.length > maxSignatures) throw malformed('webhook-signature', `has more than ${maxSignatures} signatures`);
  return items.flatMap((item) => {
    const [, version, text = ''] = signaturePattern.exec(item) ?? [];
    if (version === undefined) throw malformed('webhook-signature', 'is not a list of signatures such as `v1,…`');
    if (version !== 'v1') return [];
    return decodeBase64(text) ?? [];
  });
}

function malformed(name: string, problem: string): ToriiWebhookError {
  return new ToriiWebhookError('header_malformed', `The header ${name} ${problem}.`);
}

export async function isSigned(
  body: Uint8Array,
  { id, timestamp, signatures }: SignedHeaders,
  secrets: readonly SecretKey[],
): Promise<boolean> {
  const content = join(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign', 'verify']);
    const expected = await crypto.subtle.sign('HMAC', key, content);
    // `verify` below compares in constant time (timing attacks). It compares MACs of the two signatures, sent and expected,
    // so that a large body is not hashed again for each signature that was sent.
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

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  // Refuse white space, which `atob` ignores.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
