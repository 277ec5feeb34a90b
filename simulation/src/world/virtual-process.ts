import type { Platform, Product, ProductSource } from '../product/product.ts';
import type { Random } from './random.ts';
import type { Scheduled } from './schedule.ts';
import type { World } from './world.ts';

/** The wall clock of every world begins here (Unix milliseconds), a whole second. */
export const epochMs: number = Date.UTC(2026, 0, 5, 9);

export interface ProcessOptions {
  /** How far the wall clock is ahead, in milliseconds. */
  readonly aheadMs?: number;
  /** How much faster than true time both clocks run, in parts per million. */
  readonly driftPpm?: number;
}

interface Waiting {
  readonly dueMs: number;
  readonly turn: number;
  readonly run: () => void;
}

/** A simulated process: its own copy of the product, its own clocks and timers. It can be frozen, thawed and crash. */
export class VirtualProcess {
  readonly name: string;
  readonly product: Product;
  readonly random: Random;
  /** When it was last thawed; the start if never. In virtual milliseconds. */
  thawedAtMs: number;
  /** How many timers are set. A bound on what waits in the process. */
  timers = 0;
  /** The entries of the largest Map or Set of the product in this process so far. */
  largestCollection = 0;
  /** Counts settings of the wall clock and pauses of the steady clock: bounds in clock time do not hold across them. */
  clockChanges = 0;
  readonly #world: World;
  readonly #driftPpm: number;
  #aheadMs: number;
  #steadyLostMs = 0;
  #frozen: { readonly sinceMs: number; readonly stopsSteadyClock: boolean } | undefined;
  #isDead = false;
  #turns = 0;
  #dueTimers: Waiting[] = [];
  #deliveries: (() => void)[] = [];

  constructor(world: World, name: string, source: ProductSource, { aheadMs = 0, driftPpm = 0 }: ProcessOptions = {}) {
    this.#world = world;
    this.name = name;
    // A process that replaces another of its name must not draw the same ids.
    this.random = world.random.fork(`process ${name} ${world.processes.length}`);
    this.#aheadMs = aheadMs;
    this.#driftPpm = driftPpm;
    this.thawedAtMs = world.nowMs;
    this.product = source.instantiate(this.#platform());
  }

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get wallMs(): number {
    return Math.floor(epochMs + this.#aheadMs + this.#scaled(this.#world.nowMs));
  }

  get steadyMs(): number {
    return this.#scaled(this.#world.nowMs - this.#steadyLostMs);
  }

  /** Runs an action in the process: at once, after its freeze, or never if it has crashed. */
  deliver(action: () => void): void {
    if (this.#isDead) return;
    if (this.#frozen === undefined) action();
    else this.#deliveries.push(action);
  }

  /** Stops the process, as SIGSTOP, a frozen Lambda or a laptop's sleep do. `stopsSteadyClock`: as some systems do in sleep. */
  freeze({ stopsSteadyClock }: { readonly stopsSteadyClock: boolean }): void {
    if (this.#isDead || this.#frozen !== undefined) return;
    this.#frozen = { sinceMs: this.#world.nowMs, stopsSteadyClock };
    this.clockChanges += 1;
    this.#world.note(this.name, stopsSteadyClock ? 'sleeps, and its steady clock stops' : 'is frozen');
  }

  /** As Node does after a pause: first the timers that are due, then what the network has brought. */
  thaw(): void {
    const frozen = this.#frozen;
    if (this.#isDead || frozen === undefined) return;
    this.#frozen = undefined;
    if (frozen.stopsSteadyClock) this.#steadyLostMs += this.#world.nowMs - frozen.sinceMs;
    this.thawedAtMs = this.#world.nowMs;
    this.clockChanges += 1;
    this.#world.note(this.name, 'goes on');
    const [timers, deliveries] = [this.#dueTimers, this.#deliveries];
    [this.#dueTimers, this.#deliveries] = [[], []];
    timers.sort((a, b) => a.dueMs - b.dueMs || a.turn - b.turn);
    // Each in a turn of its own, so that promises settle in between.
    for (const run of [...timers.map((timer) => timer.run), ...deliveries]) {
      this.#world.schedule.after(0, () => this.deliver(run));
    }
  }

  /** Ends the process without notice. Nothing of it runs again. */
  crash(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#world.note(this.name, 'crashes');
  }

  /** Sets the wall clock forward, or back. */
  setWallClock(byMs: number): void {
    this.#aheadMs += byMs;
    this.clockChanges += 1;
    this.#world.note(this.name, `its wall clock is set ${byMs < 0 ? 'back' : 'forward'} by ${Math.abs(byMs)} ms`);
  }

  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Milliseconds of true time that a timer of the process takes. */
  #scaled(trueMs: number): number {
    return this.#driftPpm === 0 ? trueMs : trueMs + (trueMs * this.#driftPpm) / 1_000_000;
  }

  #platform(): Platform {
    return {
      wallMs: () => this.wallMs,
      steadyMs: () => this.steadyMs,
      startTimer: (callback, ms) => this.#startTimer(callback, ms),
      stopTimer: (timer) => (timer as Scheduled | undefined)?.cancel(),
      // No test replaces the timers of this world, so the backup is not needed.
      startBackupTimer: () => () => {},
      nextTurn: (callback) => {
        this.#startTimer(callback, 0);
      },
      random: () => this.random.fraction(),
      randomId: () => {
        const digits = (length: number): string =>
          Array.from({ length }, () => this.random.below(16).toString(16)).join('');
        return `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`;
      },
      platformFetch: this.#world.network.fetchOf(this),
      noteCollectionSize: (size) => {
        if (size > this.largestCollection) this.largestCollection = size;
      },
    };
  }

  #startTimer(callback: () => void, ms: number): Scheduled {
    // As `setTimeout` does with NaN, too small and too large numbers.
    const wait = ms >= 1 && ms <= 2_147_483_647 ? Math.trunc(ms) : 1;
    const dueMs = this.#world.nowMs + wait;
    const turn = ++this.#turns;
    let isStopped = false;
    const run = (): void => {
      if (isStopped) return;
      isStopped = true;
      this.timers -= 1;
      callback();
    };
    this.timers += 1;
    const scheduled = this.#world.schedule.at(dueMs, () => {
      if (this.#isDead) return;
      if (this.#frozen === undefined) run();
      else this.#dueTimers.push({ dueMs, turn, run });
    });
    return {
      cancel: () => {
        if (isStopped) return;
        isStopped = true;
        this.timers -= 1;
        scheduled.cancel();
      },
    };
  }
}
