import type { KV } from '@nats-io/kv';
import { pause, raceDeadline } from '@torii/core/adapter';
import type { FeedConnection, FeedEntry, FeedReader } from '../feed.ts';
import type { Bucket } from './bucket.ts';
import { explain, hasNoResponder, isConflict, isMissingBucket, NatsProblem } from './problems.ts';
import { isInterrupted } from './requests.ts';

interface Writer {
  readonly write: FeedConnection['write'];
  /** Makes every `write` reject with this error. */
  refuse(error: Error): void;
}

interface Attempt {
  isOver: boolean;
  /** Why an entry has to wait. */
  obstacle?: unknown;
}

const maxConcurrent = 64;
const retryMs = 200;

/** Writes entries by compare-and-set, and never replaces a text by one that revokes fewer tokens. */
export function createWriter(bucket: Bucket, reader: Pick<FeedReader, 'later'>): Writer {
  let refusal: Error | undefined;
  let isFit = false;

  // A bucket that loses entries too early must not be written to: the announcement would seem to have succeeded.
  async function prepare(): Promise<KV> {
    if (!isFit) {
      const problem = bucket.problemOf(await bucket.inspectOrCreate());
      if (problem !== undefined) throw problem;
      isFit = true;
    }
    return bucket.values();
  }

  async function writeEntry({ key, text }: FeedEntry, attempt: Attempt): Promise<void> {
    for (let revision = 0; !attempt.isOver; ) {
      try {
        const values = await prepare();
        const isWritten = await bucket.inTime(tryPut(values, key, text, revision));
        if (isWritten) return;
        const current = await bucket.inTime(values.get(key));
        if (current?.operation === 'PUT' && reader.later(current.string(), text) !== text) return;
        revision = current?.revision ?? 0;
      } catch (error) {
        isFit = false;
        revision = 0;
        if (isInterrupted(error)) continue;
        if (!isMissingBucket(error) && !hasNoResponder(error)) throw error;
        // The bucket was deleted, or the server has only just started.
        attempt.obstacle = error;
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
      const attempt: Attempt = { isOver: false };
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
