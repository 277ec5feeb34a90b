import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { ageMs, type Reading, readingOf } from '../keys/fetch-book.ts';
import { driftMs } from '../keys/key-view.ts';
import type { ReportMode } from './plan.ts';

const limitMs = 10_000;
const maxRuns = 1_000;
const slowMs = 3_000;

/** Runs of one check in `reportOnly`, in the order in which they began. They are reported in that order. */
export interface ReportedCheck {
  readonly mode: ReportMode;
  readonly begun: Reading[];
  /** How many of the runs an event has told of. */
  reported: number;
  skipped: number;
  /** How many requests have reached the check. */
  admitted: number;
}

/** Checks in `reportOnly` of one process: see docs/report-only.md. */
export class ReportWatch {
  readonly #world: World;
  readonly #process: VirtualProcess;
  readonly #checks: ReportedCheck[] = [];

  constructor(world: World, process: VirtualProcess) {
    this.#world = world;
    this.#process = process;
  }

  add(mode: ReportMode): ReportedCheck {
    const check = { mode, begun: [], reported: 0, skipped: 0, admitted: 0 };
    this.#checks.push(check);
    return check;
  }

  /** Whether a run waits for something. */
  get isAtRest(): boolean {
    return this.#running(Number.POSITIVE_INFINITY) === 0;
  }

  /** Called by the check. Returns what it returns, or throws. */
  run(check: ReportedCheck, isSilent: boolean, refuse: () => unknown): unknown {
    const process = this.#process;
    if (isSilent) this.#world.violate(27, `${process.name} runs a check that can be reported to nobody`);
    // A pause may have kept older runs from being ended.
    if (this.#running(limitMs) >= maxRuns)
      this.#world.violate(36, `${process.name} runs more than ${maxRuns} checks that are only reported`);
    const number = check.begun.push(readingOf(this.#world, process));
    const dueMs = this.#dueMs(check.mode);
    if (check.mode !== 'true') {
      const { clockChanges } = process;
      this.#world.schedule.after(dueMs + driftMs(dueMs) + 1, () => {
        if (process.isDead || process.isFrozen || process.clockChanges !== clockChanges || check.reported >= number)
          return;
        this.#world.violate(27, `${process.name} did not report that a check (${check.mode}) would refuse`);
      });
    }
    switch (check.mode) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'refusal':
        return refuse();
      case 'throw':
        throw new Error('the check has a mistake');
      case 'reject':
        return Promise.reject(new Error('the check has a mistake'));
      case 'slow':
        return new Promise((resolve) => process.startTimer(() => resolve(false), slowMs));
      case 'hang':
        return new Promise(() => {});
    }
  }

  #dueMs(mode: ReportMode): number {
    return mode === 'hang' ? limitMs : mode === 'slow' ? slowMs : 0;
  }

  onReported(check: ReportedCheck): void {
    const begun = check.begun[check.reported];
    check.reported += 1;
    if (begun === undefined || check.mode === 'true') {
      this.#world.violate(27, `${this.#process.name} reports a check (${check.mode}) that would not refuse`);
      return;
    }
    const dueMs = this.#dueMs(check.mode);
    if (ageMs(this.#process, begun) < dueMs - driftMs(dueMs))
      this.#world.violate(27, `${this.#process.name} reports a check (${check.mode}) too early`);
  }

  onSkipped(check: ReportedCheck): void {
    check.skipped += 1;
    const running = this.#running(Number.POSITIVE_INFINITY) + this.#begunNow();
    if (running < maxRuns)
      this.#world.violate(36, `${this.#process.name} skips a check although only ${running} are running`);
  }

  /** Each request that gets this far runs the check, or is told to be skipped. */
  onAdmitted(check: ReportedCheck, isSilent: boolean): void {
    check.admitted += 1;
    if (!isSilent && check.begun.length + check.skipped < check.admitted)
      this.#world.violate(27, `${this.#process.name} did not run a check that is only reported`);
  }

  /** Checks that have answered at once. Their answers are read in the same moment, perhaps after more requests. */
  #begunNow(): number {
    let begunNow = 0;
    for (const { mode, begun } of this.#checks) {
      if (mode === 'slow' || mode === 'hang') continue;
      for (let i = begun.length - 1; i >= 0 && begun[i]?.atMs === this.#world.nowMs; i--) begunNow += 1;
    }
    return begunNow;
  }

  #running(youngerThanMs: number): number {
    let running = 0;
    for (const { mode, begun, reported } of this.#checks) {
      if (mode !== 'slow' && mode !== 'hang') continue;
      if (youngerThanMs === Number.POSITIVE_INFINITY) running += begun.length - reported;
      else
        for (let i = reported; i < begun.length; i++)
          if (ageMs(this.#process, begun[i] as Reading) < youngerThanMs) running += 1;
    }
    return running;
  }
}
