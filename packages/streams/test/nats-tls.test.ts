// Which server a client accepts, and which machines can read its password.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import selfsigned from 'selfsigned';
import { describe, expect } from 'vitest';
import { connectStore } from '../src/nats/index.ts';
import { publishWith, reasonOf, secret } from './nats-refusals.ts';
import { type NatsServer, natsTest as test } from './nats-server.ts';

describe('over TLS, checks the certificate against the host in `servers`:', () => {
  test('a certificate for localhost', async ({ startNats }) => {
    const { port, caFile } = await startTls(startNats, [{ type: 2, value: 'localhost' }]);
    expect(await publishWith({ servers: `tls://localhost:${port}`, tls: { caFile } })).toBe(1);
    expect(await reasonOf(publishWith({ servers: `tls://127.0.0.1:${port}`, tls: { caFile } }))).toBe('store_refused');
    // The same address in another spelling, which the NATS client treats as a host name.
    expect(await reasonOf(publishWith({ servers: `tls://2130706433:${port}`, tls: { caFile } }))).toBe('store_refused');
  });

  test('a certificate for an address', async ({ startNats }) => {
    const { port, caFile } = await startTls(startNats, [{ type: 7, ip: '127.0.0.1' }]);
    expect(await publishWith({ servers: `nats://127.0.0.1:${port}`, tls: { caFile } })).toBe(1);
    const text = readFileSync(caFile, 'utf8');
    for (const saved of [
      `\uFEFF${text}`,
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
      text.replaceAll('\n', '\r\n'),
      text.replaceAll(/^/gm, '  '),
      text.replaceAll('\n', '\\n'),
    ]) {
      writeFileSync(caFile, saved);
      expect(await publishWith({ servers: `nats://127.0.0.1:${port}`, tls: { caFile } })).toBe(1);
    }
    writeFileSync(caFile, Buffer.from(text, 'utf16le'));
    expect(await reasonOf(publishWith({ servers: `nats://127.0.0.1:${port}`, tls: { caFile } }))).toBe('tls.caFile');
    writeFileSync(caFile, text);
    expect(await reasonOf(publishWith({ servers: `tls://localhost:${port}`, tls: { caFile } }))).toBe('store_refused');
  });
});

test('tls:// requires TLS, even without the option `tls`', async ({ startNats }) => {
  const { url } = await startNats(`authorization { user: deploy, password: "${secret}" }`);
  const login = { user: 'deploy', password: secret };
  expect(await reasonOf(publishWith({ servers: url.replace('nats:', 'tls:'), login }))).toBe('store_refused');
});

test.for([
  ['nats', { user: 'deploy', password: secret }],
  ['nats', { token: secret }],
  ['tls', { user: 'deploy', password: secret }],
  ['tls', { token: secret }],
] as const)('%s:// with %j sends no secret to another machine without TLS', async ([scheme, login]) => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.internal === false && each.family === 'IPv4')?.address;
  // Without a network, 192.0.2.1 is the other machine. nats:// is refused before a connection is made.
  const [received, server] = await listen(address ?? '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  const servers = `${scheme}://${address ?? '192.0.2.1'}:${port}`;
  expect(await reasonOf(connectStore({ servers, login, timeoutMs: 1_000 }))).toBe(
    scheme === 'nats' ? 'tls' : 'store_refused',
  );
  expect(received.join('')).toBe('');
  if (scheme === 'nats' && address !== undefined) {
    await reasonOf(connectStore({ servers, login, plaintextLogin: true, timeoutMs: 1_000 }));
    expect(received.join('')).toContain(secret);
  }
  server.close();
});

test('sends a password without TLS only to this machine, and not to other servers of its cluster', async () => {
  const [other, local] = [await listen('127.0.0.1'), await listen('127.0.0.1')];
  const portOf = ([, server]: Listener) => (server.address() as AddressInfo).port;
  // Announces another server of the cluster, accepts the client, closes the connection, and waits for the reconnect.
  const info = JSON.stringify({ version: '2.10.0', proto: 1, connect_urls: [`127.0.0.1:${portOf(other)}`] });
  let connections = 0;
  local[1].on('connection', (socket) => {
    connections += 1;
    socket.write(`INFO ${info}\r\n`);
    socket.on('data', (data) => String(data).includes('PING') && socket.end('PONG\r\n'));
  });
  const login = { user: 'deploy', password: secret };
  await using kv = await connectStore({ servers: `127.0.0.1:${portOf(local)}`, login, timeoutMs: 1_000 });
  await expect.poll(() => connections > 1 || other[0].length > 0).toBe(true);
  expect(local[0].join('')).toContain(secret);
  expect(other[0].join('')).toBe('');
  await kv.close();
  for (const [, server] of [local, other]) server.close();
});

/** Starts a NATS server with a self-signed certificate for these names. */
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

/** A fake NATS server without TLS, and the text that it received. */
type Listener = [received: string[], server: Server];

async function listen(address: string): Promise<Listener> {
  const received: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).on('data', (data) => received.push(String(data)));
    socket.write('INFO {"version":"2.10.0","proto":1,"auth_required":true}\r\n');
  }).listen(0, address);
  await once(server, 'listening');
  return [received, server];
}
