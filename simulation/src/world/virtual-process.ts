import type { Platform, Product, ProductSource } from '../product/product.ts';
import { describeError } from './error-text.ts';
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

interface Timer {
  /** Milliseconds of the monotonic clock of the process. */
  readonly dueMs: number;
  readonly turn: number;
  readonly run: () => void;
  scheduled: Scheduled | undefined;
}

/** Virtual times are whole, but the clock of a process that drifts has fractions. Node's timers may be as early too. */
const roundingMs = 1;

/** A simulated process: its own copy of the product, its own clocks and timers. It can be frozen, thawed and crash. */
export class VirtualProcess {
  readonly name: string;
  readonly product: Product;
  readonly random: Random;
  /** When it was last thawed; the start if never. In virtual milliseconds. */
  thawedAtMs: number;
  /** Its freezes so far. A freeze that lasts ends at infinity. */
  readonly freezes: { readonly fromMs: number; untilMs: number; readonly stopsSteadyClock: boolean }[] = [];
  /** When it was last frozen; -1 if never. */
  frozenAtMs = -1;
  /** How many timers are set. A bound on what waits in the process. */
  timers = 0;
  /** The entries of the largest Map or Set of the product in this process so far. */
  largestCollection = 0;
  /** Counts settings of the wall clock and pauses of the steady clock: bounds in clock time do not hold across them. */
  clockChanges = 0;
  /** How often `endRequests` was called. */
  cuts = 0;
  /** How long it has been frozen in all, without a freeze that still lasts. */
  pausedMs = 0;
  readonly #world: World;
  readonly #driftPpm: number;
  #aheadMs: number;
  #steadyLostMs = 0;
  #frozen: { readonly sinceMs: number; readonly stopsSteadyClock: boolean } | undefined;
  #isDead = false;
  #turns = 0;
  /** Since the last thaw, something that came during the freeze has not run yet. */
  #isCatchingUp = false;
  readonly #dueTimers: Timer[] = [];
  readonly #deliveries: (() => void)[] = [];

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
    if (this.#isWaiting) this.#deliveries.push(action);
    else action();
  }

