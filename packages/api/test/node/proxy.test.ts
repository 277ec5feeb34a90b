// A company's network: the internet is reached through a proxy only, which is named in environment variables, and a
// certificate authority of the company's own signs the certificates.
import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import selfsigned from 'selfsigned';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { user } from './faulty-server.ts';

// No DNS server knows these hosts. Only the proxy does.
const issuer = 'https://acme.example.invalid';
const apiUrl = 'https://api.example.invalid';

const folder = mkdtempSync(join(tmpdir(), 'torii-proxy-'));
const authority = join(folder, 'authority.pem');
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let internet: Server;
let proxy: Server;
/** What the proxy was asked for. */
let asked: string[] = [];
/** The requests that arrived through it. */
let arrived: string[] = [];
let proxyStatus = 200;

beforeAll(async () => {
  const altNames = ['acme.example.invalid', 'api.example.invalid'].map((value) => ({ type: 2 as const, value }));
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'The company' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  writeFileSync(authority, cert);
  internet = createHttpsServer({ cert, key }, (request, response) => {
    arrived.push(`${request.method} https://${request.headers.host}${request.url}`);
    const set = { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] };
    request.resume().on('end', () => response.end(JSON.stringify(request.method === 'GET' ? set : user)));
  });
  proxy = createHttpServer().on('connect', (request, socket) => {
    asked.push(`${request.method} ${request.url}`);
    socket.on('error', () => {});
    if (proxyStatus !== 200) return void socket.end(`HTTP/1.1 ${proxyStatus} No\r\ncontent-length: 0\r\n\r\n`);
    const target = connect((internet.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
  });
  for (const server of [internet, proxy]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
});

afterAll(() => {
  for (const server of [internet, proxy]) server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  asked = [];
  arrived = [];
  proxyStatus = 200;
});

function token(): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, sub: 'ada', pid: 'e1', iat: now, exp: now + 300 };
  const input = `${encode({ alg: 'ES256', kid: 'k1' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** What the program prints if it runs with these environment variables. */
async function run(env: NodeJS.ProcessEnv, sender = 'fetch'): Promise<object> {
  const { HTTP_PROXY: _, HTTPS_PROXY: __, NO_PROXY: ___, ...own } = process.env;
  const program = join(import.meta.dirname, 'proxy-app.ts');
  const args = ['--conditions=@torii/source', program, issuer, apiUrl, token(), sender];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...own, NODE_EXTRA_CA_CERTS: authority, ...env },
  });
  return JSON.parse(stdout);
}

function proxied(): NodeJS.ProcessEnv {
  return { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

test('with NODE_USE_ENV_PROXY=1, keys and API calls go through the proxy that HTTPS_PROXY names', async () => {
  expect(await run(proxied())).toEqual({ verified: 'ada', created: user.id });
  expect(asked).toEqual(['CONNECT acme.example.invalid:443', 'CONNECT api.example.invalid:443']);
  expect(arrived).toEqual([`GET ${issuer}/_torii/.well-known/jwks.json`, `POST ${apiUrl}/api/server/v1/users`]);
});

test('with the fetch of undici, an older Node uses the proxy too', async () => {
  const { HTTPS_PROXY = '' } = proxied();
  expect(await run({ HTTPS_PROXY }, 'undici')).toEqual({ verified: 'ada', created: user.id });
  expect(asked).toEqual(['CONNECT acme.example.invalid:443', 'CONNECT api.example.invalid:443']);
  proxyStatus = 502;
  expect(await run({ HTTPS_PROXY }, 'undici')).toMatchObject({ created: { attempts: 3, mayHaveArrived: false } });
});

test('hosts that NO_PROXY names, and all without NODE_USE_ENV_PROXY, are not requested from the proxy', async () => {
  const { HTTPS_PROXY = '' } = proxied();
  const unreachable = { name: expect.stringMatching(/Unavailable|Connection/) };
  const api = await run({ ...proxied(), NO_PROXY: 'localhost,api.example.invalid' });
  expect(api).toMatchObject({ verified: 'ada', created: { ...unreachable, mayHaveArrived: false } });
  expect(asked).toEqual(['CONNECT acme.example.invalid:443']);
  expect(await run({ HTTPS_PROXY })).toMatchObject({ verified: unreachable, created: unreachable });
  expect(asked).toHaveLength(1);
});

test('31: a proxy that refuses is asked once, and the create was never sent', async () => {
  proxyStatus = 407;
  const { created } = (await run(proxied())) as { created: { message: string } };
  expect(created).toMatchObject({ name: 'ToriiConnectionError', attempts: 1, mayHaveArrived: false });
  expect(created.message).toContain('HTTPS_PROXY');
  expect(arrived).toEqual([]);
});

test('31: a create is retried if the proxy did not reach the API', async () => {
  proxyStatus = 502;
  expect(await run(proxied())).toMatchObject({ created: { attempts: 3, mayHaveArrived: false } });
  expect(arrived).toEqual([]);
});

test('without NODE_EXTRA_CA_CERTS, a certificate of the company is refused', async () => {
  const { created } = (await run({ ...proxied(), NODE_EXTRA_CA_CERTS: '' })) as { created: { message: string } };
  expect(created).toMatchObject({ attempts: 1, mayHaveArrived: false });
  expect(created.message).toContain('NODE_EXTRA_CA_CERTS');
  expect(arrived).toEqual([]);
});
