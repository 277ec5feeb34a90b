import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ToriiConfigError } from '@torii/core';
import { randomId, wrongOption } from '@torii/core/internal';
import type { FeedEntry } from '../feed.ts';
import { isMissingBucket, isNameTaken } from './problems.ts';
import type { Requests } from './requests.ts';

type JetStream = Kvm['js'];
type JetStreamManager = Awaited<ReturnType<JetStream['jetstreamManager']>>;
export type StreamInfo = Awaited<ReturnType<JetStreamManager['streams']['info']>>;
export type PushConsumer = Awaited<ReturnType<JetStream['consumers']['getPushConsumer']>>;

export interface BucketOptions {
  readonly name: string;
  /** The first part of the keys. Environments that share a bucket must not replace entries of each other. */
  readonly channel: string;
  readonly retentionSeconds: number;
  readonly replicas: number;
}

/** The bucket of the revocations, and the stream that holds it. */
export interface Bucket {
  /** Reads the state and the settings. Creates the bucket if it does not exist. */
  inspectOrCreate(): Promise<StreamInfo>;
  inspect(): Promise<StreamInfo>;
  /**
   * The sequence of the last entry, or 0. Not the last sequence of the stream, because that entry may have been removed, and would
   * never arrive. Not the consumer's answer either: in a cluster, it may be on a server that is behind.
   */
  lastSequence(info: StreamInfo): Promise<number>;
  /** What is wrong with the settings of the bucket. */
  problemOf(info: StreamInfo): ToriiConfigError | undefined;
  /** A consumer of everything that the bucket holds, and of what is written later. */
  createConsumer(): Promise<PushConsumer>;
  /** Reads and writes single keys, from the leader of the cluster. */
  values(): Promise<KV>;
  /** The key of an entry in the bucket. */
  keyOf(entry: FeedEntry): string;
  /** Whether an entry with this subject belongs to the environment. */
  owns(subject: string): boolean;
  readonly inTime: Requests['inTime'];
}

// Kept for longer than required, so that small differences in time do not matter.
const marginSeconds = 300;

export function createBucket(connection: NatsConnection, requests: Requests, options: BucketOptions): Bucket {
  const { name, channel, retentionSeconds, replicas } = options;
  const stream = `KV_${name}`;
  const buckets = new Kvm(connection);
  const { inTime } = requests;

  async function inspect(): Promise<StreamInfo> {
    const manager = await buckets.js.jetstreamManager(false);
    return manager.streams.info(stream);
  }

  async function create(): Promise<void> {
    const ttl = (retentionSeconds + marginSeconds) * 1_000;
    try {
      await buckets.create(name, { history: 1, ttl, replicas, description: 'Revoked tokens (@torii/revocation)' });
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
  }

  return {
    inTime,
    inspect: () => inTime(inspect()),
    async inspectOrCreate() {
      try {
        return await inTime(inspect());
      } catch (error) {
        if (!isMissingBucket(error)) throw error;
        await inTime(create());
        return inTime(inspect());
      }
    },
    async lastSequence({ state }) {
      if (state.messages === 0) return 0;
      const manager = await buckets.js.jetstreamManager(false);
      // Not `>`, to which NATS 2.9 answers that there is none, if the last message was removed.
      const last = await inTime(manager.streams.getMessage(stream, { last_by_subj: `$KV.${name}.>` }));
      return last?.seq ?? 0;
    },
    problemOf: (info) => problemOf(info, retentionSeconds, connection.info?.version ?? '2'),
    createConsumer: () => {
      // The bucket has one entry per key, so `all` delivers the same as `last_per_subject`, which is slower to prepare.
      const options = { name_prefix: `torii_${randomName()}`, deliver_policy: 'all', mem_storage: true } as const;
      return inTime(buckets.js.consumers.getPushConsumer(stream, options));
    },
    keyOf: ({ key }) => `${channel}.${key}`,
    owns: (subject) => subject.startsWith(`$KV.${name}.${channel}.`),
    values: () => inTime(buckets.open(name, { allow_direct: false })),
  };
}

function randomName(): string {
  return randomId().replaceAll('-', '');
}

function problemOf({ config }: StreamInfo, retentionSeconds: number, version: string): ToriiConfigError | undefined {
  const { name: stream, max_age: maxAgeNanos, discard, max_bytes: maxBytes, max_msgs: maxMessages } = config;
  const keptSeconds = maxAgeNanos / 1_000_000_000;
  if (keptSeconds > 0 && keptSeconds < retentionSeconds) {
    return wrongOption(
      'maxTokenSeconds',
      `needs a bucket that keeps entries for ${retentionSeconds} seconds. Found: ${stream} keeps them for ${keptSeconds}. ` +
        `Lower maxTokenSeconds, or run: nats stream edit ${stream} --max-age=${retentionSeconds + marginSeconds}s`,
    );
  }
  const hasLimit = maxBytes > 0 || maxMessages > 0;
  // Before 2.11, NATS removes old entries even with `discard: 'new'`: it compares the size without the record's overhead.
  if (hasLimit && (discard !== 'new' || isBefore(version, 2, 11))) {
    return wrongOption(
      'feed',
      `needs a bucket without a limit on its size: NATS ${version} discards the oldest entries when it is reached. ` +
        `Run: nats stream edit ${stream} --max-bytes=-1 --max-msgs=-1`,
    );
  }
  return undefined;
}

function isBefore(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}
