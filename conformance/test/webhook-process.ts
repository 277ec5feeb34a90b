// A process that starts to handle an event and never finishes. The test kills it.
import KeyvRedis from '@keyv/redis';
import { createWebhookReceiver } from '@torii/core/webhooks';
import { Keyv } from 'keyv';
import { secrets } from '../adapters/webhooks.ts';

export interface Order {
  readonly port: number;
  readonly delivery: { readonly headers: Record<string, string>; readonly payload: string };
}

export interface Report {
  readonly handling: string;
}

process.once('message', async ({ port, delivery }: Order) => {
  const store = new Keyv(new KeyvRedis(`redis://127.0.0.1:${port}`));
  await createWebhookReceiver({ secret: secrets.current, store }).receive(delivery, (event) => {
    const report: Report = { handling: event.id };
    process.send?.(report);
    return new Promise(() => {});
  });
});
