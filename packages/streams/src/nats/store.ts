import { type KV, Kvm, type KvStatus } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { isError } from '@torii/core/adapter';
import { pause } from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import type { KeyStore } from '../keys/slot.ts';
import { translateErrors } from './errors.ts';

const revisionConflictCodes = new Set([10071, 10164]);
const streamNotFoundCode = 10059;
const pauseMs = 100;
const maxPauses = 10;
const minBytesForKey = 4_096;

/**
 * Creates a key-value store from your own NATS connection, which you close yourself. The methods of the store throw a
 * ToriiStreamError: `store_unavailable`, `store_refused` or `bucket_unfit`.
 */
export function createNatsStore(connection: NatsConnection): KeyStore {
  const manager = new Kvm(connection);
  // Buckets whose settings were checked. After an error, the settings of the bucket are checked again: the bucket may
  // have been deleted and created with other settings.
  const checkedBuckets = new Map<string, KV>();

  async function find(name: string): Promise<KV> {
    const bucket = checkedBuckets.get(name) ?? (await openFitBucket(manager, name));
    checkedBuckets.set(name, bucket);
    return bucket;
  }

  async function findOrCreate(name: string): Promise<KV> {
    try {
      return await find(name);
    } catch (error) {
      if (!isMissingBucket(error)) throw error;
      await manager.create(name, { history: 1 });
      return find(name);
    }
  }

  async function put(
    name: string,
    key: string,
    value: string,
    previousSeq: number,
    pauses = 0,
  ): Promise<number | null> {
    const wasKnown = checkedBuckets.has(name);
    const bucket = await findOrCreate(name);
    try {
      return await bucket.put(key, value, { previousSeq });
    } catch (error) {
      if (revisionConflictCodes.has(codeOf(error))) return null;
      checkedBuckets.delete(name);
      // Nothing was written, so another attempt is safe: the cached bucket no longer exists, or another client is just
      // creating this one, and the server does not listen for writes yet.
      const isMissing = (wasKnown && isMissingBucket(error)) || hasNoResponder(error);
      if (!isMissing || pauses === maxPauses) throw error;
      if (!wasKnown) await pause(pauseMs);
      return put(name, key, value, previousSeq, pauses + 1);
    }
  }

  return {
    read: (name, key) =>
      translateErrors(async () => {
        try {
          const entry = await (await find(name)).get(key);
          if (entry === null) return null;
          const createdAt = entry.created.getTime() / 1000;
          return { value: entry.operation === 'PUT' ? entry.string() : null, revision: entry.revision, createdAt };
        } catch (error) {
          checkedBuckets.delete(name);
          if (isMissingBucket(error)) return null;
          throw error;
        }
      }),
    write: (name, key, value, lastRevision) => translateErrors(() => put(name, key, value, lastRevision)),
  };
}

function codeOf(error: unknown): number {
  return isError(error) ? Number(Reflect.get(error, 'code')) : Number.NaN;
}

function isMissingBucket(error: unknown): boolean {
  return codeOf(error) === streamNotFoundCode;
}

// Whether no server responded, because the bucket does not exist or JetStream is not enabled.
function hasNoResponder(error: unknown): boolean {
  return isError(error) && error.name === 'JetStreamNotEnabled';
}

async function openFitBucket(manager: Kvm, name: string): Promise<KV> {
  // Read only from the leader of the cluster: a replica can be behind, and direct reads of a deleted bucket get no
  // response.
  const bucket = await manager.open(name, { allow_direct: false });
  const problem = problemOf(await bucket.status());
  if (problem === undefined) return bucket;
  const remedy =
    'The gateway needs a bucket without limits. Create it again (nats kv add NAME --history=1), or choose another';
  throw new ToriiStreamError('bucket_unfit', `The bucket ${name} ${problem}. ${remedy}.`);
}

function problemOf({ ttl, history, maxValueSize, max_bytes: maxBytes }: KvStatus): string | undefined {
  if (ttl > 0) return `has a TTL of ${ttl / 1000} s, after which the gateway would lose its key`;
  if (history !== 1) return `has a history of ${history}, so it would keep old keys`;
  if (maxValueSize >= 0 && maxValueSize < minBytesForKey)
    return `has a maximum value size of ${maxValueSize} bytes, too small for a key`;
  if (maxBytes >= 0 && maxBytes < minBytesForKey) return `has a maximum size of ${maxBytes} bytes, too small for a key`;
  return undefined;
}
