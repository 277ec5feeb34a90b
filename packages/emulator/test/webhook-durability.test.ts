import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../src/database/store.ts';
import { startEmulator, type User } from '../src/index.ts';
import { settingsFrom } from '../src/options/settings.ts';
import { startOn } from '../src/start.ts';
import { type Configuration, configurationOf, type Program, runProgram } from './program.ts';
import { patience, type Receiver, startReceiver, verify } from './receiver.ts';
import { callApi } from './rest.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-webhooks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function createUser({ apiUrl, secretKey }: Configuration, name: string): Promise<User> {
  return fetch(`${apiUrl}/api/server/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  }).then(async (response) => (await response.json()) as User);
}

function secretOf(program: Program): string {
  return /TORII_WEBHOOK_SECRET=(\S+)/.exec(program.output())?.[1] ?? '';
}

function idsOf(receiver: Receiver): ReadonlySet<string> {
  return new Set(receiver.received.map(({ event }) => event.data.id));
}

test('an event survives kill -9 between the change and its delivery', async () => {
  await using receiver = await startReceiver();
  receiver.answer = () => null;
  const data = join(folder, 'once.db');
  const first = runProgram('--port', '0', '--data', data, '--webhook', receiver.url);
  const user = await createUser(await configurationOf(first), 'Ada');
  await expect.poll(() => receiver.received.length, patience).toBe(1);
  first.process.kill('SIGKILL');
  await first.ended;

  receiver.answer = () => undefined;
  const second = runProgram('--port', '0', '--data', data);
  await configurationOf(second);
  await expect.poll(() => receiver.received.length).toBe(2);
  const [before, after] = receiver.received;
  expect(after?.event).toEqual(before?.event);
  expect(after?.event.data).toEqual(user);
  expect(secretOf(second)).toBe(secretOf(first));
  for (const one of receiver.received) verify(one, secretOf(second));
  second.process.kill('SIGINT');
  expect(await second.ended).toBe(0);
});

test('a delivery that waits for an hour is sent at the next start', async () => {
  await using receiver = await startReceiver();
  const database = join(folder, 'hour.db');
  const first = await startEmulator({ database, webhooks: [{ url: receiver.url }], webhookRetrySeconds: [3600] });
  receiver.answer = () => ({ status: 500 });
  first.advance(86_400);
  await first.createUser();
  await expect.poll(() => first.webhookDeliveries()[0]?.attempts.length, patience).toBe(1);
  await first.stop();
  receiver.answer = () => undefined;
  await using second = await startEmulator({ database });
  await second.webhooksSettled();
  expect(receiver.received).toHaveLength(2);
});

test('sends the event of every acknowledged change when killed several times under load', {
  timeout: 300_000,
}, async () => {
  await using receiver = await startReceiver();
  const data = join(folder, 'load.db');
  const acknowledged: string[] = [];
  for (let kill = 0; kill < 5; kill++) {
    const program = runProgram('--port', '0', '--data', data, '--webhook', receiver.url);
    const configuration = await configurationOf(program);
    const write = async () => {
      for (;;) acknowledged.push((await createUser(configuration, `user ${acknowledged.length}`)).id);
    };
    // The server is killed during a request, so fetch throws or the response is incomplete.
    const writers = Array.from({ length: 4 }, () => write().catch(() => {}));
    await expect.poll(() => acknowledged.length, patience).toBeGreaterThan(10 * (kill + 1));
    program.process.kill('SIGKILL');
    await Promise.all([...writers, program.ended]);
  }
  const last = runProgram('--port', '0', '--data', data);
  await configurationOf(last);
  const untold = () => acknowledged.filter((id) => !idsOf(receiver).has(id));
  await expect.poll(untold).toEqual([]);
  last.process.kill('SIGINT');
  await last.ended;
});

test('on a full disk, stores neither a change nor its event, and resends deliveries in flight later', async () => {
  await using receiver = await startReceiver();
  const path = join(folder, 'full.db');
  const database = openStore(path);
  await using torii = await startOn(database, settingsFrom({ database: path, webhooks: [{ url: receiver.url }] }));
  const create = () => callApi<User>(torii, 'POST', '/users', { name: 'x'.repeat(5000) });
  const [pages] = Object.values(database.prepare('PRAGMA page_count').get() ?? {});
  database.exec(`PRAGMA max_page_count = ${Number(pages) + 20}`);
  const stored = new Set<string>();
  let answer = await create();
  while (answer.status === 201) {
    stored.add(answer.body.id);
    answer = await create();
  }
  expect(answer.status).toBe(507);
  database.exec('PRAGMA max_page_count = 100000');
  await torii.webhooksSettled();
  expect(idsOf(receiver)).toEqual(stored);
});
