// What tells an operator why the store of handled events failed. Senders of deliveries learn nothing of it.
import { expect, test, vi } from 'vitest';
import { createWebhookReceiver, type WebhookReceiverEvent, type WebhookStore } from '../src/webhooks/index.ts';
import { deliver, secret } from './webhook-delivery.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' });
const fail = () => Promise.reject(refused);
const copy = expect.objectContaining({ message: refused.message, code: refused.code });

test.each<[string, WebhookStore, unknown]>([
  ['cannot be read', { get: fail, set: () => true, delete: () => true }, copy],
  ['cannot be written', { get: () => undefined, set: fail, delete: () => true }, copy],
  ['throws', { get: throwRefused, set: throwRefused, delete: throwRefused }, copy],
  ['loses what was written', { get: () => undefined, set: () => true, delete: () => true }, expect.any(Error)],
  ['returns something else', { get: () => 'x', set: () => true, delete: () => true }, expect.any(Error)],
])('a store that %s is the cause of the refusal, in the event only', async (_name, store, cause) => {
  const events: WebhookReceiverEvent[] = [];
  const receiver = createWebhookReceiver({ secret, store, onEvent: (event) => void events.push(event) });
  const answer = await receiver.receive(deliver(), () => {});
  expect(answer.status).toBe(503);
  expect(JSON.stringify(answer)).not.toMatch(/10\.0\.0\.7|ECONNREFUSED/);
  expect(events).toMatchObject([{ type: 'refused', error: { reason: 'store_unavailable' } }]);
  const [event] = events;
  expect(innermost(event?.type === 'refused' ? event.error.cause : undefined)).toEqual(cause);
});

test('a store that does not respond is the cause of the refusal', async () => {
  vi.useFakeTimers();
  try {
    const events: WebhookReceiverEvent[] = [];
    const never = () => new Promise<never>(() => {});
    const store = { get: never, set: never, delete: never };
    const receiver = createWebhookReceiver({ secret, store, onEvent: (event) => void events.push(event) });
    const answer = receiver.receive(deliver(), () => {});
    // Also starts the timers that the receiver sets after it verified the signature.
    while (events.length === 0) await vi.advanceTimersByTimeAsync(1_000);
    expect((await answer).status).toBe(503);
    expect(events).toMatchObject([{ type: 'refused', error: { cause: expect.any(Error) } }]);
  } finally {
    vi.useRealTimers();
  }
});

test('[16] a secret in the error of a store is in no event', async () => {
  const error = Object.assign(new Error(`AUTH sk_live_0123456789abcdef`), { command: { args: ['hunter2'] } });
  const events: WebhookReceiverEvent[] = [];
  const store = { get: () => Promise.reject(error), set: () => true, delete: () => true };
  const receiver = createWebhookReceiver({ secret, store, onEvent: (event) => void events.push(event) });
  expect((await receiver.receive(deliver(), () => {})).status).toBe(503);
  const [event] = events;
  let cause: unknown = event?.type === 'refused' ? event.error : undefined;
  for (; cause instanceof Error; cause = cause.cause) {
    expect(`${cause.message} ${cause.stack} ${JSON.stringify({ ...cause })}`).not.toMatch(/sk_live|hunter2/);
  }
});

function throwRefused(): never {
  throw refused;
}

function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}
