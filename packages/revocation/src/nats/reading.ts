import type { PushConsumer } from './bucket.ts';

type Messages = Awaited<ReturnType<PushConsumer['consume']>>;
type Message = Messages extends AsyncIterable<infer M> ? M : never;

/** Why a reading is over. `lost`: the bucket has lost entries. `problem`: to be reported. */
export interface End {
  readonly lost?: boolean;
  readonly problem?: unknown;
}

export interface ReadingEvents {
  /** Whether an entry with this subject is to be passed on. */
  owns(subject: string): boolean;
  /** Texts, in the order in which they were written. `writtenMs`: when the last of them was, by the server's clock. */
  texts(texts: readonly string[], writtenMs: number, isSnapshot: boolean): void;
  snapshotEnded(): void;
  /** All entries up to this sequence number were passed on. */
  reached(sequence: number, writtenMs: number): void;
  over(end: End): void;
}

export interface Reading {
  /** Rejects if the server does not know the consumer any more. */
  assertAlive(): Promise<unknown>;
  end(end: End): void;
}

const maxBatch = 1_000;

/**
 * Reads what the bucket holds, then everything that is written. Ends if a message could be missing: it never goes on from
 * a sequence, which can mean another message in a bucket that was restored from a backup.
 *
 * @param lastSequence Of the last entry before the consumer was created: the end of the snapshot.
 */
export async function startReading(
  consumer: PushConsumer,
  lastSequence: number,
  events: ReadingEvents,
): Promise<Reading> {
  let reached = 0;
  let isSnapshot = true;
  let isOver = false;
  let texts: string[] = [];
  let writtenMs = 0;
  let latest = { sequence: 0, writtenMs: 0 };
  let isFlushPlanned = false;
  let messages: Messages | undefined;

  function end(reason: End): void {
    if (isOver) return;
    isOver = true;
    void messages?.close();
    // Otherwise, the server would keep the consumer for 5 minutes.
    consumer.delete().catch(() => {});
    events.over(reason);
  }

  function flush(): void {
    isFlushPlanned = false;
    if (isOver) return;
    if (texts.length > 0) events.texts(texts, writtenMs, isSnapshot);
    texts = [];
    if (latest.sequence > reached) {
      reached = latest.sequence;
      events.reached(reached, latest.writtenMs);
    }
  }

  function endSnapshot(): void {
    flush();
    if (isOver) return;
    isSnapshot = false;
    events.snapshotEnded();
    events.reached(reached, latest.writtenMs);
  }

  function take(message: Message): void {
    if (isRemoval(message)) {
      if (!isSnapshot) end({ lost: true });
    } else if (message.data.length > 0) {
      texts.push(message.string());
      writtenMs = message.info.timestampNanos / 1_000_000;
    }
  }

  // The client calls this for all messages of a chunk in one turn: they are passed on together.
  function receive(message: Message): void {
    if (isOver) return;
    const { streamSequence: sequence, timestampNanos } = message.info;
    if (sequence > latest.sequence) latest = { sequence, writtenMs: timestampNanos / 1_000_000 };
    if (events.owns(message.subject)) take(message);
    // Does not wait until nothing is left to read: a writer that never pauses would keep new servers from starting.
    if (isSnapshot && latest.sequence >= lastSequence) endSnapshot();
    else if (texts.length >= maxBatch) flush();
    else if (!isFlushPlanned) {
      isFlushPlanned = true;
      void Promise.resolve().then(flush);
    }
  }

  messages = await consumer.consume({ callback: receive });
  messages.closed().then(
    (problem) => end({ problem: problem ?? new Error('the subscription was closed') }),
    (problem: unknown) => end({ problem }),
  );
  watchStatus(messages, end);
  if (lastSequence === 0) endSnapshot();
  return {
    assertAlive: () => consumer.info(),
    end,
  };
}

async function watchStatus(messages: Messages, end: (end: End) => void): Promise<void> {
  try {
    for await (const { type } of messages.status()) {
      // The client goes on from the last sequence that it received: see above.
      const isDoubtful =
        type === 'ordered_consumer_recreated' || type === 'consumer_deleted' || type === 'stream_not_found';
      if (isDoubtful) end({});
    }
  } catch (problem) {
    end({ problem });
  }
}

/** A marker that `nats kv del` or `nats kv purge` has written. Not one of an entry that has reached its age. */
function isRemoval({ headers }: Message): boolean {
  const operation = headers?.get('KV-Operation');
  return operation === 'DEL' || operation === 'PURGE';
}
