import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';

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

let program: ChildProcess;
let folder: string;

beforeEach(async (context) => {
  if (process.platform !== 'linux') context.skip('needs Linux: reads the state of a process from /proc');
  folder = mkdtempSync(join(tmpdir(), 'torii-frozen-'));
  setAhead(0);
  reads = 0;
  respond = may;
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  program = fork(join(import.meta.dirname, 'frozen-program.ts'), {
    execArgv: ['--conditions=@torii/source', '--no-warnings'],
    env: {
      ...process.env,
      STORE_URL: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
      CLOCK_FILE: clockFile(),
    },
  });
  await once(program, 'message');
});

afterEach(async () => {
  if (program?.exitCode === null) {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
  store.closeAllConnections();
  await new Promise((resolve) => store.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function clockFile(): string {
  return join(folder, 'ahead');
}

function setAhead(ms: number): void {
  writeFileSync(clockFile(), String(ms));
}

let lastId = 0;
async function ask(): Promise<unknown> {
  const id = ++lastId;
  const outcome = new Promise<unknown>((resolve) => {
    const listen = (message: { readonly id: number; readonly outcome: unknown }): void => {
      if (message.id !== id) return;
      program.off('message', listen);
      resolve(message.outcome);
    };
    program.on('message', listen);
  });
  program.send({ id });
  return outcome;
}

async function freeze(): Promise<void> {
  program.kill('SIGSTOP');
  await expect.poll(() => readFileSync(`/proc/${program.pid}/stat`, 'utf8').replace(/^.*\) /, '')[0]).toBe('T');
  await sleep(longerThanTheLimitMs);
}

test.each([
  ['may', true],
  ['may not', false],
] as const)('[34] a stopped process asks the store before it refuses a request: the user %s', async (now, outcome) => {
  respond = hang;
  const waiting = ask();
  await expect.poll(() => reads).toBe(1);
  await freeze();
  setAhead(60_000);
  respond = now === 'may' ? may : mayNot;
  program.kill('SIGCONT');
  expect([await ask(), await waiting]).toEqual([outcome, outcome]);
  expect(reads).toBe(2);
});

test('[34] a store that closes its connections while the process is stopped does not cause a refusal', async () => {
  respond = hang;
  const waiting = ask();
  await expect.poll(() => reads).toBe(1);
  await freeze();
  setAhead(60_000);
  store.closeAllConnections();
  respond = may;
  program.kill('SIGCONT');
  expect([await ask(), await waiting]).toEqual([true, true]);
});

test('[26] a stopped process does not use the document from before', async () => {
  expect(await ask()).toBe(true);
  await freeze();
  setAhead(60_000);
  respond = (response) => void response.writeHead(500).end();
  program.kill('SIGCONT');
  expect(await ask()).toBe('policy_unavailable');
  expect(reads).toBe(2);
});
