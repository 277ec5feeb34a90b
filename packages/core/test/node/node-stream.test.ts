import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { makeKey, mint } from '../mint.ts';
import { outcomeOf } from '../outcome.ts';

// Clients such as node-fetch: the body of a response is a Node stream.

const key = await makeKey();
let respond: (response: ServerResponse) => void;
const server = createServer((_request, response) => respond(response));
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A verifier that uses a client of Node streams, and the streams that it has read. */
function makeVerifier(options: { readonly encoding?: BufferEncoding } = {}) {
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bodies: IncomingMessage[] = [];
  const fetch = async (url: string): Promise<Response> => {
    const sent = request(url).end();
    const [body]: [IncomingMessage] = (await once(sent, 'response')) as [IncomingMessage];
    if (options.encoding !== undefined) body.setEncoding(options.encoding);
    bodies.push(body);
    const get = (name: string): string | null => body.headers[name]?.toString() ?? null;
    return { status: body.statusCode, headers: { get }, body } as unknown as Response;
  };
  const torii = createVerifier({ issuer, fetch: fetch as typeof globalThis.fetch, keysTimeoutMs: 1_000 });
  return { bodies, ask: async () => outcomeOf(torii.verify(await mint(key, { iss: issuer }))) };
}

const keySet = JSON.stringify({ keys: [key.publicJwk] });

test.each([undefined, 'utf8'] as const)('reads keys from a Node stream with the encoding %s', async (encoding) => {
  respond = (response) => {
    response.write(keySet.slice(0, 20));
    setImmediate(() => response.end(keySet.slice(20)));
  };
  expect(await makeVerifier(encoding === undefined ? {} : { encoding }).ask()).toBe('accepted');
});

test.each<[string, (response: ServerResponse) => void]>([
  ['is too large', (response) => void response.end(keySet + ' '.repeat(1_000_000))],
  ['never ends', (response) => void response.write(keySet)],
  [
    'never ends, and keeps sending',
    (response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    },
  ],
  [
    'breaks off',
    (response) => {
      response.writeHead(200, { 'content-length': keySet.length + 10 }).write(keySet);
      setImmediate(() => response.destroy());
    },
  ],
  ['belongs to a redirect', (response) => void response.writeHead(302, { location: '/' }).end(keySet)],
])('[3] refuses a Node stream that %s, and closes it', async (_what, behave) => {
  respond = behave;
  const { bodies, ask } = makeVerifier();
  expect(await ask()).toBe('keys_unavailable');
  await expect.poll(() => bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
});
