import { fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startEmulator } from '@torii/emulator';
import { afterAll, type ExpectStatic, expect as globalExpect } from 'vitest';
import type { StoreName, StoreServer } from './store-servers.ts';

const torii = await startEmulator();
afterAll(() => torii.stop());

const key = Buffer.from('the secret of a test webhook');
let lastEvent = 0;

/** An app in a separate process, as its users see it. */
export interface App extends AsyncDisposable {
  /** The status and the reason of the response. Rejects if the process has ended. */
  get(path: '/alive' | '/document' | '/invoices'): Promise<string>;
  deliver(): Promise<string>;
  /** The exit code or the signal of the process; `null` while it runs. */
  end(): number | string | null;
}

/** Starts `store-app.ts`. An unhandled rejection ends it, whatever its code does about that. */
export async function startApp(name: StoreName | 'memory', storePort = 0): Promise<App> {
  const args = [name, String(storePort), torii.issuer, `whsec_${key.toString('base64')}`];
  const child = fork(join(import.meta.dirname, 'store-app.ts'), args, {
    execArgv: ['--conditions=@torii/source', '--unhandled-rejections=strict'],
  });
  const ended = once(child, 'exit');
  const [port]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  const token = await torii.token({ userId: 'ada', claims: { roles: 'clerk' } });
  const send = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, init);
    return `${response.status} ${await response.text()}`.trim();
  };
  return {
    get: (path) => send(path, { headers: { authorization: `Bearer ${token}` } }),
    deliver: () => send('/webhooks', sign(`evt_${++lastEvent}`)),
    end: () => child.exitCode ?? child.signalCode,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function sign(id: string): RequestInit {
  const body = JSON.stringify({ id, type: 'user.created', data: {} });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return { method: 'POST', headers, body };
}

/**
 * Writes the permissions and waits until the app uses them and handles webhooks. A test that runs beside others passes its own
 * `expect`.
 */
export async function expectToWork(app: App, expect: ExpectStatic = globalExpect): Promise<void> {
  await expect.poll(() => app.get('/document'), { interval: 100 }).toBe('200');
  await Promise.all([
    expect.poll(() => app.get('/invoices'), { interval: 100 }).toBe('200'),
    expect.poll(() => app.deliver(), { interval: 100 }).toBe('200 handled'),
  ]);
}

/** Waits until the app has noticed that its store is gone: permissions and webhooks answer 503, everything else works. */
export async function expectToRefuse(app: App, expect: ExpectStatic = globalExpect): Promise<void> {
  await Promise.all([
    expect.poll(() => app.get('/invoices'), { interval: 100 }).toBe('503 policy_unavailable'),
    expect.poll(() => app.deliver(), { interval: 100 }).toBe('503 store_unavailable'),
  ]);
  expect(await app.get('/alive')).toBe('200');
}

/** What happens to a server, and how it comes back. */
export interface Outage {
  begin(server: StoreServer): Promise<void> | void;
  end(server: StoreServer): Promise<void> | void;
}

export const outages = {
  killed: { begin: (server) => server.kill(), end: (server) => server.start() },
  'stopped cleanly': { begin: (server) => server.stop(), end: (server) => server.start() },
  frozen: { begin: (server) => server.freeze(), end: (server) => server.thaw() },
} as const satisfies Readonly<Record<string, Outage>>;

/** Asks until `stop` is called. Returns every answer that was given. */
export function keepAsking(app: App): { stop(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>();
  let isOver = false;
  const ask = async (question: () => Promise<string>): Promise<void> => {
    while (!isOver) {
      seen.add(await question());
      await nextTurn();
    }
  };
  const asking = Promise.all([ask(() => app.get('/invoices')), ask(() => app.get('/alive')), ask(() => app.deliver())]);
  return {
    async stop() {
      isOver = true;
      await asking;
      return seen;
    },
  };
}
