import { steadyMs, wallMs } from '@torii/core/internal';
import type { Entry } from './entries/entry.ts';
import type { RevocationEvent } from './events.ts';
import type { HeldEntry } from './set/held-entry.ts';
import { RevocationSet } from './set/revocation-set.ts';
import type { StoreClock } from './store-clock.ts';

/** How far ahead a cut-off may be. Stores keep entries for this much longer than a process. */
export const maxAheadSeconds = 900;

export interface MemorySettings {
  readonly lifeSeconds: number;
  readonly maxEntries: number;
}

export interface MemoryHooks {
  emit(event: RevocationEvent): void;
  /** The entry revokes more tokens than were revoked before. */
  onNews(entry: Entry): void;
}

/** The entries that this process knows, and how long it keeps them. */
export class Memory {
  readonly set: RevocationSet;
  readonly #lifeSeconds: number;
  readonly #clock: StoreClock;
  readonly #hooks: MemoryHooks;

  constructor({ lifeSeconds, maxEntries }: MemorySettings, clock: StoreClock, hooks: MemoryHooks) {
    this.set = new RevocationSet(maxEntries);
    this.#lifeSeconds = lifeSeconds;
    this.#clock = clock;
    this.#hooks = hooks;
  }

  isFuture(entry: Entry): boolean {
    if (entry.before * 1000 <= this.#clock.nowMs + maxAheadSeconds * 1000) return false;
    // The clock may have been set back after this process has accepted the entry.
    const held = this.set.find(entry);
    return held === undefined || held.before < entry.before;
  }

  /** Whether every token that the entry names has expired, so that a store need not keep it. */
  isOver({ before }: Entry): boolean {
    return this.#isUseless(before);
  }

  /** Returns the entry in memory. `undefined` if every token that it names has expired, or a compaction already revokes them. */
  add(entry: Entry): HeldEntry | undefined {
    if (this.#isUseless(entry.before + maxAheadSeconds)) return undefined;
    const { version } = this.set;
    const held = this.set.add(entry, this.#endOf(entry));
    if (this.set.version !== version) this.#hooks.onNews(entry);
    this.#compact();
    return held;
  }

  expire(): void {
    this.set.expire(Math.floor(steadyMs() / 1000), (before) => this.#isNeeded(before));
  }

  // Measured from the arrival by the monotonic clock, because a wall clock that jumps ahead must not end an entry early.
  #endOf({ before }: Entry): number {
    const aheadSeconds = Math.min(Math.max(0, before - this.#clock.nowMs / 1000), maxAheadSeconds);
    return Math.ceil(steadyMs() / 1000 + this.#lifeSeconds + aheadSeconds);
  }

  // The store's clock and ours must agree: one of them may be wrong.
  #isUseless(before: number): boolean {
    return this.#isPast(before) && !this.#isNeeded(before);
  }

  #isPast(before: number): boolean {
    return (before + this.#lifeSeconds) * 1000 < this.#clock.nowMs;
  }

  // Verifiers compare `exp` with the wall clock. While it is behind, they accept tokens for longer.
  #isNeeded(before: number): boolean {
    return wallMs() / 1000 <= before + this.#lifeSeconds;
  }

  #compact(): void {
    const compaction = this.set.compact();
    if (compaction === undefined) return;
    const { entries, before } = compaction;
    const moment = { kind: 'environment', id: null, organizationId: undefined, before } as const;
    this.#hooks.onNews(moment);
    this.#hooks.emit({ type: 'entries_compacted', entries, issuedBefore: new Date(before * 1000).toISOString() });
  }
}
