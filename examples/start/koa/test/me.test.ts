import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';

let emulator: Emulator;
let server: Server;
let url: string;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { app } = await import('../src/app.ts');
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/me`;
});

after(async () => {
  await emulator.stop();
  server.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
