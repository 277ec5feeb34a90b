import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@torii/emulator';
import { requireAuth } from '@torii/express';
import express from 'express';
import { expect, test } from 'vitest';

test('GET /me needs a valid token', async () => {
  await using emulator = await startEmulator();
  const app = express().use(requireAuth({ issuer: emulator.issuer }), (req, res) => void res.json(req.auth?.userId));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/me`;
  const send = (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });

  expect((await fetch(url)).status).toBe(401);
  expect((await send(await emulator.token({ expiresInSeconds: -60 }))).status).toBe(401);
  expect((await send(await emulator.token({ signedBy: 'stranger' }))).status).toBe(401);
  expect(await (await send(await emulator.token({ userId: 'ada' }))).json()).toBe('ada');
  server.close();
});
