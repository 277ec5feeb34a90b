import type { World } from '../../world/world.ts';
import {
  type Attempt,
  elapsedMs,
  type Instant,
  maxRunning,
  mostPauseMs,
  mostRetryAfterMs,
  settlingMs,
} from './attempts.ts';

interface Failure {
  readonly begun: Instant;
  readonly pauseMs: number;
}

/** The pauses of one process after outages of the issuer, as docs/decisions/renewal-in-proxy.md describes them. */
export class Pauses {
  failures = 0;
  #last: Failure | undefined;
  /** Attempts that may have failed. */
  #doubts: readonly (Failure & { readonly atMs: number })[] = [];
  #endedAtMs = -settlingMs;
  /** Whether `failures` and `last` are those of the product. */
  #isCertain = true;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** @param isAlone whether no attempt has just ended in another way: the product may have noted the two in either order */
  onEnd({ outcome, begun, failuresBefore, reply, isCut, isAborted }: Attempt, isAlone: boolean): void {
    const retryAfterMs = isAborted ? 0 : Math.min(reply?.retryAfterMs ?? 0, mostRetryAfterMs);
    const atMs = this.#world.nowMs;
    this.#endedAtMs = atMs;
    if (outcome === 'unclear' || isCut || !isAlone) {
      this.#isCertain = false;
      this.#doubts = [...this.#doubts, { begun, atMs, pauseMs: Math.max(mostPauseMs, retryAfterMs) }];
    } else if (outcome === 'outage') {
      if (failuresBefore === this.failures || !this.#isCertain) {
        const growingMs = this.#isCertain ? Math.min(1_000 * 2 ** this.failures, mostPauseMs) : mostPauseMs;
        this.failures += 1;
        this.#last = { begun, pauseMs: Math.max(growingMs, retryAfterMs) };
      }
    } else {
      this.failures = 0;
      this.#last = undefined;
      this.#doubts = [];
      this.#isCertain = true;
    }
  }

  /** Checks an attempt as it begins, with those of its process that are under way. */
  check(attempt: Attempt, running: readonly Attempt[]): void {
    const { process } = attempt;
    const own = running.filter((other) => !other.isCut);
    if (own.length >= maxRunning) {
      this.#world.violate(4, `${process.name} has more than ${maxRunning} requests to the issuer at a time`);
    }
    if (own.some(({ key }) => key === attempt.key)) {
      this.#world.violate(4, `${process.name} asks twice at a time for session ${attempt.key}`);
    }
    const isSettled = this.#world.nowMs - this.#endedAtMs > settlingMs;
    if (this.#last === undefined || !this.#isCertain || !isSettled) return;
    const ms = elapsedMs(process, this.#last.begun);
    if (ms < this.#last.pauseMs - 1) {
      const rule = `the pause is ${this.#last.pauseMs} ms`;
      this.#world.violate(
        4,
        `${process.name} asks the issuer ${Math.round(ms)} ms after a failed request began: ${rule}`,
      );
    } else if (own.length > 0) {
      this.#world.violate(4, `after a failure, ${process.name} tries with more than one request at a time`);
    }
  }

  /** Whether a request that comes now must not wait for the end of a pause. */
  isOver(attempts: readonly Attempt[]): boolean {
    const [any] = attempts;
    if (any === undefined) return true;
    const failures = [...(this.#last === undefined ? [] : [this.#last]), ...this.#doubts];
    if (failures.some(({ begun, pauseMs }) => elapsedMs(any.process, begun) < pauseMs + 2)) return false;
    return failures.length === 0 || !attempts.some(({ mayBeRunning }) => mayBeRunning);
  }
}
