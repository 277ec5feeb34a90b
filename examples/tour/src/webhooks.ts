// An app that keeps a copy of the users: what it receives, what it refuses, and what it catches up on after a restart.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createToriiClient } from '@torii/api';
import type { Emulator } from '@torii/emulator';
import getPort from 'get-port';
import { type RunningServer, startServer } from './servers.ts';
import type { Step } from './tour.ts';

export const webhookPlaces = ['copy'] as const;

const katherine = { firstName: 'katherine', email: 'katherine@example.com' };

/** Starts the app, changes a user in several ways, and reads the app's table after each change. Stops everything it started. */
export async function takeWebhooksTour(emulator: Emulator): Promise<readonly Step[]> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-tour-'));
  const port = await getPort({ host: '127.0.0.1' });
  const file = fileURLToPath(new URL('../../webhooks/src/server.ts', import.meta.url));
  const environment = {
    TORII_SECRET_KEY: emulator.secretKey,
    TORII_API_URL: emulator.apiUrl,
    TORII_WEBHOOK_SECRET: emulator.webhookSecret,
    DATABASE: join(folder, 'users.db'),
  };
  const start = () => startServer({ name: 'copy', file }, { port, environment });
  let app = await start();
  const webhook = await emulator.addWebhook({ url: `${app.url}/webhooks` });
  const table = new DatabaseSync(environment.DATABASE, { readOnly: true });
  const restart = async (meanwhile: () => Promise<void>) => {
    await app.stop();
    await meanwhile();
    app = await start();
  };
  try {
    return await changeAll(emulator, app, table, restart);
  } finally {
    table.close();
    await app.stop();
    await emulator.removeWebhook(webhook.id);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function changeAll(
  emulator: Emulator,
  app: RunningServer,
  table: DatabaseSync,
  restart: (meanwhile: () => Promise<void>) => Promise<void>,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const note = (sent: string, expected: string, answer: string) => {
    steps.push({ sent, expected, answers: new Map([['copy', answer]]) });
  };
  const client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl, timeoutMs: 10_000 });
  const look = () => describeUsers(table);
  const change = async (sent: string, expected: string, call: PromiseLike<unknown>) => {
    await call;
    await emulator.webhooksSettled();
    note(sent, expected, look());
  };

  const before = await until(look, 'ada banned, grace');
  note('the users that existed before the app', 'ada banned, grace', before);
  const { id, email } = await client.users.create(katherine);
  await emulator.webhooksSettled();
  note('create katherine', 'ada banned, grace, katherine', look());
  await change(
    'rename katherine to Katherine',
    'ada banned, grace, Katherine',
    client.users.update(id, { firstName: 'Katherine' }),
  );
  await change('ban Katherine', 'ada banned, grace, Katherine banned', client.users.ban(id));

  const event = emulator.webhookDeliveries({ limit: 1 })[0]?.event;
  const message = signMessage(JSON.stringify(event), emulator.webhookSecret);
  const altered = { ...message, body: message.body.replace(String(email), 'mallory@example.com') };
  note('an altered webhook', '400 signature_invalid', await post(app, altered));
  note('the original webhook, sent again', '200', await post(app, message));
  note('… does not change the copy', 'ada banned, grace, Katherine banned', look());

  await restart(async () => {
    await client.users.unban(id);
    await until(() => String(emulator.webhookDeliveries({ limit: 1 })[0]?.attempts[0]?.failure), 'unreachable');
    note('unban Katherine while the app is down', 'ada banned, grace, Katherine banned', look());
  });
  await emulator.webhooksSettled();
  const attempts = emulator.webhookDeliveries({ limit: 1 })[0]?.attempts ?? [];
  note('… Torii retries', '200', String(attempts.at(-1)?.status));
  note('… and updates the copy', 'ada banned, grace, Katherine', look());
  await change('delete Katherine', 'ada banned, grace', client.users.delete(id));
  return steps;
}

function describeUsers(table: DatabaseSync): string {
  const rows = table.prepare("SELECT name, status FROM users WHERE status <> 'deleted' ORDER BY lower(name)").all();
  return rows.map(({ name, status }) => (status === 'active' ? name : `${name} ${status}`)).join(', ');
}

/** Calls `ask` until it returns the expected value or a minute has passed. */
async function until(ask: () => string, expected: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  while (ask() !== expected && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  return ask();
}

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs a webhook like Torii does, in the format of Standard Webhooks. */
function signMessage(body: string, secret: string): Message {
  const { id }: { readonly id: string } = JSON.parse(body);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return { headers: { 'content-type': 'application/json', ...headers }, body };
}

async function post({ url }: RunningServer, { headers, body }: Message): Promise<string> {
  const response = await fetch(`${url}/webhooks`, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(60_000),
  });
  const answered = (await response.json()) as { error?: { reason: string } };
  return [response.status, answered.error?.reason].filter((part) => part !== undefined).join(' ');
}
