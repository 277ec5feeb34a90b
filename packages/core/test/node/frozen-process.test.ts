import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FreezableProgram } from '../../../../scripts/frozen-process.ts';
import { makeKey, mint, nowSeconds } from '../mint.ts';

// A real process that is really stopped (SIGSTOP), with a real key endpoint. More cases, on a virtual clock, are in
// simulation/test/frozen-verifier.test.ts.

const minutes = 60_000;
/** Longer than `keysTimeoutMs` of the program, so that its timers have run out when it goes on. */
const longerThanTheLimitMs = 2_500;
const key = await makeKey('main');

let fetches = 0;
let respond: (response: ServerResponse) => void;
const publish = (response: ServerResponse): void => void response.end(JSON.stringify({ keys: [key.publicJwk] }));
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
  respond = publish;
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

test('[34] a stopped process asks for its keys again before it refuses a request', async () => {
  const token = await mint(key, { iss: issuer, exp: nowSeconds() + 6 * 3600 });
  expect(await program.ask(token)).toBe('accepted');
  // The process is stopped while it refreshes its keys in the background, for 90 minutes.
  respond = hang;
  program.setAhead(4 * minutes);
  expect(await program.ask(token)).toBe('accepted');
  await expect.poll(() => fetches).toBe(2);
  await program.freeze(longerThanTheLimitMs);
  program.setAhead(94 * minutes);
  respond = publish;
  program.goOn();
  expect(await program.ask(token)).toBe('accepted');
  expect(fetches).toBe(3);
});
