import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createToriiClient, type ToriiClient, type User } from '@torii/api';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openUserCopy, type UserCopy } from '../src/user-copy.ts';

const patience = { timeout: 60_000 };
let folder: string;
let file: string;
let emulator: Emulator;
let client: ToriiClient;
let port: number;
let running: ChildProcess | undefined;
let copy: UserCopy;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'torii-webhooks-'));
  file = join(folder, 'users.db');
  port = await findPort();
  const webhooks = [{ url: `http://127.0.0.1:${port}/webhooks` }];
  emulator = await startEmulator({ webhooks, webhookRetrySeconds: Array(200).fill(0.1) });
  client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl });
  copy = openUserCopy(file);
});
afterEach(async () => {
  await end();
  copy.close();
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Starts the example as a process, and waits until it has read all users. */
async function start(): Promise<void> {
  const server = join(import.meta.dirname, '..', 'src', 'server.ts');
  const child = spawn(process.execPath, ['--conditions=@torii/source', server], {
    env: {
      ...process.env,
      PORT: String(port),
      DATABASE: file,
      TORII_SECRET_KEY: emulator.secretKey,
      TORII_API_URL: emulator.apiUrl,
      TORII_WEBHOOK_SECRET: emulator.webhookSecret,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  await expect.poll(() => output, patience).toContain('users are in');
}

/** Ends the example like a power failure. */
async function end(): Promise<void> {
  const child = running;
  running = undefined;
  if (child === undefined || child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Torii's users, in the form in which the copy lists them. */
async function usersOfTorii(): Promise<readonly object[]> {
  const users: User[] = [];
  for await (const user of client.users.list({ limit: 100 })) users.push(user);
  return users
    .filter(({ status }) => status !== 'deleted')
    .map(({ id, email, name, status }) => ({ id, email, name, status }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

async function expectUpToDate(): Promise<void> {
  expect(copy.list()).toEqual(await usersOfTorii());
}

test('copies the existing users, then follows changes', async () => {
  await client.users.create({ email: 'ada@example.com', firstName: 'Ada' });
  const gone = await client.users.create({ email: 'gone@example.com' });
  await client.users.delete(gone.id);
  await start();
  expect(copy.list()).toMatchObject([{ email: 'ada@example.com' }]);

  const grace = await client.users.create({ email: 'grace@example.com' });
  await emulator.webhooksSettled();
  expect(copy.list()).toMatchObject([{}, { email: 'grace@example.com', name: null }]);
  await client.users.update(grace.id, { firstName: 'Grace' });
  await client.users.ban(grace.id);
  await emulator.webhooksSettled();
  expect(copy.list()).toMatchObject([{}, { name: 'Grace', status: 'banned' }]);
  await client.users.unban(grace.id);
  await emulator.webhooksSettled();
  await expectUpToDate();
  await client.users.delete(grace.id);
  await emulator.webhooksSettled();
  expect(copy.list()).toMatchObject([{ email: 'ada@example.com' }]);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).json()).toEqual({ users: 1 });
});

test('is up to date after webhooks that arrived late or twice, or were lost', async () => {
  await start();
  const ada = await client.users.create({ firstName: 'Ada' });
  const eve = await client.users.create({ firstName: 'Eve' });
  await emulator.webhooksSettled();
  emulator.delay('webhooks', 1000, { times: 1 });
  await client.users.update(ada.id, { firstName: 'late' });
  await expect.poll(() => emulator.requests.webhooks, patience).toBe(3);
  emulator.cut('webhooks', { at: 'answer', times: 1 });
  await client.users.update(ada.id, { firstName: 'Ada', lastName: 'Lovelace' });
  await expect.poll(() => emulator.requests.webhooks, patience).toBeGreaterThan(3);
  emulator.fail('webhooks', { times: 2 });
  await client.users.delete(eve.id);
  await emulator.webhooksSettled();
  expect(copy.list()).toMatchObject([{ name: 'Ada Lovelace' }]);
  const [oldest] = emulator
    .webhookDeliveries()
    .filter(({ event }) => event.data.id === eve.id)
    .slice(-1);
  await emulator.redeliver(oldest?.event.id ?? '');
  await emulator.webhooksSettled();
  expect(oldest?.event.type).toBe('user.created');
  await expectUpToDate();
});

test('receives changes from the time it was stopped, because Torii retries', async () => {
  await start();
  const ada = await client.users.create({ firstName: 'Ada' });
  await emulator.webhooksSettled();
  await end();
  await client.users.ban(ada.id);
  await client.users.create({ firstName: 'Grace' });
  await expect.poll(() => emulator.webhookDeliveries()[0]?.attempts.length, patience).toBeGreaterThan(0);
  await start();
  await emulator.webhooksSettled();
  await expectUpToDate();
});

test('catches up at its start with changes that no webhook reports', async () => {
  await start();
  await end();
  for (const { id } of emulator.webhooks) await emulator.removeWebhook(id);
  const ada = await client.users.create({ firstName: 'Ada' });
  await client.users.create({ firstName: 'Grace' });
  await client.users.delete(ada.id);
  await start();
  await expectUpToDate();
});

test('is up to date after it was killed several times during changes', async () => {
  await start();
  const ids: string[] = [];
  let writing = true;
  const write = async () => {
    for (let count = 0; writing; count++) {
      const { id } = await client.users.create({ firstName: `user ${count}` });
      ids.push(id);
      const earlier = ids[Math.floor(ids.length / 2)] ?? id;
      if (count % 3 === 0) await client.users.update(earlier, { firstName: `changed ${count}` }).catch(() => {});
      if (count % 5 === 0) await client.users.delete(earlier).catch(() => {});
    }
  };
  const writers = [write(), write()];
  for (let kill = 0; kill < 3; kill++) {
    await expect.poll(() => copy.count(), patience).toBeGreaterThan(kill * 5);
    await end();
    await start();
  }
  writing = false;
  await Promise.all(writers);
  await emulator.webhooksSettled({ timeoutMs: 30_000 });
  expect(copy.count()).toBeGreaterThan(5);
  await expectUpToDate();
});

test('asks the API which of two states with the same time is newer', async () => {
  await start();
  const ada = await client.users.create({ firstName: 'Ada' });
  await emulator.webhooksSettled();
  const body = JSON.stringify({ id: 'evt_tied', type: 'user.updated', data: { ...ada, name: 'before' } });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(emulator.webhookSecret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`evt_tied.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'evt_tied', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  const { status } = await fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', headers, body });
  expect(status).toBe(200);
  await expectUpToDate();
  // The opposite case: the copy has the older state.
  const database = new DatabaseSync(file);
  database.exec("UPDATE users SET name = 'before'");
  database.close();
  const [delivery] = emulator.webhookDeliveries();
  await emulator.redeliver(delivery?.event.id ?? '');
  await emulator.webhooksSettled();
  await expectUpToDate();
});

test('refuses an event that Torii has not signed, and says why', async () => {
  await start();
  const { id } = await client.users.create({ firstName: 'Ada' });
  await emulator.webhooksSettled();
  const post = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        id: 'evt_1',
        type: 'user.deleted',
        data: { id, status: 'deleted', updatedAt: '2099-01-01T00:00:00Z' },
      }),
    });
  expect((await post({})).status).toBe(400);
  const forged = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) };
  const refused = await post({ ...forged, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` });
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: { reason: 'signature_invalid' } }]);
  await expectUpToDate();
});

test('makes Torii retry if it cannot write', async () => {
  await start();
  const other = openUserCopy(file);
  copy.close();
  const lock = new DatabaseSync(file);
  lock.exec('BEGIN EXCLUSIVE');
  await client.users.create({ firstName: 'Ada' });
  await expect.poll(() => emulator.webhookDeliveries()[0]?.attempts[0]?.status, patience).toBe(500);
  lock.exec('ROLLBACK');
  lock.close();
  await emulator.webhooksSettled();
  expect(other.list()).toMatchObject([{ name: 'Ada' }]);
  copy = other;
});
