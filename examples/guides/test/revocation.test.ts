import { createToriiClient } from '@torii/api';
import { startEmulator } from '@torii/emulator';
import { expect, onTestFinished, test } from 'vitest';
import { startRedis } from '../../../packages/revocation/test/redis-server.ts';
import { reasonOf, serveExample } from './served-app.ts';

test('a ban by the app or on the dashboard refuses the tokens of the user, also while Redis is down', async (context) => {
  const server = await startRedis(context);
  await using emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
  process.env['TORII_ENVIRONMENT_ID'] = emulator.environmentId;
  process.env['TORII_API_URL'] = emulator.apiUrl;
  process.env['TORII_SECRET_KEY'] = emulator.secretKey;
  process.env['TORII_WEBHOOK_SECRET'] = emulator.webhookSecret;
  process.env['REDIS_URL'] = server.url;
  process.env['PORT'] = '0';
  const example = await import('../src/revocation.ts');
  example.redis.on('error', () => {});
  onTestFinished(async () => {
    await example.revocations.close();
    example.redis.disconnect();
  });
  await using app = await serveExample(async () => ({ server: example.server }));
  await emulator.addWebhook({ url: `${app.url}/webhooks` });
  const [ada, bo] = [await emulator.createUser({}), await emulator.createUser({})];
  const [adaToken, boToken] = [await emulator.token({ user: ada.id }), await emulator.token({ user: bo.id })];

  expect((await app.send('/me', adaToken)).status).toBe(200);
  expect((await app.send('/me', adaToken, { method: 'DELETE' })).status).toBe(204);
  expect(await reasonOf(await app.send('/me', adaToken))).toBe('token_revoked');

  expect((await app.send('/me', boToken)).status).toBe(200);
  const dashboard = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl });
  await dashboard.users.ban(bo.id);
  await emulator.webhooksSettled();
  expect(await reasonOf(await app.send('/me', boToken))).toBe('token_revoked');

  await server.kill();
  expect(await reasonOf(await app.send('/me', boToken))).toBe('token_revoked');
  expect((await app.send('/me', await emulator.token())).status).toBe(200);
});
