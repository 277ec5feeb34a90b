import { Webhook } from 'standardwebhooks';

export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const nextSecret = `whsec_${btoa('another secret of thirty-two by.')}`;

/** A delivery from Torii. */
export interface Delivery {
  readonly headers: Record<string, string>;
  readonly payload: string;
}

export interface DeliveryOptions {
  readonly id?: string;
  readonly event?: object;
  /** The whole body. Replaces `event`. */
  readonly body?: string;
  readonly ageSeconds?: number;
  readonly secrets?: readonly string[];
}

export const ada = {
  id: '01931a73-8b00-7000-8000-000000000000',
  environmentId: '01931a72-0000-7000-8000-000000000000',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  status: 'active',
  createdAt: '2026-05-16T09:30:00Z',
  updatedAt: '2026-05-16T10:00:00Z',
} as const;

export function eventWith(members: object = {}): object {
  return { id: 'evt_1', type: 'user.created', created_at: '2026-05-16T10:00:00Z', data: ada, ...members };
}

/** A delivery signed by the reference library, which is independent of the code under test. */
export function deliver({
  id = 'evt_1',
  event = eventWith({ id }),
  body = JSON.stringify(event),
  ageSeconds = 0,
  secrets = [secret],
}: DeliveryOptions = {}): Delivery {
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  const signatures = secrets.map((each) => new Webhook(each).sign(id, new Date(seconds * 1000), body));
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
  return { headers, payload: body };
}

/** Signs bytes without the reference library, which accepts only text. */
export async function deliverBytes(
  bytes: Uint8Array,
): Promise<{ headers: Record<string, string>; payload: Uint8Array }> {
  const id = 'evt_bytes';
  const timestamp = String(Math.floor(Date.now() / 1000));
  const raw = Uint8Array.from(atob(secret.slice(6)), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const content = Uint8Array.of(...new TextEncoder().encode(`${id}.${timestamp}.`), ...bytes);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, content));
  const signature = `v1,${btoa(String.fromCharCode(...mac))}`;
  return {
    headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
    payload: bytes,
  };
}
