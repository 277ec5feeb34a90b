import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { readWebhookTable } from '../src/case-table.ts';
import { signDelivery } from '../src/webhook-delivery.ts';

const { secrets } = readWebhookTable();

test.each(['{}', '{"name":"Åda 🏮"}', ''])('the delivery %s has the signature of the reference library', (text) => {
  const seconds = 1_800_000_000;
  const expected = new Webhook(secrets.current).sign('evt_1', new Date(seconds * 1000), text);
  expect(signDelivery(secrets.current, 'evt_1', seconds, Buffer.from(text))).toBe(expected);
});
