import type { Random } from './random.ts';
import type { World } from './world.ts';

/** As TCP repeats what was lost: after 0.2 s, 0.4 s, 0.8 s and so on. */
export const firstRepeatMs = 200;
export const longestRepeatMs = 5_000;
/** Linux ends a connection whose data was not confirmed for so long (tcp_retries2 of 15). */
const givesUpMs = 924_600;

/** `lost`: nothing arrives. `broken`: the connection ends. */
export type PipeState = 'open' | 'lost' | 'broken';

/** One direction of a connection. */
export class Pipe {
  readonly #world: World;
  readonly #random: Random;
  readonly #state: () => PipeState;
  readonly #onBroken: () => void;
  readonly #queue: (() => void)[] = [];
  #isRepeating = false;
  /** Since when nothing has got through. */
  #lostFromMs: number | undefined;
  #isClosed = false;
  #lastArrivalMs = 0;

  constructor(world: World, random: Random, state: () => PipeState, onBroken: () => void) {
    [this.#world, this.#random, this.#state, this.#onBroken] = [world, random, state, onBroken];
  }

  push(arrive: () => void): void {
    if (this.#isClosed) return;
    this.#queue.push(arrive);
    if (!this.#isRepeating) this.#transmit(firstRepeatMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#queue.length = 0;
  }

  #transmit(repeatMs: number): void {
    const state = this.#state();
    this.#lostFromMs = state === 'lost' ? (this.#lostFromMs ?? this.#world.nowMs) : undefined;
    if (state === 'broken' || this.#world.nowMs - (this.#lostFromMs ?? this.#world.nowMs) > givesUpMs) {
      this.close();
      this.#onBroken();
      return;
    }
    this.#isRepeating = state === 'lost';
    if (state === 'lost') {
      this.#world.schedule.after(repeatMs, () => {
        if (!this.#isClosed) this.#transmit(Math.min(2 * repeatMs, longestRepeatMs));
      });
      return;
    }
    const { leastMs, mostMs } = this.#world.network.latency;
    for (const arrive of this.#queue.splice(0)) {
      const atMs = Math.max(this.#lastArrivalMs, this.#world.nowMs + this.#random.between(leastMs, mostMs));
      this.#lastArrivalMs = atMs;
      this.#world.schedule.at(atMs, () => {
        if (!this.#isClosed) arrive();
      });
    }
  }
}
