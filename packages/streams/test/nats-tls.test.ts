// Whom we talk to, and who may listen.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import selfsigned from 'selfsigned';
import { describe, expect } from 'vitest';
import { connectStore } from '../src/nats/index.ts';
import { publishWith, reasonOf, secret } from './nats-refusals.ts';
import { type NatsServer, natsTest as test } from './nats-server.ts';

describe('over TLS, goes by the name or the address that was written:', () => {
  test('a certificate for localhost', async ({ startNats }) => {
    const { port, caFile } = await startTls(startNats, [{ type: 2, value: 'localhost' }]);
    expect(await publishWith({ servers: `tls://localhost:${port}`, tls: { caFile } })).toBe(1);
    expect(await reasonOf(publishWith({ servers: `tls://127.0.0.1:${port}`, tls: { caFile } }))).toBe('store_refused');
    // The same address in another spelling, which the client takes for a name until it connects.
    expect(await reasonOf(publishWith({ servers: `tls://2130706433:${port}`, tls: { caFile } }))).toBe('store_refused');
  });

  test('a certificate for an address', async ({ startNats }) => {
    const { port, caFile } = await startTls(startNats, [{ type: 7, ip: '127.0.0.1' }]);
    expect(await publishWith({ servers: `nats://127.0.0.1:${port}`, tls: { caFile } })).toBe(1);
    expect(await reasonOf(publishWith({ servers: `tls://localhost:${port}`, tls: { caFile } }))).toBe('store_refused');
  });
});

test('tls:// insists on TLS, also without more options', async ({ startNats }) => {
  const { url } = await startNats(`authorization { user: deploy, password: "${secret}" }`);
  const login = { user: 'deploy', password: secret };
  expect(await reasonOf(publishWith({ servers: url.replace('nats:', 'tls:'), login }))).toBe('store_refused');
});

test.for([
  ['nats', { user: 'deploy', password: secret }],
  ['nats', { token: secret }],
  ['tls', { user: 'deploy', password: secret }],
  ['tls', { token: secret }],
] as const)('%s:// with %j sends no secret in plain text to another machine', async ([scheme, login]) => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((face) => face?.internal === false && face.family === 'IPv4')?.address;
  // Without a network, what is not on loopback cannot be listened to: the refusal comes before that.
  const [words, server] = await listen(address ?? '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  const servers = `${scheme}://${address ?? '192.0.2.1'}:${port}`;
  expect(await reasonOf(connectStore({ servers, login, timeoutMs: 1_000 }))).toBe(
    scheme === 'nats' ? 'tls' : 'store_refused',
  );
  expect(words.join('')).toBe('');
  if (scheme === 'nats' && address !== undefined) {
    await reasonOf(connectStore({ servers, login, plaintextLogin: true, timeoutMs: 1_000 }));
    expect(words.join('')).toContain(secret);
  }
  server.close();
});

test('a password goes without TLS to this machine alone, and not to others of its cluster', async () => {
  const [heard, here] = [await listen('127.0.0.1'), await listen('127.0.0.1')];
  const portOf = ([, server]: Listener) => (server.address() as AddressInfo).port;
  // Names another server, lets the client in, hangs up, and sees it come again.
  const info = JSON.stringify({ version: '2.10.0', proto: 1, connect_urls: [`127.0.0.1:${portOf(heard)}`] });
  let connections = 0;
  here[1].on('connection', (socket) => {
    connections += 1;
    socket.write(`INFO ${info}\r\n`);
    socket.on('data', (data) => String(data).includes('PING') && socket.end('PONG\r\n'));
  });
  const login = { user: 'deploy', password: secret };
  await using kv = await connectStore({ servers: `127.0.0.1:${portOf(here)}`, login, timeoutMs: 1_000 });
  await expect.poll(() => connections > 1 || heard[0].length > 0).toBe(true);
  expect(here[0].join('')).toContain(secret);
  expect(heard[0].join('')).toBe('');
  await kv.close();
  for (const [, server] of [here, heard]) server.close();
});

/** A NATS server with a certificate for these names, of an authority of its own. */
async function startTls(
  startNats: (config: (folder: string) => string) => Promise<NatsServer>,
  altNames: readonly ({ type: 2; value: string } | { type: 7; ip: string })[],
) {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'nats' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [...altNames] },
    ],
  });
  const { url, folder } = await startNats((folder) => {
    writeFileSync(join(folder, 'server.crt'), cert);
    writeFileSync(join(folder, 'server.key'), key);
    return `tls { cert_file: "${folder}/server.crt", key_file: "${folder}/server.key" }`;
  });
  return { port: new URL(url).port, caFile: join(folder, 'server.crt') };
}

/** A server without TLS that calls itself NATS, and what it hears. */
type Listener = [words: string[], server: Server];

async function listen(address: string): Promise<Listener> {
  const words: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).on('data', (data) => words.push(String(data)));
    socket.write('INFO {"version":"2.10.0","proto":1,"auth_required":true}\r\n');
  }).listen(0, address);
  await once(server, 'listening');
  return [words, server];
}
