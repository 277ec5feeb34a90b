import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Emulator, startEmulator } from '@torii/emulator';
import type { NextApiRequest, NextApiResponse } from 'next';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator: Emulator;
let server: Server;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env.TORII_ISSUER = emulator.issuer;
  process.env.APP_ORIGIN = 'http://localhost:3000';
  // Imported after the variables are set: torii-options.ts reads the environment when it is imported.
  const { default: handler } = await import('../pages/api/me');
  server = createServer((req, res) => handler(req as NextApiRequest, addNextMethods(res))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/me`;
});

afterAll(async () => {
  server.close();
  await emulator.stop();
});

/** Adds the methods of Next's response that the route calls. */
function addNextMethods(res: ServerResponse): NextApiResponse {
  const response = res as NextApiResponse;
  response.status = (code) => Object.assign(response, { statusCode: code });
  response.json = (body) => response.end(JSON.stringify(body));
  return response;
}

test('GET /api/me refuses a request without a token', async () => {
  expect((await fetch(url)).status).toBe(401);
});

test('GET /api/me refuses an expired token', async () => {
  const token = await emulator.token({ expiresInSeconds: -60 });
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(401);
});

test('GET /api/me returns the id of the user', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect([response.status, await response.json()]).toEqual([200, { userId: 'ada' }]);
});
