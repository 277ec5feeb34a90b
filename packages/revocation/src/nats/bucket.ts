import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ToriiConfigError } from '@torii/core';
import { randomId, wrongOption } from '@torii/core/adapter';
import { isMissingBucket, isNameTaken } from './problems.ts';
import type { Requests } from './requests.ts';

type JetStream = Kvm['js'];
type JetStreamManager = Awaited<ReturnType<JetStream['jetstreamManager']>>;
export type StreamInfo = Awaited<ReturnType<JetStreamManager['streams']['info']>>;
export type PushConsumer = Awaited<ReturnType<JetStream['consumers']['getPushConsumer']>>;

export interface BucketOptions {
  readonly name: string;
  readonly retentionSeconds: number;
  readonly replicas: number;
}

/** The bucket of the revocations, and the stream that holds it. */
export interface Bucket {
  /** Reads the state and the settings. Creates the bucket if it does not exist. */
  inspectOrCreate(): Promise<StreamInfo>;
  inspect(): Promise<StreamInfo>;
  /** What is wrong with the settings of the bucket. */
  problemOf(info: StreamInfo): ToriiConfigError | undefined;
  /** A consumer of everything that the bucket holds, and of what is written later. */
  createConsumer(): Promise<PushConsumer>;
  /** Reads and writes single keys, from the leader of the cluster. */
  values(): Promise<KV>;
  readonly inTime: Requests['inTime'];
}

// Above what is required, so that the end of an entry never depends on a few seconds.
const marginSeconds = 300;

export function createBucket(connection: NatsConnection, requests: Requests, options: BucketOptions): Bucket {
  const { name, retentionSeconds, replicas } = options;
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
    problemOf: (info) => problemOf(info, retentionSeconds),
    createConsumer: () => {
      // From the first entry on. The bucket has one per key, so the policy for the last value of each key, which is slow to
      // prepare, would deliver the same.
      const options = { name_prefix: `torii_${randomName()}`, deliver_policy: 'all', mem_storage: true } as const;
      return inTime(buckets.js.consumers.getPushConsumer(stream, options));
    },
    values: () => inTime(buckets.open(name, { allow_direct: false })),
  };
}

function randomName(): string {
  return randomId().replaceAll('-', '');
}

function problemOf({ config }: StreamInfo, retentionSeconds: number): ToriiConfigError | undefined {
  const { name: stream, max_age: maxAgeNanos, discard, max_bytes: maxBytes, max_msgs: maxMessages } = config;
  const keptSeconds = maxAgeNanos / 1_000_000_000;
  if (keptSeconds > 0 && keptSeconds < retentionSeconds) {
    return wrongOption(
      'maxTokenSeconds',
      `needs a bucket that keeps entries for ${retentionSeconds} seconds. Found: ${stream} keeps them for ${keptSeconds}. ` +
        `Lower maxTokenSeconds, or run: nats stream edit ${stream} --max-age=${retentionSeconds + marginSeconds}s`,
    );
  }
  if (discard === 'old' && (maxBytes > 0 || maxMessages > 0)) {
    return wrongOption(
      'feed',
      `needs a bucket that keeps its entries when it is full. Found: ${stream} discards the oldest. ` +
        `Run: nats stream edit ${stream} --discard=new`,
    );
  }
  return undefined;
}
