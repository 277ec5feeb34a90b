import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

let program: ChildProcess;
let issuer: string;
let folder: string;

beforeEach(async (context) => {
  if (process.platform !== 'linux') context.skip('needs Linux: reads the state of a process from /proc');
  folder = mkdtempSync(join(tmpdir(), 'torii-frozen-'));
  setAhead(0);
  fetches = 0;
  respond = publish(oldKey);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  program = fork(join(import.meta.dirname, 'frozen-program.ts'), {
    execArgv: ['--conditions=@torii/source', '--no-warnings'],
    env: { ...process.env, KEYS_URL: issuer, CLOCK_FILE: clockFile() },
  });
  await once(program, 'message');
});

afterEach(async () => {
  if (program?.exitCode === null) {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function clockFile(): string {
  return join(folder, 'ahead');
}

function setAhead(ms: number): void {
  writeFileSync(clockFile(), String(ms));
}

let lastId = 0;
async function outcomeOf(token: string): Promise<string> {
  const id = ++lastId;
  const outcome = new Promise<string>((resolve) => {
    const listen = (message: { readonly id: number; readonly outcome: string }): void => {
      if (message.id !== id) return;
      program.off('message', listen);
      resolve(message.outcome);
    };
    program.on('message', listen);
  });
  program.send({ id, token });
  return outcome;
}

async function freeze(): Promise<void> {
  program.kill('SIGSTOP');
  await expect.poll(() => readFileSync(`/proc/${program.pid}/stat`, 'utf8').replace(/^.*\) /, '')[0]).toBe('T');
  await sleep(longerThanTheLimitMs);
}

function tokenOf(key: typeof oldKey): Promise<string> {
  return mint(key, { iss: issuer, exp: nowSeconds() + 6 * 3600 });
}

/** Stops the program while it refreshes its keys in the background, for 90 minutes. */
async function freezeDuringRefresh(token: string): Promise<void> {
  expect(await outcomeOf(token)).toBe('accepted');
  respond = hang;
  setAhead(4 * minutes);
  expect(await outcomeOf(token)).toBe('accepted');
  await expect.poll(() => fetches).toBe(2);
  await freeze();
  setAhead(94 * minutes);
}

test('[34] a stopped process asks for its keys again before it refuses a request', async () => {
  const token = await tokenOf(oldKey);
  await freezeDuringRefresh(token);
  respond = publish(oldKey);
  program.kill('SIGCONT');
  expect(await outcomeOf(token)).toBe('accepted');
  expect(fetches).toBe(3);
});

test('[12] [34] a stopped process does not use a key that was withdrawn meanwhile', async () => {
  const token = await tokenOf(oldKey);
  await freezeDuringRefresh(token);
  respond = publish(newKey);
  program.kill('SIGCONT');
  expect(await outcomeOf(token)).toBe('key_unknown');
  expect(await outcomeOf(await tokenOf(newKey))).toBe('accepted');
});

test('[34] a request that waited for its keys when the process stopped gets a new fetch', async () => {
  respond = hang;
  const outcome = outcomeOf(await tokenOf(oldKey));
  await expect.poll(() => fetches).toBe(1);
  await freeze();
  setAhead(90 * minutes);
  respond = publish(oldKey);
  program.kill('SIGCONT');
  expect(await outcome).toBe('accepted');
  expect(fetches).toBe(2);
});

test('[34] a stopped process refuses with 503 if the endpoint still fails', async () => {
  const token = await tokenOf(oldKey);
  await freezeDuringRefresh(token);
  respond = (response) => void response.writeHead(500).end();
  program.kill('SIGCONT');
  expect(await outcomeOf(token)).toBe('keys_unavailable');
  expect(fetches).toBe(3);
});
