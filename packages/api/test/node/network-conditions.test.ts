// Real failures of the network, and what the client knows about the request after each of them.
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type LookupFunction, type Server, type Socket } from 'node:net';
import selfsigned from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToriiClient, ToriiConnectionError } from '../../src/index.ts';
import { failureOf, secretKey } from '../scripted-api.ts';
import { answer, startFaultyServer, user } from './faulty-server.ts';

type Condition = () => Promise<string>;

const servers: Server[] = [];
let untrusted: Server;

beforeAll(async () => {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'api' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  untrusted = await listen(createHttpsServer({ cert, key }, (_request, response) => void response.end('{}')));
});

afterAll(() => {
  for (const server of servers) server.close();
});

async function listen<S extends Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return server;
}

function originOf(server: Server, scheme: string): string {
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that does one thing as soon as a client has sent something. */
function onFirstBytes(scheme: string, act: (socket: Socket) => void): Condition {
  return async () => {
    const server = createServer((socket) => void socket.on('error', () => {}).once('data', () => act(socket)));
    return originOf(await listen(server), scheme);
  };
}

/** Sends the first request of a call where `condition` leads, and the others to a server that counts them. */
async function run(condition: Condition, call: 'create' | 'get') {
  await using server = await startFaultyServer([answer(200, user)]);
  const broken = await condition();
  let requests = 0;
  const client = createToriiClient({
    secretKey,
    apiUrl: server.url,
    fetch: (url, init) => fetch(++requests === 1 ? String(url).replace(server.url, broken) : url, init),
  });
  const outcome: unknown = await (call === 'create'
    ? client.users.create({ firstName: 'Ada' })
    : client.users.get('ada')
  ).catch((error: unknown) => error);
  return { outcome, requests, arrived: server.arrived.length };
}

const neverSent: readonly [string, Condition][] = [
  ['a closed port', async () => 'http://127.0.0.1:2'],
  ['a closed port of a host with several addresses', async () => 'http://localhost:2'],
  ['an address without a route', async () => 'http://255.255.255.255'],
  ['an unknown host', async () => 'https://nowhere.invalid'],
  ['a server that closes during the TLS handshake', onFirstBytes('https', (socket) => void socket.end())],
];

test.each(neverSent)('31: retries a create that met %s, and it arrives once', async (_name, condition) => {
  expect(await run(condition, 'create')).toMatchObject({ outcome: user, requests: 2, arrived: 1 });
});

const inDoubt: readonly [string, Condition][] = [
  ['a reset after the request', onFirstBytes('http', (socket) => void socket.resetAndDestroy())],
  ['a connection that closes after the request', onFirstBytes('http', (socket) => void socket.end())],
  ['a response that is not HTTP', onFirstBytes('http', (socket) => void socket.end('hello\r\n\r\n'))],
  [
    'a response that ends after its headers',
    onFirstBytes('http', (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n')),
  ],
  [
    'a reset during the TLS handshake, which looks like a later one',
    onFirstBytes('https', (socket) => void socket.resetAndDestroy()),
  ],
];

test.each(inDoubt)('31: never retries a create after %s, but a read', async (_name, condition) => {
  const { outcome, requests, arrived } = await run(condition, 'create');
  expect(outcome).toBeInstanceOf(ToriiConnectionError);
  expect(outcome).toMatchObject({ reason: 'network', mayHaveArrived: true, attempts: 1 });
  expect([requests, arrived]).toEqual([1, 0]);
  expect(await run(condition, 'get')).toMatchObject({ outcome: user, requests: 2 });
});

test.each<[string, boolean, Condition]>([
  ['a certificate that is not trusted', false, async () => originOf(untrusted, 'https')],
  [
    'a server that speaks plain HTTP',
    true,
    onFirstBytes('https', (socket) => void socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
  ],
  ['a port that fetch refuses', false, async () => 'http://127.0.0.1:6000'],
])('makes one attempt if it meets %s, and says what to do', async (_name, mayHaveArrived, condition) => {
  for (const call of ['get', 'create'] as const) {
    const { outcome, requests } = await run(condition, call);
    expect(outcome).toBeInstanceOf(ToriiConnectionError);
    expect(outcome).toMatchObject({ reason: 'network', mayHaveArrived, attempts: 1 });
    expect(requests).toBe(1);
    // Longer than the message of a failure that may pass, which is "Torii's API sent no response: network."
    expect((outcome as Error).message.length).toBeGreaterThan(80);
  }
});

test('the message about a certificate names the setting that trusts it, and no other', async () => {
  const client = createToriiClient({ secretKey, apiUrl: originOf(untrusted, 'https') });
  const { message } = (await failureOf(client.users.get('ada'))) as Error;
  expect(message).toContain('NODE_EXTRA_CA_CERTS');
  expect(message).not.toMatch(/NODE_TLS|127\.0\.0\.1|\/api/);
});

/** The error of Node if it tries each address of a host ("happy eyeballs"). */
async function joinedError(addresses: readonly string[]): Promise<unknown> {
  const lookup: LookupFunction = (_host, _options, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  const socket = connect({ host: 'api.example.com', port: 2, lookup, autoSelectFamily: true });
  const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [unknown];
  return error;
}

test('31: retries a create after every address of the host failed, each in its own way', async () => {
  const cause = await joinedError(['127.0.0.1', '127.0.0.2', '255.255.255.255', '127.0.0.3', '127.0.0.4', '127.0.0.5']);
  expect(cause).toMatchObject({ name: 'AggregateError' });
  await using server = await startFaultyServer([answer(200, user)]);
  let requests = 0;
  const client = createToriiClient({
    secretKey,
    apiUrl: server.url,
    fetch: (url, init) =>
      ++requests === 1 ? Promise.reject(new TypeError('fetch failed', { cause })) : fetch(url, init),
  });
  expect(await client.users.create({})).toEqual(user);
  expect([requests, server.arrived.length]).toEqual([2, 1]);
});

test('the error says whether the API may have received the request', async () => {
  await using server = await startFaultyServer([answer(503, {}), answer(503, {})]);
  const refused = createToriiClient({ secretKey, apiUrl: 'http://127.0.0.1:2', maxRetries: 0 });
  expect(await failureOf(refused.users.create({}))).toMatchObject({ reason: 'network', mayHaveArrived: false });
  expect(await failureOf(refused.users.create({}, { signal: AbortSignal.abort() }))).toMatchObject({
    reason: 'aborted',
    mayHaveArrived: false,
  });
  // A wait for a retry after a failed connection that is aborted: still, nothing was sent.
  const controller = new AbortController();
  const waiting = createToriiClient({ secretKey, apiUrl: 'http://127.0.0.1:2', onEvent: () => controller.abort() });
  expect(await failureOf(waiting.users.create({}, { signal: controller.signal }))).toMatchObject({
    reason: 'aborted',
    mayHaveArrived: false,
  });
  const hanging = createToriiClient({ secretKey, apiUrl: server.url, fetch: () => new Promise(() => {}) });
  expect(await failureOf(hanging.users.create({}, { timeoutMs: 20 }))).toMatchObject({
    reason: 'timeout',
    mayHaveArrived: true,
  });
  // The second attempt of this read met no server, but the first one did.
  let requests = 0;
  const client = createToriiClient({
    secretKey,
    apiUrl: server.url,
    maxRetries: 1,
    fetch: (url, init) => fetch(++requests === 1 ? url : 'http://127.0.0.1:2', init),
  });
  expect(await failureOf(client.users.get('ada'))).toMatchObject({
    reason: 'network',
    mayHaveArrived: true,
    attempts: 2,
  });
});
