import { expect, test } from 'vitest';
import { RedisClient } from '../src/scenarios/revocations/redis-client.ts';
import { StreamStore } from '../src/world/stream-store.ts';
import type { VirtualProcess } from '../src/world/virtual-process.ts';
import type { World } from '../src/world/world.ts';
import { createBareWorld } from './bare-world.ts';

interface Setup {
  readonly world: World;
  readonly process: VirtualProcess;
  readonly store: StreamStore;
  readonly client: RedisClient;
  /** What has settled so far. */
  readonly log: string[];
  send(...args: readonly [string, ...string[]]): void;
}

async function start(seed = 1): Promise<Setup> {
  const { world } = createBareWorld(seed);
  const process = world.startProcess('p0');
  const store = new StreamStore(world, 'store', { aheadMs: 0, driftPpm: 0, lagMs: 100 });
  const client = new RedisClient({ world, server: { store }, process, wires: 0 });
  const log: string[] = [];
  const send: Setup['send'] = (command, ...args) => {
    client.call(command, args).then(
      (reply) => log.push(`${command}: ${JSON.stringify(reply)}`),
      (error: Error) => log.push(`${command}: ${error.message}`),
    );
  };
  await world.runUntil(100);
  return { world, process, store, client, log, send };
}

const ids = (store: StreamStore): readonly number[] => store.stream('s')?.entries.map(({ ms }) => ms) ?? [];

test('commands and replies keep their order', async () => {
  const { world, log, send } = await start();
  send('ping', 'a');
  send('xread', 'BLOCK', '500', 'STREAMS', 's', '0-0');
  send('ping', 'b');
  await world.runUntil(400);
  expect(log).toEqual(['ping: "a"']);
  await world.runUntil(1_000);
  expect(log).toEqual(['ping: "a"', 'xread: null', 'ping: "b"']);
});

test('a blocked read ends with a new entry', async () => {
  const { world, store, client, log, send } = await start();
  const reader = client.duplicate();
  void reader
    .connect()
    .then(async () =>
      log.push(`read: ${JSON.stringify(await reader.call('xread', ['BLOCK', '0', 'STREAMS', 's', '0-0']))}`),
    );
  await world.runUntil(300);
  send('xadd', 's', '5-0', 'k', 'v');
  await world.runUntil(500);
  expect(ids(store)).toEqual([5]);
  expect(log).toContain('read: [["s",[["5-0",["k","v"]]]]]');
});

test('what was sent on a lost link arrives when it is open again, or the connection ends', async () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 12; seed++) {
    const { world, process, store, log, send } = await start(seed);
    world.network.setLink(process.name, 'store', 'lost');
    send('xadd', 's', '5-0', 'k', 'v');
    await world.runUntil(10_000);
    expect(ids(store)).toEqual([]);
    world.network.setLink(process.name, 'store', 'open');
    await world.runUntil(30_000);
    // ioredis sends it again on its next connection.
    expect(ids(store)).toEqual([5]);
    outcomes.add(log.join());
  }
  expect(outcomes).toEqual(new Set(['xadd: "5-0"']));
});

test('an answer that is lost makes the client write again', async () => {
  const { world, process, store, log, send } = await start();
  world.network.setLink(process.name, 'store', 'answers lost');
  send('xadd', 's', '*', 'k', 'v');
  await world.runUntil(5_000);
  expect(ids(store)).toHaveLength(1);
  expect(log).toEqual([]);
  store.cut();
  world.network.setLink(process.name, 'store', 'open');
  send('ping');
  await world.runUntil(30_000);
  expect(ids(store)).toHaveLength(2);
  expect(log).toHaveLength(2);
});

test('a store that hangs carries commands out when it goes on', async () => {
  const { world, store, log, send } = await start();
  store.setMode('hangs');
  send('xadd', 's', '5-0', 'k', 'v');
  send('ping');
  await world.runUntil(5_000);
  expect([ids(store), log]).toEqual([[], []]);
  store.setMode('well');
  await world.runUntil(5_100);
  expect([ids(store), log]).toEqual([[5], ['xadd: "5-0"', 'ping: "PONG"']]);
});

test('a failover loses the last writes, and closes the connections', async () => {
  const { world, store, client, log, send } = await start();
  const { replicationId } = store;
  const reader = client.duplicate();
  reader.on('error', (error) => log.push(`reader: ${String(error)}`));
  await Promise.all([reader.connect(), world.runUntil(200)]);
  send('xadd', 's', '5-0', 'k', 'v');
  await world.runUntil(1_000);
  send('xadd', 's', '6-0', 'k', 'v');
  await world.runUntil(1_070);
  expect(ids(store)).toEqual([5, 6]);
  store.failOver(true);
  expect([ids(store), store.replicationId === replicationId]).toEqual([[5], false]);
  await world.runUntil(1_200);
  expect(log).toEqual(['xadd: "5-0"', 'xadd: "6-0"', 'reader: Error: read ECONNRESET']);
});

test.each([
  ['readonly', 'xadd', 'READONLY'],
  ['oom', 'xadd', 'OOM'],
  ['noauth', 'ping', 'NOAUTH'],
  ['loading', 'ping', 'LOADING'],
] as const)('a store that is %s refuses %s', async (mode, command, refusal) => {
  const { world, store, log, send } = await start();
  store.setMode(mode);
  send(command, 's', '*', 'k', 'v');
  await world.runUntil(300);
  expect(log).toEqual([expect.stringContaining(`${command}: ${refusal}`)]);
});
