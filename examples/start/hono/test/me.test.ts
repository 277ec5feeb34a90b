import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';
import type { Hono } from 'hono';

let emulator: Emulator;
let app: Hono;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const loaded = await import('../src/app.ts');
  app = loaded.app;
});

after(async () => {
  await emulator.stop();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.request('/me');
  assert.equal(response.status, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.request('/me', { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.request('/me', { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { userId: 'ada' });
});
