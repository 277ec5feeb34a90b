export interface Scheduled {
  cancel(): void;
}

/** One object for each action, because an episode has up to a million of them. */
class Entry implements Scheduled {
  readonly atMs: number;
  readonly turn: number;
  readonly run: () => void;
  isCanceled = false;

  constructor(atMs: number, turn: number, run: () => void) {
    this.atMs = atMs;
    this.turn = turn;
    this.run = run;
  }

  cancel(): void {
    this.isCanceled = true;
  }
}

/** An episode with more actions than these never ends, or is too long to be of use. */
const maxActions = 20_000_000;
const maxActionsAtOnce = 2_000_000;

const turnsPerRound = 50;

/** Virtual time. Runs one action at a time, in the order of their times, and then of their scheduling. */
export class Schedule {
  nowMs = 0;
  /** Called when the clock begins and ends to run. */
  onStart: () => void = () => {};
  onStop: () => void = () => {};
  readonly #maxAtOnce: number;
  #actions = 0;
  #actionsAtOnce = 0;
  readonly #heap: Entry[] = [];
  #turns = 0;

  constructor(maxAtOnce: number = maxActionsAtOnce) {
    this.#maxAtOnce = maxAtOnce;
  }

  at(atMs: number, run: () => void): Scheduled {
    this.#turns += 1;
    const entry = new Entry(Math.max(this.nowMs, atMs), this.#turns, run);
    this.#push(entry);
    return entry;
  }

  after(ms: number, run: () => void): Scheduled {
    return this.at(this.nowMs + ms, run);
  }

  /**
   * Runs all actions up to a time. Before the next action, all promises that the last one settled have run their reactions.
   * Ends early if `isOver` returns `true`.
   */
  runUntil(endMs: number, isOver: () => boolean): Promise<void> {
    this.onStart();
    const ended = new Promise<void>((resolve, reject) => {
      let isEnded = false;
      let turns = 0;
      const turn = (): void => {
        turns -= 1;
        if (isEnded) return;
        try {
          if (isOver() || !this.#step(endMs)) {
            isEnded = true;
            if (!isOver()) this.nowMs = Math.max(this.nowMs, endMs);
            resolve();
          }
        } catch (error) {
          isEnded = true;
          reject(error);
        }
        if (!isEnded && turns === 0) refill();
      };
      // Between two immediates of one round of the event loop, Node runs all that promises have queued. A round for each
      // action would take three times as long.
      const refill = (): void => {
        for (; turns < turnsPerRound; turns++) setImmediate(turn);
      };
      refill();
    });
    return ended.finally(() => this.onStop());
  }

  /** Runs the next action. `false` if there is none up to `endMs`. */
  #step(endMs: number): boolean {
    const next = this.#take(endMs);
    if (next === undefined) return false;
    this.#count(next.atMs);
    this.nowMs = next.atMs;
    next.run();
    return true;
  }

  #count(atMs: number): void {
    this.#actions += 1;
    this.#actionsAtOnce = atMs === this.nowMs ? this.#actionsAtOnce + 1 : 0;
    if (this.#actionsAtOnce > this.#maxAtOnce) throw new Error(`${this.#maxAtOnce} actions at one virtual moment.`);
    if (this.#actions > maxActions) throw new Error(`${maxActions} actions in one episode.`);
  }

  #take(endMs: number): Entry | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.atMs > endMs) return undefined;
      this.#pop();
      if (!first.isCanceled) return first;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.turn < b.turn);
}