  /** Stops the process, as SIGSTOP, a frozen Lambda or a laptop's sleep do. `stopsSteadyClock`: as some systems do in sleep. */
  freeze({ stopsSteadyClock }: { readonly stopsSteadyClock: boolean }): void {
    if (this.#isDead || this.#frozen !== undefined) return;
    this.#frozen = { sinceMs: this.#world.nowMs, stopsSteadyClock };
    this.freezes.push({ fromMs: this.#world.nowMs, untilMs: Number.POSITIVE_INFINITY, stopsSteadyClock });
    this.frozenAtMs = this.#world.nowMs;
    this.clockChanges += 1;
    this.#world.note(this.name, stopsSteadyClock ? 'sleeps, and its steady clock stops' : 'is frozen');
  }

  /** After a pause, Node runs due timers first, and then network events. */
  thaw(): void {
    const frozen = this.#frozen;
    if (this.#isDead || frozen === undefined) return;
    this.#frozen = undefined;
    if (frozen.stopsSteadyClock) this.#steadyLostMs += this.#world.nowMs - frozen.sinceMs;
    this.thawedAtMs = this.#world.nowMs;
    const freeze = this.freezes.at(-1);
    if (freeze !== undefined) freeze.untilMs = this.#world.nowMs;
    this.pausedMs += this.#world.nowMs - frozen.sinceMs;
    this.clockChanges += 1;
    this.#world.note(this.name, 'goes on');
    this.#dueTimers.sort((a, b) => a.dueMs - b.dueMs || a.turn - b.turn);
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    this.#world.schedule.after(0, () => this.#catchUp());
  }

  /** Runs one thing that came during a freeze. Each has a turn of the schedule, so that promises settle in between. */
  #catchUp(): void {
    if (this.#isDead || this.#frozen !== undefined) {
      this.#isCatchingUp = false;
      return;
    }
    const timer = this.#dueTimers.shift();
    if (timer !== undefined) this.#fire(timer);
    else this.#deliveries.shift()?.();
    this.#isCatchingUp = this.#dueTimers.length + this.#deliveries.length > 0;
    if (this.#isCatchingUp) this.#world.schedule.after(0, () => this.#catchUp());
  }

  get #isWaiting(): boolean {
    return this.#frozen !== undefined || this.#isCatchingUp;
  }

  /** Ends the process without notice. Nothing of it runs again. */
  crash(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#dueTimers.length = 0;
    this.#deliveries.length = 0;
    this.#world.note(this.name, 'crashes');
  }

  /**
   * As edge runtimes do at the end of a request: the timers that are set never fire. What the network brings is up to the
   * scenario, which compares `cuts` with those at the beginning of a call.
   */
  endRequests(): void {
    if (this.#isDead) return;
    this.cuts += 1;
    this.timers = 0;
    this.#dueTimers.length = 0;
    this.#world.note(this.name, 'the runtime ends all requests, and their timers');
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

  /** How far the wall clock is ahead of true time now, with its drift. */
  get offsetMs(): number {
    return this.#aheadMs + this.#scaled(this.#world.nowMs) - this.#world.nowMs;
  }

  /** What a clock of the process shows after so many milliseconds of true time. */
  #scaled(trueMs: number): number {
    return this.#driftPpm === 0 ? trueMs : trueMs + (trueMs * this.#driftPpm) / 1_000_000;
  }

  #platform(): Platform {
    const nextTurn = (callback: () => void): void => {
      this.#world.schedule.after(0, () => this.deliver(() => this.#call(callback)));
    };
    return {
      wallMs: () => this.wallMs,
      steadyMs: () => this.steadyMs,
      startTimer: (callback, ms) => this.startTimer(callback, ms),
      stopTimer: (timer) => (timer as Scheduled | undefined)?.cancel(),
      // No test replaces the timers of this world, so the backup is not needed.
      startBackupTimer: () => () => {},
      nextTurn,
      // An event of this world is a turn with one callback.
      afterMicrotasks: nextTurn,
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

  /** Sets a timer of the process, as the product does. */
  startTimer(callback: () => void, ms: number): Scheduled {
    // Treats NaN, too small and too large delays as `setTimeout` does.
    const wait = ms >= 1 && ms <= 2_147_483_647 ? Math.trunc(ms) : 1;
    const { cuts } = this;
    let isStopped = false;
    const run = (): void => {
      if (isStopped || cuts !== this.cuts) return;
      isStopped = true;
      this.timers -= 1;
      this.#call(callback);
    };
    const timer: Timer = { dueMs: this.steadyMs + wait, turn: ++this.#turns, run, scheduled: undefined };
    this.timers += 1;
    this.#arm(timer, wait);
    return {
      cancel: () => {
        if (isStopped || cuts !== this.cuts) return;
        isStopped = true;
        this.timers -= 1;
        timer.scheduled?.cancel();
      },
    };
  }

  #arm(timer: Timer, wait: number): void {
    const trueMs = this.#driftPpm === 0 ? wait : Math.round(wait / (1 + this.#driftPpm / 1_000_000));
    timer.scheduled = this.#world.schedule.after(trueMs, () => {
      if (this.#isDead) return;
      if (this.#isWaiting) this.#dueTimers.push(timer);
      else this.#fire(timer);
    });
  }

  // The steady clock may have stopped since the timer was set: then it fires as much later.
  #fire(timer: Timer): void {
    const restMs = timer.dueMs - this.steadyMs;
    if (restMs >= roundingMs) this.#arm(timer, restMs);
    else timer.run();
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#world.violate(38, `A timer's callback throws, which ends the process: ${describeError(error)}`);
    }
  }
}
