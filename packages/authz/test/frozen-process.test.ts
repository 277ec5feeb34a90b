import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FreezableProgram } from '../../../scripts/frozen-process.ts';

// A real process that is really stopped (SIGSTOP), with default options and a real store behind HTTP. More cases, on a virtual
// clock, are in simulation/test/frozen-authz.test.ts.

/** Longer than `timeoutMs`, so that the timers of the program have run out when it goes on. */
const longerThanTheLimitMs = 2_500;

let reads = 0;
let respond: (response: ServerResponse) => void;
const may = (response: ServerResponse): void =>
  void response.end(JSON.stringify({ permissions: { clerk: ['x:get'] } }));
const hang = (): void => {};

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

test('[34] a stopped process asks the store before it refuses a request', async () => {
  respond = hang;
  const waiting = program.ask();
  await expect.poll(() => reads).toBe(1);
  await program.freeze(longerThanTheLimitMs);
  program.setAhead(60_000);
  respond = may;
  program.goOn();
  expect([await program.ask(), await waiting]).toEqual([true, true]);
  expect(reads).toBe(2);
});
