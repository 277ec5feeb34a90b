import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Emulator, startEmulator, type TokenOptions } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../src/testing.ts';

let emulator: Emulator;
let server: Server;

beforeAll(async () => {
  emulator = await startEmulator();
  server = createApp(emulator.issuer).listen(0);
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  await emulator.stop();
});

const cases: [who: string, token: TokenOptions | undefined, status: number][] = [
  ['an administrator', { organization: { id: 'acme', role: 'org:administrator' } }, 204],
  ['a member', { organization: { id: 'acme', role: 'org:member' } }, 403],
  ['a user without an organization', {}, 403],
  ['a caller without a token', undefined, 401],
  ['an expired token', { flaw: 'expired' }, 401],
  ['a forged token', { flaw: 'signed_by_stranger' }, 401],
  ['a token for another service', { flaw: 'other_audience' }, 401],
];

test.each(cases)('%s', async (_, options, status) => {
  const { port } = server.address() as AddressInfo;
  const headers = options && { authorization: `Bearer ${await emulator.token(options)}` };
  const response = await fetch(`http://127.0.0.1:${port}/members/7`, { method: 'DELETE', ...(headers && { headers }) });
  expect(response.status).toBe(status);
});
