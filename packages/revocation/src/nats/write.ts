import type { KV } from '@nats-io/kv';
import { pause, raceDeadline } from '@torii/core/internal';
import type { FeedConnection, FeedEntry, FeedReader } from '../feed.ts';
import type { Bucket } from './bucket.ts';
import { explain, hasNoResponder, isConflict, isMissingBucket, NatsProblem } from './problems.ts';
import { isInterrupted, isLate } from './requests.ts';

interface Writer {
  readonly write: FeedConnection['write'];
  /** Makes every `write` reject with this error. */
  refuse(error: Error): void;
}

interface Attempt {
  /** The time limit of one request. There may be several, because requests to a leader that has died get no answer. */
  readonly limitMs: number;
  isOver: boolean;
  /** The last error, which is reported if the time is over. */
  obstacle?: unknown;
}

const maxConcurrent = 64;
const retryMs = 200;
const minLimitMs = 250;

/** Writes entries by compare-and-set, and never replaces a text by one that revokes fewer tokens. */
export function createWriter(bucket: Bucket, reader: Pick<FeedReader, 'later'>): Writer {
  let refusal: Error | undefined;
  let isFit = false;

  // If the bucket forgets entries too early, an announcement must fail instead of seeming to have succeeded.
  async function prepare(): Promise<KV> {
    if (!isFit) {
      const problem = bucket.problemOf(await bucket.inspectOrCreate());
      if (problem !== undefined) throw problem;
      isFit = true;
    }
    return bucket.values();
  }

  function isKept(current: string, ours: string): boolean {
    return current === ours || reader.later(current, ours) !== ours;
  }

  async function writeEntry(entry: FeedEntry, attempt: Attempt): Promise<void> {
    const { text } = entry;
    const key = bucket.keyOf(entry);
    for (let revision = 0; !attempt.isOver; ) {
      try {
        const values = await prepare();
        const isWritten = await bucket.inTime(tryPut(values, key, text, revision), attempt.limitMs);
        if (isWritten) return;
        const current = await bucket.inTime(values.get(key), attempt.limitMs);
        if (current?.operation === 'PUT' && isKept(current.string(), text)) return;
        revision = current?.revision ?? 0;
      } catch (error) {
        revision = 0;
        if (isInterrupted(error)) continue;
        attempt.obstacle = error;
        if (isLate(error)) continue;
        isFit = false;
        if (!isMissingBucket(error) && !hasNoResponder(error)) throw error;
        // The bucket was deleted, or the server has only just started.
        await pause(retryMs);
      }
    }
  }

  return {
    refuse(error) {
      refusal = error;
    },
    async write(entries, { timeoutMs }) {
      if (refusal !== undefined) throw refusal;
      const attempt: Attempt = { limitMs: Math.max(timeoutMs / 4, minLimitMs), isOver: false };
      const rest = entries.values();
      const work = async (): Promise<void> => {
        for (const entry of rest) await writeEntry(entry, attempt);
      };
      const workers = Array.from({ length: Math.min(entries.length, maxConcurrent) }, work);
      try {
        await raceDeadline(Promise.all(workers), timeoutMs, () => {
          throw attempt.obstacle ?? new NatsProblem(`NATS has not accepted the revocation within ${timeoutMs} ms.`);
        });
      } catch (error) {
        throw explain(error);
      } finally {
        attempt.isOver = true;
      }
    },
  };
}

/** Returns false if the key has another revision. */
async function tryPut(values: KV, key: string, text: string, previousSeq: number): Promise<boolean> {
  try {
    await values.put(key, text, { previousSeq });
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
