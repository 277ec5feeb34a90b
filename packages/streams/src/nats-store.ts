import { type KV, Kvm, type KvStatus } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { ToriiStreamError } from './errors.ts';
import { inOurWords } from './nats-errors.ts';
import type { KeyStore } from './slot.ts';

/** JetStream's code for a write that came second. */
const wrongLastSequence = new Set([10071, 10164]);
const biggestKeyBytes = 4_096;

/** The key-value store of a NATS connection of yours. It stays yours to close. */
export function storeOf(connection: NatsConnection): KeyStore {
  const manager = new Kvm(connection);
  const buckets = new Map<string, Promise<KV>>();

  function open(name: string): Promise<KV> {
    const bucket = buckets.get(name) ?? openBucket(manager, name);
    buckets.set(name, bucket);
    // Tried again next time: the server may be back by then.
    bucket.catch(() => buckets.delete(name));
    return bucket;
  }

  return {
    read: (bucket, key) =>
      inOurWords(async () => {
        const entry = await (await open(bucket)).get(key);
        if (entry === null) return null;
        return { value: entry.operation === 'PUT' ? entry.string() : null, revision: entry.revision };
      }),
    write: (bucket, key, value, lastRevision) =>
      inOurWords(async () => {
        try {
          return await (await open(bucket)).put(key, value, { previousSeq: lastRevision });
        } catch (error) {
          if (error instanceof Error && wrongLastSequence.has(Number(Reflect.get(error, 'code')))) return null;
          throw error;
        }
      }),
  };
}

/** Opens a bucket, and makes it where it is missing. */
async function openBucket(manager: Kvm, name: string): Promise<KV> {
  const bucket = await manager.create(name, { history: 1 });
  const problem = problemOf(await bucket.status());
  if (problem === undefined) return bucket;
  const remedy =
    'The gateway wants a bucket without limits: make it anew (nats kv add NAME --history=1), or name another';
  throw new ToriiStreamError('bucket_unfit', `The bucket ${name} ${problem}. ${remedy}.`);
}

function problemOf({ ttl, history, maxValueSize, max_bytes: maxBytes }: KvStatus): string | undefined {
  if (ttl > 0) return `forgets what is in it after ${ttl / 1000} s, and the gateway would lose its key`;
  if (history !== 1) return `keeps ${history} revisions of a key, and an old key is to be gone`;
  if (maxValueSize >= 0 && maxValueSize < biggestKeyBytes)
    return `takes ${maxValueSize} bytes at most, too few for a key`;
  if (maxBytes >= 0 && maxBytes < biggestKeyBytes) return `holds ${maxBytes} bytes at most, too few for a key`;
  return undefined;
}
