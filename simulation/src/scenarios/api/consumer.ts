import type { World } from '../../world/world.ts';
import type { Caller } from './caller.ts';
import type { ListWatch } from './list-watch.ts';
import type { Options } from './operations.ts';
import type { CallStep } from './plan.ts';

interface Observer {
  readonly list: ListWatch;
  fails(error: unknown): void;
  closes(): void;
}

/** The cursor with which a listing is resumed. */
export const earlierCursor = 'after-1';

/** Loops over all users, as `for await` does, and tells the observer what the loop gives. */
export function consume(world: World, caller: Caller, step: CallStep, options: Options, observer: Observer): void {
  const { process, client } = caller;
  const users = client.users.list(step.isResumed ? { cursor: earlierCursor } : {}, options);
  const values: AsyncIterable<unknown> = step.operation === 'pages' ? users.pages() : users;
  const iterator = values[Symbol.asyncIterator]();
  const { list } = observer;
  const next = (): void => {
    list.asks(world.nowMs);
    iterator.next().then(
      (result) => {
        if (result.done) {
          list.ends();
          return observer.closes();
        }
        list.gives(result.value);
        if (list.given === step.stopAfter) {
          observer.closes();
          iterator.return?.().catch((error: unknown) => world.violate(31, `Leaving a loop fails: ${error}`));
          return;
        }
        if (step.pauseMs === 0) next();
        else world.schedule.after(step.pauseMs, () => process.deliver(next));
      },
      (error: unknown) => {
        observer.fails(error);
        observer.closes();
      },
    );
  };
  next();
}
