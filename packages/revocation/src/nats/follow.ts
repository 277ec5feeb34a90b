import type { NatsConnection } from '@nats-io/transport-node';
import { type Instant, instantNow, pause, random, startTimer, stopTimer, type Timer } from '@torii/core/internal';
import type { FeedConnection, FeedReader } from '../feed.ts';
import type { Bucket, StreamInfo } from './bucket.ts';
import { Continuity } from './continuity.ts';
import { closedProblem, explain, isMissingBucket, NatsProblem } from './problems.ts';
import { PendingProofs } from './proofs.ts';
import { type End, type Reading, startReading } from './reading.ts';
import { isInterrupted, type Requests } from './requests.ts';
import { createStoreClock } from './store-clock.ts';
import { createWriter } from './write.ts';

// Processes that lost their connection together must not all read the bucket at the same moment.
const maxSpreadMs = 1_000;
const minRetryMs = 250;
const maxRetryMs = 10_000;

/** Reads the bucket until `close`, and again from the beginning whenever something could be missing. */
export function follow(
  connection: NatsConnection,
  bucket: Bucket,
  requests: Requests,
  reader: FeedReader,
  timeoutMs: number,
): FeedConnection {
  const spreadMs = Math.min(maxSpreadMs, reader.silenceMs);
  /** The present time, for the reader. */
  const clock = createStoreClock();
  /** Set only when the reading begins, so that it does not follow a server whose clock is set. */
  const startClock = createStoreClock();
  const continuity = new Continuity();
  const writer = createWriter(bucket, reader);
  let isStopped = false;
  let isFirst = true;
  let isReset = false;
  let failures = 0;
  let check: (() => Promise<void>) | undefined;
  let endReading = (_end: End): void => {};
  let endWait = (): void => {};

  async function run(): Promise<void> {
    while (!isStopped) {
      const end = await read().catch((problem: unknown): End => (isInterrupted(problem) ? {} : { problem }));
      if (isStopped) return;
      isReset ||= end.lost === true;
      if (end.problem === undefined) {
        await wait(random() * spreadMs);
        continue;
      }
      reader.failed(explain(end.problem));
      const retryMs = Math.min(minRetryMs * 2 ** failures++, maxRetryMs);
      await wait(retryMs * (0.5 + random() / 2));
    }
  }

  async function read(): Promise<End> {
    const askedAt = reader.now();
    const before = continuity.known;
    const info = await bucket.inspectOrCreate();
    const unfit = bucket.problemOf(info);
    if (unfit !== undefined) {
      // If the bucket was changed while this process is running, it may be repaired soon. Until then, nothing is proven.
      if (isFirst) refuse(unfit);
      throw unfit;
    }
    const lastSequence = await bucket.lastSequence(info);
    const consumerAskedAt = reader.now();
    const consumer = await bucket.createConsumer();
    if (isStopped) {
      consumer.delete().catch(() => {});
      return {};
    }
    const startedMs = Date.parse((await consumer.info(true)).created);
    clock.set(startedMs, consumerAskedAt);
    // To a few seconds, or after a pause a little more, because the age of entries is compared with it.
    startClock.set(startedMs, instantNow());
    const verdict = continuity.compare(before, info, startedMs);
    reader.snapshotBegins({ reset: isReset || verdict === 'lost', askedAt });
    reader.received([], clock.sureNow());
    isReset = false;
    return new Promise((resolve, reject) => {
      const proofs = new PendingProofs(reader, timeoutMs, () =>
        endReading({
          problem: new NatsProblem(
            'NATS has stopped delivering what was written to the bucket. Check that this login may publish to $JS.FC.>.',
          ),
        }),
      );
      let timer: Timer | undefined;
      const checkLater = (): void => {
        if (proofs.isOver) return;
        timer = startTimer(() => void check?.().catch(reportProblem).finally(checkLater), reader.silenceMs);
      };
      const over = (end: End): void => {
        check = undefined;
        if (timer !== undefined) stopTimer(timer);
        proofs.end();
        resolve(end);
      };
      startReading(consumer, lastSequence, {
        owns: bucket.owns,
        texts(texts, writtenMs, isSnapshot) {
          if (!isSnapshot) clock.atLeast(writtenMs);
          reader.received(texts, clock.sureNow());
        },
        snapshotEnded() {
          isFirst = false;
          failures = 0;
          reader.snapshotEnds();
          proofs.begin();
        },
        reached(sequence, writtenMs) {
          continuity.saw(sequence, writtenMs);
          proofs.reach(sequence);
        },
        over,
      }).then(
        (reading) => {
          // It may be over already. `ask` must then end the wait for the next reading.
          if (proofs.isOver) return;
          endReading = reading.end;
          if (isStopped) return reading.end({});
          check = () => checkReading(reading, proofs);
          proofs.add({ askedAt, sequence: lastSequence });
          checkLater();
        },
        (problem: unknown) => {
          proofs.end();
          reject(problem);
        },
      );
    });
  }

  async function checkReading(reading: Reading, proofs: PendingProofs): Promise<void> {
    const askedAt = reader.now();
    const before = continuity.known;
    const [inspection, life] = await Promise.allSettled([bucket.inspect(), bucket.inTime(reading.assertAlive())]);
    if (isStopped || proofs.isOver) return;
    if (inspection.status === 'rejected') {
      reader.failed(explain(inspection.reason));
      // Reading again tells whether it is gone: a server that has just started may not know the bucket yet.
      if (isMissingBucket(inspection.reason)) reading.end({});
      return;
    }
    if (life.status === 'rejected') return reading.end({ problem: life.reason });
    const verdict = continuity.compare(before, inspection.value, startClock.now());
    if (verdict !== 'same') return reading.end({ lost: verdict === 'lost' });
    setClock(inspection.value, askedAt);
    const problem = bucket.problemOf(inspection.value);
    if (problem !== undefined) return reader.failed(problem);
    const hasAll = inspection.value.state.last_seq <= proofs.reached;
    const sequence = hasAll ? proofs.reached : await bucket.lastSequence(inspection.value);
    if (!proofs.isOver) proofs.add({ askedAt, sequence });
  }

  function setClock(info: StreamInfo, askedAt: Instant): void {
    // Servers before 2.10 do not name the present time.
    const { ts } = info as { readonly ts?: string };
    if (ts !== undefined) clock.set(Date.parse(ts), askedAt);
    reader.received([], clock.sureNow());
  }

  function reportProblem(problem: unknown): void {
    if (!isStopped && !isInterrupted(problem)) reader.failed(explain(problem));
  }

  function refuse(error: Error): void {
    stop();
    writer.refuse(error);
    reader.refused(error);
  }

  async function wait(ms: number): Promise<void> {
    // Waits at least for a part of the time, even if the reader asks repeatedly.
    const firstMs = Math.min(ms, minRetryMs / 2);
    await pause(firstMs);
    const controller = new AbortController();
    endWait = () => controller.abort();
    if (!isStopped && ms > firstMs) await pause(ms - firstMs, controller.signal);
    endWait = () => {};
  }

  const statuses = connection.status();
  async function watchConnection(): Promise<void> {
    for await (const { type } of statuses) {
      if (isStopped) return;
      if (type === 'disconnect') reader.failed(new NatsProblem('The connection to NATS was lost.'));
      if (type === 'reconnect') {
        requests.interrupt();
        endReading({});
        startTimer(endWait, random() * spreadMs);
      }
    }
  }

  function reportClosed(): void {
    if (isStopped) return;
    stop();
    reader.failed(new NatsProblem(`${closedProblem}.`));
  }

  function stop(): void {
    isStopped = true;
    endReading({});
    endWait();
    (statuses as { stop?(): void }).stop?.();
  }

  watchConnection().catch(() => {});
  connection.closed().then(reportClosed, reportClosed);
  void run();
  return {
    write: writer.write,
    ask() {
      if (connection.isClosed()) reader.failed(new NatsProblem(`${closedProblem}.`));
      else if (check === undefined) endWait();
      else void check().catch(reportProblem);
    },
    async close() {
      stop();
    },
  };
}
