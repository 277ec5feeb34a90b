// The process of an app, watched from outside while the server of its store goes away, in every way.
import { describe, expect, test } from 'vitest';
import { expectToRefuse, expectToWork, keepAsking, outages, startApp } from './store-outages.ts';
import { type StoreName, startStore, withPostgres, writers } from './store-servers.ts';

const names: readonly StoreName[] = ['redis', 'memcached', 'postgres'];
const given = new Set(['200', '503 policy_unavailable', '200 handled', '503 store_unavailable', '503 in_progress']);

describe.each(names)('[38] %s', (name) => {
  describe.each(Object.entries(outages))('%s', (_how, outage) => {
    test('while the app is idle, twice', async (context) => {
      await using server = await startStore(context, name);
      await using app = await startApp(name, server.port);
      for (let time = 0; time < 2; time++) {
        await expectToWork(app);
        await outage.begin(server);
        await expectToRefuse(app);
        await outage.end(server);
      }
      await expectToWork(app);
      expect(app.end()).toBeNull();
    });

    test('during requests', async (context) => {
      await using server = await startStore(context, name);
      await using app = await startApp(name, server.port);
      await expectToWork(app);
      const traffic = keepAsking(app);
      await outage.begin(server);
      await expectToRefuse(app);
      await outage.end(server);
      await expectToWork(app);
      expect([...(await traffic.stop())].filter((answer) => !given.has(answer))).toEqual([]);
      expect(app.end()).toBeNull();
    });
  });

  test('before the app starts', async (context) => {
    await using server = await startStore(context, name);
    // @keyv/postgres creates its table when it is created, and never later.
    await using first = await startApp(name, server.port);
    await expectToWork(first);
    await server.stop();
    await using app = await startApp(name, server.port);
    await expectToRefuse(app);
    await server.start();
    await expectToWork(app);
    await server.kill();
    await expectToRefuse(app);
    expect(app.end()).toBeNull();
  });

  test('flushed: no document is never an empty document', async (context) => {
    await using server = await startStore(context, name);
    await using app = await startApp(name, server.port);
    await expectToWork(app);
    await server.flush();
    await expect.poll(() => app.get('/invoices')).toBe('503 policy_unavailable');
    expect(await app.deliver()).toBe('200 handled');
    await expectToWork(app);
    expect(app.end()).toBeNull();
  });
});

/** The keys under which the app's Keyv and its adapter store an entry. */
const keysOf: Readonly<Record<StoreName, (namespace: string, key: string) => string>> = {
  redis: (namespace, key) => `${namespace}::${namespace}:${key}`,
  memcached: (namespace, key) => `${namespace}:${namespace}:${key}`,
  postgres: (namespace, key) => `${namespace}:${key}`,
};

test.for(names)('[38] %s holds entries that are not JSON', async (name, context) => {
  await using server = await startStore(context, name);
  await using app = await startApp(name, server.port);
  await expectToWork(app);
  await writers[name](server, keysOf[name]('rbac', 'permissions'), '{"permissions":');
  await writers[name](server, keysOf[name]('webhooks', 'torii-webhook:.'), '{');
  await expectToRefuse(app);
  await server.flush();
  await expectToWork(app);
  expect(app.end()).toBeNull();
});

test('[38] PostgreSQL ends the connections of an idle app', async (context) => {
  await using server = await startStore(context, 'postgres');
  await using app = await startApp('postgres', server.port);
  await expectToWork(app);
  await withPostgres(server.port, async (client) => {
    const others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'";
    const { rowCount } = await client.query(`${others} AND pid <> pg_backend_pid()`);
    expect(rowCount).toBeGreaterThan(0);
  });
  await expectToWork(app);
  expect(app.end()).toBeNull();
});

test('[38] a Keyv in memory has no server to lose', async () => {
  await using app = await startApp('memory');
  await expectToWork(app);
  expect(app.end()).toBeNull();
});
