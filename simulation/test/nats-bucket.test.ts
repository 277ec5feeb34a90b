import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'vitest';
import { natsTest as test } from '../../packages/revocation/test/nats-server.ts';
import { repository } from '../src/product/bundle.ts';
import { BucketServer } from '../src/world/nats/bucket-server.ts';
import { NatsConnection } from '../src/world/nats/connection.ts';
import { Kvm } from '../src/world/nats/kvm.ts';
import { StreamStore } from '../src/world/stream-store.ts';
import { createBareWorld } from './bare-world.ts';

/** What is asked of both. The methods are those that `natsFeed` calls, and what an operator does. */
interface Side {
  readonly kvm: Kvm;
  deleteKey(key: string): Promise<unknown>;
  removeMessage(sequence: number): Promise<unknown>;
  purge(): Promise<unknown>;
  deleteStream(): Promise<unknown>;
}

const stream = 'KV_B';
const seconds = 3_600;

const operations: Readonly<Record<string, (side: Side) => unknown>> = {
  'info without a bucket': info,
  'put without a bucket': (side) => put(side, 'a', 'one', 0),
  'get without a bucket': (side) => get(side, 'a'),
  create,
  'info of an empty bucket': info,
  'the last message of an empty bucket': (side) => lastMessage(side, '>'),
  'put of a new key': (side) => put(side, 'a', 'one', 0),
  'put of a key that is there': (side) => put(side, 'a', 'two', 0),
  'put with the revision': (side) => put(side, 'a', 'two', 1),
  'get of a text': (side) => get(side, 'a'),
  'get of another key': (side) => get(side, 'x'),
  'put without a revision': (side) => put(side, 'b', 'three'),
  'info of two keys': info,
  'the last message': (side) => lastMessage(side, '>'),
  'the last message of a key': (side) => lastMessage(side, '$KV.B.a'),
  'the last message of a missing key': (side) => lastMessage(side, '$KV.B.x'),
  'creates it again': create,
  'creates it with another age': (side) => side.kvm.create('B', { ttl: seconds * 500 }).then(() => null),
  'info after that': info,
  'what a consumer reads': read,
  'deletes a key': (side) => side.deleteKey('a'),
  'get of a deleted key': (side) => get(side, 'a'),
  'info with a marker': info,
  'put of a deleted key as a new one': (side) => put(side, 'a', 'four', 0),
  'put of a deleted key': (side) => put(side, 'a', 'four', 5),
  'what a consumer reads after a deletion': read,
  'removes the last message': (side) => side.removeMessage(6),
  'info after the last message was removed': info,
  'the last message after the last was removed': (side) => lastMessage(side, '$KV.B.>'),
  'the last message of all after the last was removed': (side) => lastMessage(side, '>'),
  'put after the last message was removed': (side) => put(side, 'c', 'five', 0),
  purge: (side) => side.purge(),
  'info after a purge': info,
  'put after a purge': (side) => put(side, 'a', 'six', 0),
  'deletes the bucket': (side) => side.deleteStream(),
  'info after the bucket was deleted': info,
  'creates it anew': create,
  'put into the new bucket': (side) => put(side, 'a', 'seven', 0),
  'info of the new bucket': info,
};

test('the bucket of the simulation answers as NATS does', async ({ startNats }) => {
  const server = await startNats();
  const real = await realSide(await server.connect());
  const [model, advance] = modelSide();
  for (const [name, operation] of Object.entries(operations)) {
    const expected = await outcomeOf(operation(real));
    expect([name, await advance(outcomeOf(operation(model)))]).toEqual([name, expected]);
  }
});

type Methods = Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;

async function realSide(connection: unknown): Promise<Side> {
  const load = createRequire(join(repository, 'packages', 'revocation', 'package.json'));
  const kvm = new (load('@nats-io/kv') as { readonly Kvm: typeof Kvm }).Kvm(connection as NatsConnection);
  const done = async (work: Promise<unknown> | undefined): Promise<void> => void (await work);
  return {
    kvm,
    deleteKey: async (key) => done(((await kvm.open('B')) as unknown as Methods)['delete']?.(key)),
    removeMessage: async (sequence) => done((await streamsOf(kvm))['deleteMessage']?.(stream, sequence, true)),
    purge: async () => done((await streamsOf(kvm))['purge']?.(stream)),
    deleteStream: async () => done((await streamsOf(kvm))['delete']?.(stream)),
  };
}

