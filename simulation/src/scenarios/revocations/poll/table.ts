import type { StreamEntry } from '../../../world/stream-log.ts';
import type { StreamStore } from '../../../world/stream-store.ts';
import type { World } from '../../../world/world.ts';

const key = 'table';
const burst = 120;
const burstEveryMs = 15;

/** A row's age from which `since` may leave it out: the feed asks for the last minute again. */
const overlapMs = 55_000;

/** The texts of revocations in a database, with the time of the database at which each was written. */
export class Table {
  readonly store: StreamStore;
  /** Called with a notification for each connected process. */
  readonly listeners: Set<() => void> = new Set();
  #rows = 0;

  constructor(store: StreamStore) {
    this.store = store;
    store.openStream(key);
  }

  /** What a query sees now. `sinceMs`: by the clock of the database. */
  texts(sinceMs: number): readonly string[] {
    const texts: string[] = [];
    for (const { ms, fields } of this.store.openStream(key).entries) {
      const [, , , text] = fields;
      if (text !== undefined && ms >= sinceMs) texts.push(text);
    }
    return texts;
  }

  /** Writes rows, and removes those that were kept for long enough. A text that is there gets the new time. */
  write(entries: readonly { readonly key: string; readonly text: string }[], writtenMs: number, keptMs: number): void {
    const { nowMs } = this.store;
    const log = this.store.openStream(key);
    const texts = new Set(entries.map(({ text }) => text));
    const isOver = ({ ms, fields }: StreamEntry): boolean =>
      texts.has(fields[3] ?? '') || ms < this.store.wallMs - keptMs;
    log.remove(isOver, nowMs);
    for (const entry of entries) {
      this.#rows += 1;
      log.add({ ms: writtenMs, seq: this.#rows }, ['key', entry.key, 'entry', entry.text], nowMs);
    }
    this.store.changed();
  }

  /** Another program has written to the table. `isBurst`: it sends many notifications. */
  afterWrite({ schedule }: World, isBurst: boolean): void {
    const count = isBurst ? burst : 1;
    for (let number = 0; number < count; number++) schedule.after(number * burstEveryMs, () => this.notify());
  }

  notify(): void {
    for (const listener of this.listeners) listener();
  }

  /** Whether the row could be seen so late that a query with `since` may leave it out. */
  isLate({ ms, addedAtMs }: StreamEntry): boolean {
    const addedMs = this.store.wallMs - (this.store.nowMs - addedAtMs);
    return ms < addedMs - overlapMs;
  }
}
