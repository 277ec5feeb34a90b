import { ToriiConfigError, ToriiError } from '@torii/core';
import type { RevocationFeed } from '@torii/revocation';
import type { Context } from '../context.ts';
import { describeFailure } from '../failure-text.ts';
import { CommandFailure, UsageError } from '../failures.ts';
import { natsOptionsFrom } from '../nats-options.ts';
import { requireOnePackage, requirePackages } from '../optional-package.ts';
import type { RevocationSettings } from './settings.ts';
import type { NatsAddress, RedisAddress } from './store-address.ts';

/** A feed and the client that it reads with. */
export interface StoreClient {
  readonly feed: RevocationFeed;
  /** Closes the client, after the feed was closed. */
  close(): Promise<void>;
}

const natsPackages = ['@nats-io/transport-node', '@nats-io/kv'];
const redisPackages = ['ioredis', 'redis'] as const;

/** Creates the client of the store. The client of Redis connects later, and its problems reach the feed. */
export function openStoreClient(
  context: Context,
  settings: RevocationSettings,
  timeoutMs: number,
): Promise<StoreClient> {
  const { address } = settings;
  if (address.kind === 'nats') return openNats(context, settings, address, timeoutMs);
  const client = requireOnePackage('revocations in Redis', redisPackages);
  return client === 'ioredis' ? openIoredis(address, timeoutMs) : openNodeRedis(address, timeoutMs);
}

async function openIoredis(address: RedisAddress, connectTimeout: number): Promise<StoreClient> {
  const [{ Redis }, { redisFeed }] = await Promise.all([import('ioredis'), import('@torii/revocation/redis')]);
  const { host, port, username, password, database, hasTls } = address;
  const client = new Redis({
    host,
    port,
    db: database,
    connectTimeout,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(hasTls && { tls: {} }),
  });
  // Without a listener, ioredis writes errors to standard error. The feed reports them.
  client.on('error', () => {});
  return { feed: redisFeed(client), close: async () => client.disconnect() };
}

async function openNodeRedis(address: RedisAddress, connectTimeout: number): Promise<StoreClient> {
  const [{ createClient }, { redisFeed }] = await Promise.all([import('redis'), import('@torii/revocation/redis')]);
  const { host, port, username, password, database, hasTls } = address;
  const client = createClient({
    socket: { host, port, connectTimeout, ...(hasTls && { tls: true as const }) },
    database,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  });
  client.on('error', () => {});
  client.connect().catch(() => {});
  return { feed: redisFeed(client), close: async () => client.destroy() };
}

async function openNats(
  context: Context,
  { find, origin, bucket }: RevocationSettings,
  { servers }: NatsAddress,
  timeoutMs: number,
): Promise<StoreClient> {
  requirePackages('revocations in NATS', natsPackages);
  const place = { servers: { text: servers, origin }, name: 'TORII_REVOCATIONS_STORE' };
  const options = await natsOptionsFrom(context, find, place);
  const [{ connectNats }, { natsFeed }] = await Promise.all([
    import('@torii/streams/nats'),
    import('@torii/revocation/nats'),
  ]);
  try {
    const connection = await connectNats({ ...options, timeoutMs });
    return { feed: natsFeed(connection, { bucket }), close: () => connection.close() };
  } catch (error) {
    if (!(error instanceof ToriiError)) throw error;
    const text = describeFailure(error, context.env).text.replaceAll(
      '--servers (NATS_URL)',
      '--store (TORII_REVOCATIONS_STORE)',
    );
    throw error instanceof ToriiConfigError ? new UsageError(text) : new CommandFailure(text);
  }
}
