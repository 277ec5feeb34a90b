import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createToriiClient, type ToriiClient } from '@torii/api';
import type { Emulator } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDemo } from '../src/demo.ts';
import { exportUsers } from '../src/export-users.ts';

const count = 95;
const filter = { limit: 10 };
let folder: string;
let file: string;
let emulator: Emulator;
let client: ToriiClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'torii-batch-'));
  file = join(folder, 'users.ndjson');
  emulator = await startDemo(join(folder, 'torii.sqlite'), count);
  client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl });
});

afterEach(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

function readEmails(): readonly string[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).email);
}

function expectEveryUserOnce(): void {
  const expected = Array.from({ length: count }, (_, index) => `user${index + 1}@example.com`);
  expect(readEmails().toSorted()).toEqual(expected.toSorted());
  expect(existsSync(`${file}.progress`)).toBe(false);
}

/** Stops an export after some pages. */
async function exportPart(pages: number): Promise<void> {
  const stopper = new AbortController();
  let left = pages;
  const onPage = () => {
    if (--left === 0) stopper.abort();
  };
  const part = exportUsers(client, file, { filter, signal: stopper.signal, onPage });
  await expect(part).rejects.toMatchObject({ reason: 'aborted' });
}

test('writes every user as one line', async () => {
  const seen: number[] = [];
  expect(await exportUsers(client, file, { filter, onPage: (users) => void seen.push(users) })).toBe(count);
  expectEveryUserOnce();
  expect(seen).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 95]);
});

test('continues where it was stopped', async () => {
  await exportPart(3);
  expect(readEmails()).toHaveLength(30);
  expect(await exportUsers(client, file, { filter })).toBe(count);
  expectEveryUserOnce();
});

test('discards lines that an interrupted run wrote without saving its progress', async () => {
  await exportPart(3);
  appendFileSync(file, '{"id":"a user whose page was not saved"}\n{"id":"half a us');
  await exportUsers(client, file, { filter });
  expectEveryUserOnce();
});

test('continues after an error that the client does not retry', async () => {
  const onPage = (users: number) => {
    if (users === 50) emulator.fail('api', { status: 403 });
  };
  await expect(exportUsers(client, file, { filter, onPage })).rejects.toMatchObject({ status: 403 });
  emulator.recover();
  await exportUsers(client, file, { filter });
  expectEveryUserOnce();
});

test('does not overwrite a complete export', async () => {
  writeFileSync(file, '');
  await expect(exportUsers(client, file)).rejects.toThrow('complete export');
});

test('shows no progress bar in a pipe', async () => {
  const program = join(import.meta.dirname, '..', 'src', 'main.ts');
  const flags = ['--conditions=@torii/source', program, file, '--demo', '5'];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
  const [status] = await once(child, 'close');
  expect({ status, output: output.join('') }).toEqual({ status: 0, output: `5 users are in ${file}.\n` });
  expect(readEmails()).toHaveLength(5);
});

test('the program shows what the API says about a refused request, not only the short message', async () => {
  const detail = 'limit must be from 1 to 100.';
  const body = JSON.stringify({
    detail,
    properties: { code: 'invalid_request', errors: [{ field: 'limit', message: 'is 0' }] },
  });
  const server = createServer((_request, response) => void response.writeHead(400).end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const program = spawn(
    process.execPath,
    ['--conditions=@torii/source', join(import.meta.dirname, '../src/main.ts'), file],
    {
      env: { ...process.env, TORII_SECRET_KEY: emulator.secretKey, TORII_API_URL: `http://127.0.0.1:${port}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const [shown] = await Promise.all([text(program.stderr), once(program, 'exit')]);
  server.close();
  expect(program.exitCode).toBe(1);
  for (const part of ['400', 'invalid_request', detail, 'limit: is 0']) expect(shown).toContain(part);
});
