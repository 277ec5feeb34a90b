import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FreezableProgram } from '../../../scripts/frozen-process.ts';

// A real process that is really stopped (SIGSTOP), with default options and a real store behind HTTP.

/** Longer than `timeoutMs`, so that the timers of the program have run out when it goes on. */
const longerThanTheLimitMs = 2_500;

let reads = 0;
let respond: (response: ServerResponse) => void;
const hold = (permissions: readonly string[]) => (response: ServerResponse) =>
  void response.end(JSON.stringify({ permissions: { clerk: permissions } }));
const [may, mayNot, hang] = [hold(['x:get']), hold([]), (): void => {}];

const store = createServer((_request, response) => {
  reads += 1;
  respond(response);
});

let program: FreezableProgram;

beforeEach(async (context) => {
  if (process.platform !== 'linux') context.skip('needs Linux: reads the state of a process from /proc');
  reads = 0;
  respond = may;
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  program = await FreezableProgram.start(join(import.meta.dirname, 'frozen-program.ts'), {
    STORE_URL: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
  });
});

afterEach(async () => {
  await program?.end();
  store.closeAllConnections();
  await new Promise((resolve) => store.close(resolve));
});

test.each([
  ['may', true],
  ['may not', false],
] as const)('[34] a stopped process asks the store before it refuses a request: the user %s', async (now, outcome) => {
  respond = hang;
  const waiting = program.ask();
  await expect.poll(() => reads).toBe(1);
  await program.freeze(longerThanTheLimitMs);
  program.setAhead(60_000);
  respond = now === 'may' ? may : mayNot;
  program.goOn();
  expect([await program.ask(), await waiting]).toEqual([outcome, outcome]);
  expect(reads).toBe(2);
});

test('[34] a store that closes its connections while the process is stopped does not cause a refusal', async () => {
  respond = hang;
  const waiting = program.ask();
  await expect.poll(() => reads).toBe(1);
  await program.freeze(longerThanTheLimitMs);
  program.setAhead(60_000);
  store.closeAllConnections();
  respond = may;
  program.goOn();
  expect([await program.ask(), await waiting]).toEqual([true, true]);
});

test('[26] a stopped process does not use the document from before', async () => {
  expect(await program.ask()).toBe(true);
  await program.freeze(longerThanTheLimitMs);
  program.setAhead(60_000);
  respond = (response) => void response.writeHead(500).end();
  program.goOn();
  expect(await program.ask()).toBe('policy_unavailable');
  expect(reads).toBe(2);
});
