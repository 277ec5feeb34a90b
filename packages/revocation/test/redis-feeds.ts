import { Redis, type RedisOptions } from 'ioredis';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import type { FeedConnection, FeedEntry } from '../src/feed.ts';
import { type RedisClient, type RedisFeedOptions, redisFeed } from '../src/redis/index.ts';
import { RecordingReader } from './redis-reader.ts';
import { type RedisServer, until } from './redis-server.ts';

export interface OpenFeed {
  readonly reader: RecordingReader;
  readonly connection: FeedConnection;
}

/** Opens a feed on a client, without waiting for anything. */
export function openFeed(
  client: RedisClient,
  options: RedisFeedOptions = {},
  reader = new RecordingReader(),
): OpenFeed {
  const connection = redisFeed(client, options).open(reader);
  onTestFinished(() => connection.close());
  return { reader, connection };
}

/**
 * Opens a feed with ioredis, and waits until it has read the stream.
 *
 * @param written The server that the client of the app is connected to, if the feed reads from another one.
 */
export async function openCurrent(
  server: RedisServer,
  options: RedisFeedOptions = {},
  reader = new RecordingReader(),
  written = server,
): Promise<OpenFeed> {
  const client = ioredis(written);
  if (written !== server) client.duplicate = () => new Redis({ port: server.port, lazyConnect: true });
  const feed = openFeed(client, options, reader);
  await until(() => reader.proofs.length > 0 || reader.refusal !== undefined);
  return feed;
}

type OptionNames = 'enableReadyCheck' | 'keyPrefix' | 'lazyConnect' | 'password' | 'retryStrategy' | 'username';

export function ioredis({ port }: RedisServer, options: Pick<RedisOptions, OptionNames> = {}): Redis {
  const client = new Redis(port, '127.0.0.1', options);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

export async function nodeRedis({ url }: RedisServer): Promise<RedisClient> {
  const client = createClient({ url });
  onTestFinished(() => client.destroy());
  return client.connect();
}

export function entry(name: string): FeedEntry {
  return { key: `key ${name}`, text: `text ${name}` };
}

export const patience = { timeoutMs: 5_000 };

/** Waits until the feed has asked the server after this moment, and got an answer. */
export async function nextProof({ reader }: OpenFeed): Promise<void> {
  const now = reader.now();
  await until(() => reader.hasProofAfter(now));
}

export const stream = 'torii:revocations:{0123456789abcdef01234567}';
export const about = `${stream}:about`;
