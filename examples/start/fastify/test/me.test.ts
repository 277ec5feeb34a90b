import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Emulator, startEmulator } from '@torii/emulator';
import type { FastifyInstance } from 'fastify';

let emulator: Emulator;
let app: FastifyInstance;

before(async () => {
  emulator = await startEmulator();
  // Set before the import: the app reads the issuer when it is loaded.
  process.env.TORII_ISSUER = emulator.issuer;
  const { createApp } = await import('../src/app.ts');
  app = createApp();
});

after(async () => {
  await emulator.stop();
  await app.close();
});

test('GET /me refuses a request without a token', async () => {
  const response = await app.inject('/me');
  assert.equal(response.statusCode, 401);
});

test('GET /me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.statusCode, 401);
});

test('GET /me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { userId: 'ada' });
});
