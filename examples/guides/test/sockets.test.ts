import { once } from 'node:events';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ServedApp, serveExample } from './served-app.ts';

let emulator: Emulator;
let app: ServedApp;
let revoke: (userId: string) => Promise<void>;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
  process.env['TORII_ENVIRONMENT_ID'] = emulator.environmentId;
  const example = await import('../src/sockets.ts');
  app = await serveExample(async () => ({ server: example.server }));
  revoke = (userId) => example.revocations.revokeUser(userId);
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await emulator.stop();
});

interface Chat {
  readonly socket: WebSocket;
  readonly received: string[];
  /** The code and the reason. */
  readonly closed: Promise<string>;
}

async function join(...messages: readonly string[]): Promise<Chat> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/chat`);
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  const closed = once(socket, 'close').then(([code, reason]) => `${code} ${reason}`);
  await once(socket, 'open');
  for (const message of messages) socket.send(message);
  return { socket, received, closed };
}

test('a socket serves the user of the token', async () => {
  const { socket, received, closed } = await join(await emulator.token({ userId: 'ada' }));
  await expect.poll(() => received).toEqual(['Hello ada']);
  socket.send('one');
  await expect.poll(() => received).toEqual(['Hello ada', 'ada: one']);
  socket.close(1000);
  expect(await closed).toMatch(/^1000/);
});

test('a refused token, an expired one and a revoked one close the socket', async () => {
  const forged = await join(await emulator.token({ signedBy: 'stranger' }), 'one');
  expect(await forged.closed).toBe('4401 signature_invalid');
  expect(forged.received).toEqual([]);

  const brief = await join(await emulator.token({ userId: 'bo', expiresInSeconds: 2 }));
  const cy = await join(await emulator.token({ userId: 'cy' }));
  await expect.poll(() => cy.received).toEqual(['Hello cy']);
  await revoke('cy');
  expect(await cy.closed).toBe('4401 token_revoked');
  expect(await brief.closed).toBe('4401 token_expired');
});

test('a stream of events ends when the user is revoked', async () => {
  const response = await app.send('/events', await emulator.token({ userId: 'di' }));
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const text = response.text();
  await revoke('di');
  expect(await text).toBe('data: Hello di\n\nevent: signed_out\ndata: token_revoked\n\n');
});

test('a stream of events needs a token', async () => {
  expect((await app.send('/events')).status).toBe(401);
});