async function streamsOf(kvm: Kvm): Promise<Methods> {
  const { streams } = (await kvm.js.jetstreamManager()) as { readonly streams: object };
  const names = ['info', 'getMessage', 'deleteMessage', 'purge', 'delete'];
  const methods = names.map((name) => {
    const call = (...given: readonly unknown[]): Promise<unknown> =>
      Reflect.apply(Reflect.get(streams, name), streams, given);
    return [name, call];
  });
  return Object.fromEntries(methods);
}

function modelSide(): [Side, <T>(work: Promise<T>) => Promise<T>] {
  const { world } = createBareWorld();
  const process = world.startProcess('p0');
  const store = new StreamStore(world, 'store', { aheadMs: 0, driftPpm: 0, lagMs: 0 });
  const server = new BucketServer(store);
  const random = world.random.fork('nats');
  const connection = new NatsConnection({ world, server, process, random });
  const advance = async <T>(work: Promise<T>): Promise<T> => {
    for (let turn = 0; turn < 20; turn++) await world.runUntil(world.nowMs + 100);
    return work;
  };
  const subject = (key: string): string => `$KV.B.${key}`;
  return [
    {
      kvm: new Kvm(connection),
      async deleteKey(key) {
        server.answer({ op: 'publish', subject: subject(key), text: '', marker: 'DEL' });
      },
      removeMessage: async (sequence) => server.remove(({ seq }) => seq === sequence),
      purge: async () => server.remove(() => true),
      deleteStream: async () => store.flush(),
    },
    advance,
  ];
}

async function outcomeOf(work: unknown): Promise<unknown> {
  try {
    return (await work) ?? null;
  } catch (error) {
    const { name, code } = error as { readonly name: string; readonly code?: number };
    return code === undefined ? { name } : { code };
  }
}

async function create({ kvm }: Side): Promise<void> {
  await kvm.create('B', { ttl: seconds * 1_000, history: 1 } as { readonly ttl: number });
}

/** What `Continuity` compares, without times. */
async function info({ kvm }: Side): Promise<unknown> {
  const found = await (await streamsOf(kvm))['info']?.(stream);
  const { created, ts, config, state } = found as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const isTime = (value: unknown): boolean => Number.isFinite(Date.parse(String(value).split(' ')[0] ?? ''));
  return {
    times: [created, state?.['first_ts'], state?.['last_ts']].map(isTime),
    // Servers before 2.10 do not name the present time.
    hasTime: ts === undefined || isTime(ts),
    firstIsNone: String(state?.['first_ts']).startsWith('0001'),
    age: config?.['max_age'],
    limits: [config?.['max_bytes'], config?.['max_msgs'], config?.['discard']],
    messages: state?.['messages'],
    first: state?.['first_seq'],
    last: state?.['last_seq'],
  };
}

async function put({ kvm }: Side, key: string, text: string, previousSeq?: number): Promise<number> {
  return (await kvm.open('B')).put(key, text, previousSeq === undefined ? {} : { previousSeq });
}

async function get({ kvm }: Side, key: string): Promise<unknown> {
  const entry = await (await kvm.open('B')).get(key);
  return entry === null ? null : { operation: entry.operation, revision: entry.revision, text: entry.string() };
}

async function lastMessage({ kvm }: Side, subject: string): Promise<unknown> {
  const found = await (await streamsOf(kvm))['getMessage']?.(stream, { last_by_subj: subject });
  return found === null ? null : Reflect.get(Object(found), 'seq');
}

/** What a new consumer gets: all that is there, then what is written. */
async function read(side: Side): Promise<unknown> {
  const options = { name_prefix: 'test', deliver_policy: 'all', mem_storage: true } as const;
  const consumer = await side.kvm.js.consumers.getPushConsumer(stream, options);
  const got: unknown[] = [];
  const enough = Promise.withResolvers<void>();
  const messages = await consumer.consume({
    callback(message) {
      const { subject, data, info, headers } = message;
      const text = message.string();
      got.push([subject, data.length, info.streamSequence, headers?.get('KV-Operation') ?? '', text]);
      if (text === 'late') enough.resolve();
    },
  });
  const sequence = await put(side, 'late', 'late');
  await enough.promise;
  await messages.close();
  await consumer.info();
  await consumer.delete();
  const after = await consumer.info().catch(({ code }: { readonly code: number }) => code);
  await side.removeMessage(sequence);
  return { got, after };
}
