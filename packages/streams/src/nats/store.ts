import { type KV, Kvm, type KvStatus } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { ToriiStreamError } from '../errors.ts';
import type { KeyStore } from '../keys/slot.ts';
import { inOurWords } from './errors.ts';

/** JetStream's code for a write that came second. */
const wrongLastSequence = new Set([10071, 10164]);
const biggestKeyBytes = 4_096;

const streamNotFound = 10059;

/** The key-value store of a NATS connection of yours. It stays yours to close. */
export function createNatsStore(connection: NatsConnection): KeyStore {
  const manager = new Kvm(connection);
  /** Buckets that were looked at and found fit. Forgotten when anything goes wrong: one may be lost and made anew. */
  const buckets = new Map<string, KV>();

  async function find(name: string): Promise<KV> {
    const bucket = buckets.get(name) ?? (await openBucket(manager, name));
    buckets.set(name, bucket);
    return bucket;
  }

  async function findOrMake(name: string): Promise<KV> {
    try {
      return await find(name);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await manager.create(name, { history: 1 });
      return find(name);
    }
  }

  async function put(name: string, key: string, value: string, previousSeq: number): Promise<number | null> {
    const wasKnown = buckets.has(name);
    try {
      return await (await findOrMake(name)).put(key, value, { previousSeq });
    } catch (error) {
      if (wrongLastSequence.has(codeOf(error))) return null;
      buckets.delete(name);
      // Nothing was written, since there was nobody to write it.
      if (wasKnown && (isMissing(error) || isUnheard(error))) return put(name, key, value, previousSeq);
      throw error;
    }
  }

  return {
    read: (name, key) =>
      inOurWords(async () => {
        try {
          const entry = await (await find(name)).get(key);
          if (entry === null) return null;
          const createdAt = entry.created.getTime() / 1000;
          return { value: entry.operation === 'PUT' ? entry.string() : null, revision: entry.revision, createdAt };
        } catch (error) {
          buckets.delete(name);
          if (isMissing(error)) return null;
          throw error;
        }
      }),
    write: (name, key, value, lastRevision) => inOurWords(() => put(name, key, value, lastRevision)),
  };
}

function codeOf(error: unknown): number {
  return error instanceof Error ? Number(Reflect.get(error, 'code')) : Number.NaN;
}

/** There is no such bucket. */
function isMissing(error: unknown): boolean {
  return codeOf(error) === streamNotFound;
}

/** Nobody took the message: no bucket keeps this key, or there is no JetStream at all. */
function isUnheard(error: unknown): boolean {
  return error instanceof Error && error.name === 'JetStreamNotEnabled';
}

/** Opens a bucket that is there, and refuses one that would lose a key. */
async function openBucket(manager: Kvm, name: string): Promise<KV> {
  // Read from its leader alone: a copy may be behind, and nobody answers for one that was deleted.
  const bucket = await manager.open(name, { allow_direct: false });
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
