import { connectionError } from '../../../world/network.ts';
import { firstRepeatMs, longestRepeatMs } from '../../../world/pipe.ts';
import type { Random } from '../../../world/random.ts';
import type { StreamStore } from '../../../world/stream-store.ts';
import type { VirtualProcess } from '../../../world/virtual-process.ts';
import type { World } from '../../../world/world.ts';

export interface QueryPlace {
  readonly world: World;
  readonly store: StreamStore;
  readonly process: VirtualProcess;
  readonly random: Random;
  /** Whether a query ends when its signal is aborted. */
  readonly heedsSignal: boolean;
}

export interface Query<T> {
  readonly isWrite: boolean;
  readonly signal: AbortSignal;
  /** Called when the query reaches the store. Returns what is done when the store commits it. */
  begin(): () => T;
  /** What the function of the app returns if the store refuses the query. It may hide the error. */
  refused(error: Error): T;
}

const maxRepeats = 20;

/** A query of a process through the connection pool of the app, and its answer. */
export function ask<T>({ world, store, process, random, heedsSignal }: QueryPlace, query: Query<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const { schedule, network } = world;
    let isOver = false;
    const settle = (run: () => void): void => {
      store.closers.delete(cut);
      store.wakers.delete(wake);
      process.deliver(() => {
        if (!isOver) run();
        isOver = true;
      });
    };
    const fail = (message: string, code: string): void => settle(() => reject(connectionError(message, code)));
    const cut = (): void => {
      schedule.after(random.between(1, 30), () => fail('read ECONNRESET', 'ECONNRESET'));
    };

    function travel(isThere: boolean, arrive: () => void, repeatMs = firstRepeatMs, repeats = 0): void {
      const link = network.linkOf(process, store.origin);
      if (link === 'refused') {
        const [name, code] = isThere ? (['connect', 'ECONNREFUSED'] as const) : (['read', 'ECONNRESET'] as const);
        schedule.after(random.between(1, 30), () => fail(`${name} ${code}`, code));
      } else if (link === 'open' || (link === 'answers lost' && isThere)) {
        schedule.after(random.between(1, 30), arrive);
      } else if (repeats < maxRepeats) {
        schedule.after(repeatMs, () => {
          if (!isOver) travel(isThere, arrive, Math.min(2 * repeatMs, longestRepeatMs), repeats + 1);
        });
      }
    }

    function reach(): void {
      if (process.isDead && !query.isWrite) return;
      const { mode, delayMs } = store;
      if (mode === 'down') {
        fail('connect ECONNREFUSED', 'ECONNREFUSED');
        return;
      }
      store.closers.add(cut);
      if (mode === 'hangs') {
        store.wakers.add(wake);
        return;
      }
      const isRefused = mode === 'noauth' || mode === 'loading';
      if (isRefused || (query.isWrite && (mode === 'readonly' || mode === 'oom'))) {
        travel(false, () => settle(() => refuse(new Error(`the database says: ${mode}`))));
        return;
      }
      const commit = query.begin();
      const waitMs = mode === 'slow' ? delayMs : random.below(query.isWrite ? 20 : 3);
      // Another query may see the rows only after the wait.
      const isLate = query.isWrite || random.chance(50);
      const early = isLate ? undefined : { value: commit() };
      schedule.after(waitMs, () => {
        const { value } = early ?? { value: commit() };
        travel(false, () => settle(() => resolve(value)));
      });
    }

    function wake(): void {
      if (store.mode === 'hangs') return;
      store.wakers.delete(wake);
      reach();
    }

    function refuse(error: Error): void {
      try {
        resolve(query.refused(error));
      } catch (thrown) {
        reject(thrown);
      }
    }

    if (heedsSignal) {
      query.signal.addEventListener('abort', () => {
        if (!isOver) reject(query.signal.reason);
        isOver = true;
      });
    }
    travel(true, reach);
  });
}
