import { expect, test } from 'vitest';
import { startReading } from '../src/nats/reading.ts';
import { turns } from './virtual-platform.ts';

/** A consumer of a bucket to which someone writes faster than it is read: there is always more to come. */
function floodedConsumer() {
  let receive = (_message: object): void => {};
  const consumer = {
    info: async () => ({ num_pending: 2 }),
    delete: async () => true,
    async consume({ callback }: { callback(message: object): void }) {
      receive = callback;
      return { closed: () => new Promise(() => {}), close: async () => {}, status: () => [] };
    },
  };
  const deliver = (streamSequence: number): void =>
    receive({
      subject: 'mine',
      data: new Uint8Array(1),
      string: () => `text ${streamSequence}`,
      info: { streamSequence, pending: 1_000, timestampNanos: 0 },
    });
  return { consumer: consumer as never, deliver };
}

test('[42] a snapshot ends with the last entry that the bucket held before, also if more and more is written', async () => {
  const { consumer, deliver } = floodedConsumer();
  const log: string[] = [];
  await startReading(consumer, 2, {
    owns: () => true,
    texts: (texts, _writtenMs, isSnapshot) => void log.push(...texts.map((text) => `${text} ${isSnapshot}`)),
    snapshotEnded: () => void log.push('ended'),
    reached: (sequence) => void log.push(`reached ${sequence}`),
    over: () => void log.push('over'),
  });
  deliver(1);
  await turns();
  deliver(2);
  deliver(3);
  await turns();
  expect(log).toEqual([
    'text 1 true',
    'reached 1',
    'text 2 true',
    'reached 2',
    'ended',
    'reached 2',
    'text 3 false',
    'reached 3',
  ]);
});
