import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';
import { callApi, type ProblemBody } from './rest.ts';

const globalsBefore = [Request, Response, fetch];
let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

/** Uses node:http, because fetch does not allow setting the Host header. */
function statusFor(host: string, path = new URL(torii.jwksUrl).pathname): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(torii.jwksUrl, { headers: { host }, path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

test.each(['127.0.0.1:1', 'localhost', 'acme.localhost:3000', '[::1]:80'])('accepts the host %s', async (host) => {
  expect(await statusFor(host)).toBe(200);
});

test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil-localhost', '10.0.0.1'])(
  'refuses the host %s, which DNS rebinding could point at loopback',
  async (host) => {
    expect(await statusFor(host)).toBe(421);
  },
);

test('[32] refuses an absolute request target with another host than loopback', async () => {
  const { pathname } = new URL(torii.jwksUrl);
  expect(await statusFor('localhost', `http://localhost${pathname}`)).toBe(200);
  expect(await statusFor('localhost', `http://evil.example${pathname}`)).toBe(421);
});

test('is not reachable from another machine', async () => {
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((address) => address !== undefined && !address.internal && address.family === 'IPv4');
  if (outer === undefined) return;
  const { port } = new URL(torii.issuer);
  const code = await new Promise((resolve) => {
    connect(Number(port), outer.address, () => resolve('connected')).on('error', (error) =>
      resolve('code' in error ? error.code : error),
    );
  });
  expect(code).toBe('ECONNREFUSED');
});

test('responds with 404 to an unknown path', async () => {
  const response = await fetch(`${torii.issuer}/elsewhere`);
  expect(response.status).toBe(404);
  expect(((await response.json()) as ProblemBody).properties.code).toBe('not_found');
});

test('responds with 405 to another method, with the allowed methods', async () => {
  const response = await fetch(torii.loginUrl, { method: 'DELETE' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});

test.each(['sign-in', 'api'])('responds with 413 to a body of 10 MB (%s)', async (surface) => {
  const url = surface === 'api' ? `${torii.apiUrl}/api/server/v1/users` : torii.loginUrl;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${torii.secretKey}` },
    body: `{"name":"${'x'.repeat(10_000_000)}"}`,
  });
  expect(response.status).toBe(413);
});

test('responds with 413 to an endless body without Content-Length', async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(32)),
  });
  const response = await fetch(torii.loginUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(413);
});

test('reads a body without Content-Length', async () => {
  const body = new Blob(['{"email":"ada@example.com",', '"password":"wrong horse"}']).stream();
  const response = await fetch(torii.loginUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(401);
});

test('responds to deeply nested JSON', async () => {
  const { status } = await callApi(torii, 'POST', '/users', `${'['.repeat(30_000)}${']'.repeat(30_000)}`);
  expect(status).toBe(400);
});

test('does not replace the globals of the program under test', () => {
  expect([Request, Response, fetch]).toEqual(globalsBefore);
});
