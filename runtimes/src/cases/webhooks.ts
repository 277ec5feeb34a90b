import { createHmac } from 'node:crypto';
import type { Case, Group, PlainDelivery } from '../case.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const stranger = 'whsec_c3RyYW5nZXItc2VjcmV0LW9mLXRoZS13ZWJob29r';
const nowMs = Date.UTC(2026, 10, 22, 12, 0, 0);
const event = '{"id": "evt_1", "type": "user.updated", "data": {"name": "Åda 🏮"}}';

/** Webhooks: valid, invalid and repeated deliveries. Security statement 29. */
export function listWebhookCases(): Group {
  const shapes = ['bytes', 'stream', 'text'] as const;
  const cases: Case[] = [
    ...shapes.map((shape) => receiving(`a body as ${shape}`, [deliver({ shape })], '200 handled')),
    ...shapes.map((shape) =>
      receiving(`an altered body as ${shape}`, [deliver({ shape, altered: true })], '400 signature_invalid'),
    ),
    receiving('a signature with the previous secret', [deliver()], '200 handled', { secret: [stranger, secret] }),
    receiving('a signature with an unknown secret', [deliver({ secret: stranger })], '400 signature_invalid'),
    receiving('five minutes old', [deliver({ ageSeconds: 300 })], '200 handled'),
    receiving('five minutes and a second old', [deliver({ ageSeconds: 301 })], '400 timestamp_too_old'),
    receiving('five minutes ahead', [deliver({ ageSeconds: -300 })], '200 handled'),
    receiving('five minutes and a second ahead', [deliver({ ageSeconds: -301 })], '400 timestamp_too_new'),
    receiving('a header sent twice', [twice(deliver())], '400 header_malformed'),
    receiving(
      'a body in Latin-1',
      [deliver({ body: Buffer.from(event, 'latin1'), shape: 'bytes' })],
      '400 payload_malformed',
    ),
    receiving(
      'a body of 10 MB',
      [deliver({ body: Buffer.alloc(10_000_000), shape: 'bytes' })],
      '413 payload_too_large',
    ),
    receiving('a repeated delivery', [deliver(), deliver()], '200 handled; 200 repeated', { hasStore: true }),
    receiving(
      'a handler that throws',
      [{ ...deliver(), handlerFails: true }, deliver()],
      'TypeError: The handler is broken.; 200 handled',
      { hasStore: true },
    ),
    receiving('a secret that is not set', [], 'configuration_invalid: secret', { secret: undefined }),
    receiving('a short secret', [], 'configuration_invalid: secret', { secret: 'whsec_c2hvcnQ=' }),
    ...listPublished(),
  ];
  return { name: 'webhooks', cases };
}

/** The test vector of Standard Webhooks. Its signature is valid, but its body is not a Torii event. */
function listPublished(): Case[] {
  const published = (signature: string): PlainDelivery => ({
    headers: [
      ['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'],
      ['webhook-timestamp', '1614265330'],
      ['webhook-signature', signature],
    ],
    body: Buffer.from('{"test": 2432232314}').toString('base64'),
    shape: 'text',
  });
  const then = { nowMs: 1_614_265_330_000 };
  const good = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  return [
    receiving('the published test vector', [published(good)], '400 payload_malformed', then),
    receiving('the published test vector, altered', [published(good.replace('g', 'h'))], '400 signature_invalid', then),
  ];
}

function receiving(
  name: string,
  deliveries: readonly PlainDelivery[],
  expected: string,
  { hasStore = false, nowMs: at = nowMs, ...options }: { hasStore?: boolean; nowMs?: number; secret?: unknown } = {},
): Case {
  return {
    name,
    expected,
    question: { ask: 'webhook', options: { secret, ...options }, hasStore, nowMs: at, deliveries },
  };
}

interface Sent {
  readonly body?: Buffer;
  readonly shape?: PlainDelivery['shape'];
  readonly secret?: string;
  readonly ageSeconds?: number;
  readonly altered?: boolean;
}

function deliver({
  body = Buffer.from(event),
  shape = 'stream',
  secret: signedWith = secret,
  ageSeconds = 0,
  altered = false,
}: Sent = {}): PlainDelivery {
  const timestamp = String(nowMs / 1000 - ageSeconds);
  const mac = createHmac('sha256', Buffer.from(signedWith.slice('whsec_'.length), 'base64'));
  const signature = mac.update(`evt_1.${timestamp}.`).update(body).digest('base64');
  const sent = Buffer.from(altered ? body.toString().replace('updated', 'updatee') : body);
  return {
    headers: [
      ['webhook-id', 'evt_1'],
      ['webhook-timestamp', timestamp],
      ['webhook-signature', `v1,${signature}`],
    ],
    body: sent.toString('base64'),
    shape,
  };
}

function twice(delivery: PlainDelivery): PlainDelivery {
  return { ...delivery, headers: [...delivery.headers, ...delivery.headers.slice(0, 1)] };
}
