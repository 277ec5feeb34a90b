import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { serveExample } from './served-app.ts';

const before = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const after = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ webhookRetrySeconds: [] });
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterAll(() => emulator.stop());
beforeEach(() => void vi.resetModules());

test.each([
  ['before the rotation', before, undefined, { [before]: 200, [after]: 400 }],
  ['while both are set', after, before, { [before]: 200, [after]: 200 }],
  ['after the rotation', after, '', { [before]: 400, [after]: 200 }],
])('%s, the secrets are accepted as the page says', async (_, secret, second, statuses) => {
  process.env['TORII_WEBHOOK_SECRET'] = secret;
  if (second === undefined) delete process.env['TORII_WEBHOOK_SECRET_BEFORE'];
  else process.env['TORII_WEBHOOK_SECRET_BEFORE'] = second;
  await using app = await serveExample(() => import('../src/key-rotation.ts'));

  for (const [signedWith, status] of Object.entries(statuses)) {
    const { id } = await emulator.addWebhook({ url: `${app.url}/webhooks`, secret: signedWith });
    await emulator.createUser({});
    await emulator.webhooksSettled();
    expect(emulator.webhookDeliveries()[0]?.attempts.at(-1)?.status).toBe(status);
    await emulator.removeWebhook(id);
  }
});
