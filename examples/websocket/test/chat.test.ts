import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Emulator, startEmulator } from '@torii/emulator';
import { createRevocations, memoryFeed, type Revocations } from '@torii/revocation';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { serveChat } from '../src/chat.ts';
import { type ChatClient, connectChat } from '../src/client.ts';

const origin = 'https://app.example';
let emulator: Emulator;
let revocations: Revocations;
let server: Server;
let port: number;
const open: (WebSocket | ChatClient)[] = [];

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

beforeEach(() => serve());
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of open.splice(0)) socket.close();
  server.closeAllConnections();
  server.close();
  await revocations.close();
});

/** From now on, the clock stands unless the test moves it. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
}

async function serve(signInMs = 60_000): Promise<void> {
  const { issuer, environmentId } = emulator;
  revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() });
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  serveChat(server, { issuer, revocations, origins: [origin], signInMs });
}

/** What a socket has received, and how it was closed. */
interface Client {
  readonly socket: WebSocket;
  readonly received: Record<string, unknown>[];
  send(message: object | string): void;
  /** The code and the reason. */
  readonly closed: Promise<string>;
}

async function join(headers: Record<string, string> = {}, query = ''): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/chat${query}`, { headers });
  open.push(socket);
  const received: Record<string, unknown>[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  const closed = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  await once(socket, 'open');
  const send = (message: object | string): void =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return { socket, received, send, closed };
}

async function signIn(userId: string, options: object = {}): Promise<Client> {
  const client = await join();
  client.send({ type: 'token', token: await emulator.token({ userId, ...options }) });
  await expect.poll(() => client.received).toMatchObject([{ type: 'signed_in', userId }]);
  return client;
}

/** The status with which the server refuses a handshake. */
async function refusal(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  response.destroy();
  return response.statusCode;
}

test('users who have signed in hear each other', async () => {
  const [ada, bob] = [await signIn('ada'), await signIn('bob')];
  const stranger = await join();
  ada.send({ type: 'say', text: 'hello' });
  for (const { received } of [ada, bob]) {
    await expect.poll(() => received.at(-1)).toEqual({ type: 'said', userId: 'ada', text: 'hello' });
  }
  expect(stranger.received).toEqual([]);
});

test('messages that follow the token at once wait until it is verified', async () => {
  const ada = await join();
  ada.send({ type: 'token', token: await emulator.token({ userId: 'ada' }) });
  for (const text of ['one', 'two']) ada.send({ type: 'say', text });
  await expect.poll(() => ada.received.map(({ text }) => text)).toEqual([undefined, 'one', 'two']);
});

test('[40] a revoked user is closed out at once, the others are not', async () => {
  const [ada, bob] = [await signIn('ada'), await signIn('bob')];
  stopClock();
  await revocations.revokeUser('ada');
  expect(await ada.closed).toBe('4401 token_revoked');
  bob.send({ type: 'say', text: 'still here' });
  await expect.poll(() => bob.received.at(-1)).toMatchObject({ text: 'still here' });
});

test('[40] a revoked token does not open a socket', async () => {
  const token = await emulator.token({ userId: 'ada' });
  await revocations.revokeUser('ada');
  const ada = await join();
  ada.send({ type: 'token', token });
  expect(await ada.closed).toBe('4401 token_revoked');
});

test('a message that arrives after the revocation is not served, also if the client keeps the socket open', async () => {
  const bob = await signIn('bob');
  const ada = await signIn('ada');
  ada.socket.pause();
  await revocations.revokeUser('ada');
  ada.send({ type: 'say', text: 'too late' });
  ada.socket.resume();
  expect(await ada.closed).toBe('4401 token_revoked');
  bob.send({ type: 'say', text: 'hello' });
  await expect.poll(() => bob.received.at(-1)).toMatchObject({ text: 'hello' });
  expect(bob.received.map(({ text }) => text)).toEqual([undefined, 'hello']);
});

test('a socket is closed when its token expires, unless the token was renewed', async () => {
  stopClock();
  const old = await emulator.token({ userId: 'ada', expiresInSeconds: 10 });
  const ada = await join();
  ada.send({ type: 'token', token: old });
  await expect.poll(() => ada.received.length).toBe(1);
  ada.send({ type: 'token', token: await emulator.token({ userId: 'ada' }) });
  await expect.poll(() => ada.received.length).toBe(2);
  await revocations.revokeToken(old);
  const expired = await signIn('bob', { expiresInSeconds: 10 });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(await expired.closed).toBe('4401 token_expired');
  ada.send({ type: 'say', text: 'hello' });
  await expect.poll(() => ada.received.at(-1)).toMatchObject({ text: 'hello' });
  await revocations.revokeUser('ada');
  expect(await ada.closed).toBe('4401 token_revoked');
});

test("refuses another user's token on the same socket", async () => {
  const ada = await signIn('ada');
  ada.send({ type: 'token', token: await emulator.token({ userId: 'bob' }) });
  expect(await ada.closed).toBe('4401 other_user');
  const admin = await signIn('ada');
  admin.send({ type: 'token', token: await emulator.token({ userId: 'ada', actor: { sub: 'admin' } }) });
  expect(await admin.closed).toBe('4401 other_user');
});

test('refuses an expired, foreign or malformed token', async () => {
  const tokens = [
    await emulator.token({ expiresInSeconds: -600 }),
    await emulator.token({ signedBy: 'stranger' }),
    'eyJ',
    '',
  ];
  const reasons: string[] = [];
  for (const token of tokens) {
    const client = await join();
    client.send({ type: 'token', token });
    reasons.push(await client.closed);
  }
  expect(reasons).toEqual([
    '4401 token_expired',
    '4401 signature_invalid',
    '4401 token_malformed',
    '4401 token_missing',
  ]);
});

test('refuses pages of other origins, with and without a cookie', async () => {
  const cookie = `token=${await emulator.token()}`;
  for (const wrong of ['https://evil.example', 'http://app.example', 'null', '']) {
    expect(await refusal('/chat', { origin: wrong })).toBe(403);
    expect(await refusal('/chat', { origin: wrong, cookie })).toBe(403);
  }
  expect(await refusal('/other', { origin })).toBe(404);
});

test('the cookie of an own page signs in', async () => {
  const cookie = `token=${await emulator.token({ userId: 'ada' })}`;
  const ada = await join({ origin, cookie });
  await expect.poll(() => ada.received).toMatchObject([{ type: 'signed_in', userId: 'ada' }]);
  await revocations.revokeUser('ada');
  expect(await ada.closed).toBe('4401 token_revoked');
});

test('ignores a cookie without an Origin, and a token in the query', async () => {
  const token = await emulator.token({ userId: 'ada' });
  const clients = [await join({ cookie: `token=${token}` }), await join({ origin }, `?token=${token}`)];
  for (const client of clients) {
    client.send({ type: 'say', text: 'hello' });
    expect(await client.closed).toBe('4401 token_missing');
    expect(client.received).toEqual([]);
  }
});

test('closes a socket without a token after a while', async () => {
  await revocations.close();
  await serve(50);
  const client = await join();
  expect(await client.closed).toBe('4401 token_missing');
});

test('refuses large messages, and what is not a message', async () => {
  const large = await join();
  large.send({ type: 'token', token: 'x'.repeat(20_000) });
  expect(await large.closed).toBe('1009 ');
  for (const text of ['', 'null', '[]', '{"type":"token","token":1}', '{"type":"admin"}', '\u0000']) {
    const client = await join();
    client.send(text);
    expect(await client.closed).toBe('1008 message_malformed');
  }
});

test('asks to come back later if it is not known whether a token was revoked', async () => {
  await revocations.close();
  server.close();
  const { issuer, environmentId } = emulator;
  const feed = { name: 'broken', open: () => ({ write: async () => {}, ask() {}, close: async () => {} }) };
  revocations = createRevocations({ issuer, environmentId, feed, waitMs: 0 });
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  serveChat(server, { issuer, revocations, origins: [origin] });
  const ada = await join();
  ada.send({ type: 'token', token: await emulator.token() });
  expect(await ada.closed).toBe('1013 revocations_unavailable');
});

test('a handshake that breaks off ends nothing', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n',
  );
  socket.write('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  socket.resetAndDestroy();
  await signIn('ada');
});

test('the client renews its token by itself', async () => {
  stopClock();
  let tokens = 0;
  let signIns = 0;
  const closed = new Promise<string>((resolve) => {
    const getToken = (): Promise<string> => {
      tokens += 1;
      return emulator.token({ userId: 'ada', expiresInSeconds: 300 });
    };
    const client = connectChat({
      url: `ws://127.0.0.1:${port}/chat`,
      getToken,
      onSignedIn: () => {
        signIns += 1;
      },
      onSaid: () => {},
      onClosed: (reason, isSignedOut) => resolve(`${reason} ${isSignedOut}`),
    });
    open.push(client);
  });
  await expect.poll(() => signIns).toBe(1);
  await vi.advanceTimersByTimeAsync(299_000);
  await expect.poll(() => [tokens, signIns]).toEqual([2, 2]);
  await revocations.revokeUser('ada');
  expect(await closed).toBe('token_revoked true');
});
