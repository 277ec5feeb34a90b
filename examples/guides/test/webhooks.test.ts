import { startEmulator } from '@torii/emulator';
import { expect, test, vi } from 'vitest';
import { reasonOf, serveExample } from './served-app.ts';

test('the app of the page handles each event once, and refuses a request that is not signed', async () => {
  await using emulator = await startEmulator();
  process.env['TORII_WEBHOOK_SECRET'] = emulator.webhookSecret;
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await using app = await serveExample(() => import('../src/webhooks.ts'));
  await emulator.addWebhook({ url: `${app.url}/webhooks` });

  const ada = await emulator.createUser({ email: 'ada@example.com', firstName: 'Ada' });
  await emulator.webhooksSettled();
  const [delivery] = emulator.webhookDeliveries();
  await emulator.redeliver(delivery?.event.id ?? '');
  await emulator.webhooksSettled();
  expect(log.mock.calls).toEqual([['%j is %j', ada.id, 'Ada']]);
  log.mockRestore();

  const forged = await app.send('/webhooks', undefined, { method: 'POST', body: '{}' });
  expect([forged.status, await reasonOf(forged)]).toEqual([400, 'header_missing']);
});
