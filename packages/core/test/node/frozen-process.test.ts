import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FreezableProgram } from '../../../../scripts/frozen-process.ts';
import { makeKey, mint, nowSeconds } from '../mint.ts';

// A real process that is really stopped (SIGSTOP), with a real key endpoint.

const minutes = 60_000;
/** Longer than `keysTimeoutMs` of the program, so that its timers have run out when it goes on. */
const longerThanTheLimitMs = 2_500;
const [oldKey, newKey] = await Promise.all([makeKey('old'), makeKey('new')]);

let fetches = 0;
let respond: (response: ServerResponse) => void;
const publish = (key: typeof oldKey) => (response: ServerResponse) =>
  void response.end(JSON.stringify({ keys: [key.publicJwk] }));
const hang = (): void => {};

const server = createServer((_request, response) => {
  fetches += 1;
  respond(response);
});

let program: FreezableProgram;
let issuer: string;

beforeEach(async (context) => {
  if (process.platform !== 'linux') context.skip('needs Linux: reads the state of a process from /proc');
  fetches = 0;
  respond = publish(oldKey);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  program = await FreezableProgram.start(join(import.meta.dirname, 'frozen-program.ts'), { KEYS_URL: issuer });
});

afterEach(async () => {
  await program?.end();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function tokenOf(key: typeof oldKey): Promise<string> {
  return mint(key, { iss: issuer, exp: nowSeconds() + 6 * 3600 });
}

/** Stops the program while it refreshes its keys in the background, for 90 minutes. */
async function freezeDuringRefresh(token: string): Promise<void> {
  expect(await program.ask(token)).toBe('accepted');
  respond = hang;
  program.setAhead(4 * minutes);
  expect(await program.ask(token)).toBe('accepted');
  await expect.poll(() => fetches).toBe(2);
  await program.freeze(longerThanTheLimitMs);
  program.setAhead(94 * minutes);
}

test('[34] a stopped process asks for its keys again before it refuses a request', async () => {
  const token = await tokenOf(oldKey);
  await freezeDuringRefresh(token);
  respond = publish(oldKey);
  program.goOn();
  expect(await program.ask(token)).toBe('accepted');
  expect(fetches).toBe(3);
});

test('[12] [34] a stopped process does not use a key that was withdrawn meanwhile', async () => {
  const token = await tokenOf(oldKey);
  await freezeDuringRefresh(token);
  respond = publish(newKey);
  program.goOn();
  expect(await program.ask(token)).toBe('key_unknown');
  expect(await program.ask(await tokenOf(newKey))).toBe('accepted');
});

test('[34] a request that waited for its keys when the process stopped gets a new fetch', async () => {
  respond = hang;
  const outcome = program.ask(await tokenOf(oldKey));
  await expect.poll(() => fetches).toBe(1);
  await program.freeze(longerThanTheLimitMs);
  program.setAhead(90 * minutes);
  respond = publish(oldKey);
  program.goOn();
  expect(await outcome).toBe('accepted');
  expect(fetches).toBe(2);
});

test('[34] a stopped process refuses with 503 if the endpoint still fails', async () => {
  const token = await tokenOf(oldKey);
  await freezeDuringRefresh(token);
  respond = (response) => void response.writeHead(500).end();
  program.goOn();
  expect(await program.ask(token)).toBe('keys_unavailable');
  expect(fetches).toBe(3);
});
