import { createWebhookReceiver, type WebhookPayload, type WebhookReceiver } from '@torii/core/webhooks';
import type { PlainDelivery, WebhookQuestion } from '../case.ts';
import { describeError } from './take-steps.ts';

export async function receiveWebhooks({ options, hasStore, nowMs, deliveries }: WebhookQuestion): Promise<string> {
  const realNow = Date.now;
  Date.now = () => nowMs;
  try {
    const receiver = createWebhookReceiver({
      secret: undefined,
      ...options,
      ...(hasStore && { store: new Map<string, object>() }),
    });
    const items: string[] = [];
    for (const delivery of deliveries) items.push(await receive(receiver, delivery));
    return items.join('; ');
  } finally {
    Date.now = realNow;
  }
}

async function receive(receiver: WebhookReceiver, delivery: PlainDelivery): Promise<string> {
  const headers = new Headers(delivery.headers.map(([name, value]) => [name, value]));
  try {
    const { status, body } = await receiver.receive({ headers, payload: bodyOf(delivery) }, () => {
      if (delivery.handlerFails) throw new TypeError('The handler is broken.');
    });
    return `${status} ${'error' in body ? body.error.reason : body.status}`;
  } catch (error) {
    return describeError(error);
  }
}

function bodyOf({ body, shape }: PlainDelivery): WebhookPayload {
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  if (shape === 'stream') return new Response(bytes).body;
  return shape === 'text' ? new TextDecoder().decode(bytes) : bytes;
}
