import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@torii/emulator';
import { expect, test } from 'vitest';
import { createApp } from './app.mts';

test('the app needs a valid token, and an administrator for DELETE /cache', async () => {
  await using emulator = await startEmulator();
  const server = createApp(emulator.issuer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const statusOf = async (method: string, path: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch(`${url}${path}`, { method, headers })).status;
  };

  expect(await statusOf('GET', '/me')).toBe(401);
  expect(await statusOf('GET', '/me', await emulator.token({ expiresInSeconds: -60 }))).toBe(401);
  expect(await statusOf('GET', '/me', await emulator.token({ signedBy: 'stranger' }))).toBe(401);
  expect(await statusOf('GET', '/me', await emulator.token({ userId: 'ada' }))).toBe(200);
  const tokenOf = (role: string) => emulator.token({ organization: { id: 'acme', role } });
  expect(await statusOf('DELETE', '/cache', await tokenOf('org:member'))).toBe(403);
  expect(await statusOf('DELETE', '/cache', await tokenOf('org:administrator'))).toBe(200);
  server.close();
});
