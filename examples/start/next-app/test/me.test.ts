import { type Emulator, startEmulator } from '@torii/emulator';
import { NextRequest } from 'next/server';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
});

afterAll(() => emulator.stop());

async function get(headers: Record<string, string>): Promise<Response> {
  // Imported only after beforeAll: torii-options.ts reads the environment when it is imported.
  const { GET } = await import('../app/api/me/route');
  const request = new NextRequest('http://localhost:3000/api/me', { headers: { host: 'localhost:3000', ...headers } });
  return GET(request, { params: Promise.resolve({}) });
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await get({})).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  expect((await get({ authorization: `Bearer ${token}` })).status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await get({ authorization: `Bearer ${token}` });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
