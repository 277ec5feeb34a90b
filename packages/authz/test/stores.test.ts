// Tests with real stores: a change reaches the other node, and requests are refused while the store is down.
import { setTimeout as sleep } from 'node:timers/promises';
import KeyvMemcache from '@keyv/memcache';
import KeyvPostgres from '@keyv/postgres';
import KeyvRedis from '@keyv/redis';
import type { Auth } from '@torii/core';
import { Keyv } from 'keyv';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { failOnCrashes } from '../../../scripts/crash-guard.ts';
import { requireProgram } from '../../../scripts/programs.ts';
import { type Authz, type AuthzEvent, createAuthz } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';
import { type StoreName, type StoreServer, startStore, writers } from './store-servers.ts';

failOnCrashes();

const refreshSeconds = 1;
const timeoutMs = 900;
const may = { permissions: { clerk: ['invoices:get'] } };
const mayNot = { permissions: { clerk: ['reports:get'] } };

const adapters: Readonly<Record<StoreName, (port: number) => Keyv>> = {
  redis: (port) => new Keyv(new KeyvRedis(`redis://127.0.0.1:${port}`)),
  memcached: (port) => new Keyv({ store: new KeyvMemcache(`127.0.0.1:${port}`) }),
  postgres: (port) => new Keyv({ store: new KeyvPostgres(`postgresql://postgres@127.0.0.1:${port}/postgres`) }),
};

const servers = new Map<StoreName, Promise<StoreServer>>();
afterAll(async () => {
  for (const server of servers.values()) await (await server)[Symbol.asyncDispose]();
});

/** Starts a server once for all tests of a store: it takes PostgreSQL longer than the test. */
function serverOf(context: TestContext, name: StoreName): Promise<StoreServer> {
  requireProgram(context, name); // Skips each test of the store.
  const server = servers.get(name) ?? startStore(context, name);
  servers.set(name, server);
  return server;
}

interface Node {
  readonly keyv: Keyv;
  readonly authz: Authz;
  readonly events: AuthzEvent[];
  ask(): Promise<number>;
}

function nodeAt(name: StoreName, server: StoreServer, auth: Auth): Node {
  const keyv = adapters[name](server.port);
  const events: AuthzEvent[] = [];
  const onEvent = (event: AuthzEvent): void => void events.push(event);
  const authz = createAuthz({ permissions: { store: keyv }, refreshSeconds, timeoutMs, onEvent });
  return { keyv, authz, events, ask: () => statusOf(authz, auth, requestFor('/invoices')) };
}

/** A store that is slow to answer fails it, and then nothing old is in force either. */
async function refresh({ authz }: Node): Promise<void> {
  await authz.refresh().catch(() => {});
}

/** Asks until the store has answered in time. */
async function decisionOf(node: Node): Promise<number> {
  for (;;) {
    const status = await node.ask();
    if (status !== 503) return status;
    await sleep(100);
  }
}

/** PostgreSQL's nodes share one pool, so the tests of a store run one after the other. The stores do not wait for each other. */
const inTurn = { concurrent: false };

describe.concurrent.each(Object.keys(adapters) as StoreName[])('%s', (name) => {
  test(
    '[26] a changed document applies at once on the same node, and on the other node within refreshSeconds',
    inTurn,
    async (context) => {
      const server = await serverOf(context, name);
      const auth = await callerWith({ roles: 'clerk' });
      const [here, there] = [nodeAt(name, server, auth), nodeAt(name, server, auth)];
      expect(await here.ask()).toBe(503); // The store is still empty.

      await here.keyv.set('permissions', may);
      for (const node of [here, there]) {
        await refresh(node);
        expect(await decisionOf(node)).toBe(200);
      }

      await here.keyv.set('permissions', mayNot);
      await refresh(here);
      expect(await decisionOf(here)).toBe(403);
      // The simulation's scenario `policies` has many changes, and their exact times.
      await sleep(refreshSeconds * 1000);
      expect(await decisionOf(there)).toBe(403);
      await here.keyv.disconnect();
      await there.keyv.disconnect().catch(() => {}); // The PostgreSQL nodes of one process share a pool.
    },
  );

  test(
    '[26] answers 503 within refreshSeconds after the store is killed, and recovers when it is back',
    inTurn,
    async (context) => {
      const server = await serverOf(context, name);
      const auth = await callerWith({ roles: 'clerk' });
      const node = nodeAt(name, server, auth);
      await node.keyv.set('permissions', may);
      expect(await decisionOf(node)).toBe(200);

      let isOver = false;
      const seen: number[] = [];
      const traffic = (async () => {
        while (!isOver) {
          seen.push(await node.ask());
          await sleep(5);
        }
      })();
      await server.kill();
      await sleep(refreshSeconds * 1000 + timeoutMs);
      expect(await node.ask()).toBe(503);
      expect(node.events.at(-1)).toMatchObject({ type: 'policy_failed' });

      await server.start();
      // Redis and Memcached come back empty. An empty store is not an empty document.
      while ((await node.ask()) !== 200) {
        await Promise.race([node.keyv.set('permissions', may), sleep(500)]);
        await sleep(200);
      }
      isOver = true;
      await traffic;
      expect(new Set(seen)).toEqual(new Set([200, 503]));
      await node.keyv.disconnect();
    },
  );

  test('reads a document that another program wrote as plain JSON under a custom key', inTurn, async (context) => {
    const server = await serverOf(context, name);
    const keyv = adapters[name](server.port);
    keyv.namespace = undefined; // Keyv then adds no prefix to the key.
    await keyv.set('something', 'makes Keyv create its PostgreSQL table');
    const authz = createAuthz({ permissions: { store: keyv, key: 'app:rbac' } });
    const auth = await callerWith({ roles: 'clerk' });
    await writers[name](server, 'app:rbac', JSON.stringify({ last_update: 1640995200, ...may }));
    expect(await statusOf(authz, auth, requestFor('/invoices'))).toBe(200);
    expect(await statusOf(authz, auth, requestFor('/reports'))).toBe(403);
    await writers[name](server, 'app:rbac', '{"permissions":');
    await expect(authz.refresh()).rejects.toMatchObject({ reason: 'policy_unavailable' });
    expect(await statusOf(authz, auth, requestFor('/invoices'))).toBe(503);
    await keyv.disconnect();
  });
});
