import type { PollFeedOptions } from '@torii/revocation';
import type { FeedPlan } from '../plan.ts';
import { ask, type QueryPlace } from './query.ts';
import type { ReadRules } from './read-rules.ts';
import type { Table } from './table.ts';

type PollPlan = Extract<FeedPlan, { readonly kind: 'poll' }>;

/** What an app that hides an error of its database may return. */
const unusable: readonly unknown[] = [undefined, null, 'rows', 17, {}, { rows: [] }, [1, 2]];

/** The functions of an app that reads and writes a table. */
export function pollOptions(place: QueryPlace, table: Table, plan: PollPlan, rules: ReadRules): PollFeedOptions {
  const { store, random } = place;
  const { everyMs, timeoutMs, returns } = plan;
  const read: PollFeedOptions['read'] = ({ signal, since }) =>
    rules.watchRead(since, signal, () =>
      ask(place, {
        isWrite: false,
        signal,
        begin: () => () => {
          if (returns === 'texts') return table.texts(0);
          const storeTime = new Date(store.wallMs);
          return { texts: table.texts(returns === 'since' && since !== undefined ? since.getTime() : 0), storeTime };
        },
        refused(error) {
          if (random.chance(60)) throw error;
          return unusable[random.below(unusable.length)] as never;
        },
      }),
    );
  const write: PollFeedOptions['write'] = (entries, { signal, retentionSeconds }) =>
    rules.watchWrite(signal, () =>
      ask(place, {
        isWrite: true,
        signal,
        begin() {
          const writtenMs = store.wallMs;
          return () => {
            table.write(entries, writtenMs, retentionSeconds * 1000);
            if (plan.notifies) table.notify();
          };
        },
        refused(error) {
          throw error;
        },
      }),
    );
  return { read, write, everyMs, timeoutMs };
}
