import type { StartedFetch } from '../../world/network.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { AnnouncementWatch } from './announcements.ts';
import { apiOrigin, type Handled } from './api-server.ts';
import type { CallLimits } from './caller.ts';
import type { OperationRules } from './operations.ts';
import { dataOf, type Outcome, watchOutcome } from './outcomes.ts';
import { askedSeconds } from './retry-after.ts';
import { secretKey } from './secret-key.ts';
import { judge, type Verdict } from './verdict.ts';
import { earlyMs, latestMs } from './waiting.ts';

/** A request of a call, and what became of it. */
export interface Attempt {
  readonly sentAtMs: number;
  readonly sentSteadyMs: number;
  readonly signal: AbortSignal | null | undefined;
  handled: Handled | undefined;
  outcome: Outcome | undefined;
  endedAtMs: number;
  endedSteadyMs: number;
  /** The remaining milliseconds of the time limit when the request ended. */
  leftMs: number;
  askedSeconds: number | null;
  hasEvent: boolean;
  /** The wait that the event of this attempt announced. */
  retryInMs: number | null;
  /** Whether the event certainly belongs to this call. */
  isEventSure: boolean;
}

export interface WatchedCall {
  readonly name: string;
  readonly process: VirtualProcess;
  readonly rules: OperationRules;
  readonly limits: CallLimits;
}

/** Watches the requests of one call, and compares them with what the documentation says. */
export class CallWatch {
  readonly world: World;
  readonly name: string;
  readonly process: VirtualProcess;
  readonly rules: OperationRules;
  readonly limits: CallLimits;
  readonly attempts: Attempt[] = [];
  readonly announcements: AnnouncementWatch = new AnnouncementWatch(this);
  /** When the time limit began. */
  startedAtMs: number;
  verdict: Verdict | undefined;
  isOver = false;
  abortedAtMs: number | undefined;
  #startedSteadyMs: number;
  method = '';
  /** The path of its requests, that of a gateway included. */
  path = '';
  #firstRequest: string | undefined;

  constructor(world: World, { name, process, rules, limits }: WatchedCall) {
    this.world = world;
    this.name = name;
    this.process = process;
    this.rules = rules;
    this.limits = limits;
    this.startedAtMs = world.nowMs;
    this.#startedSteadyMs = process.steadyMs;
  }

  get last(): Attempt | undefined {
    return this.attempts.at(-1);
  }

  /** The remaining time until the limit, by the monotonic clock of the process. */
  get leftMs(): number {
    return this.limits.timeoutMs - (this.process.steadyMs - this.#startedSteadyMs);
  }

  /** The latest time at which a request that is in flight must have ended the call. */
  get latestEndMs(): number {
    const { sentAtMs, sentSteadyMs } = this.last ?? { sentAtMs: this.startedAtMs, sentSteadyMs: this.#startedSteadyMs };
    return latestMs(this.process, sentAtMs, this.limits.timeoutMs - (sentSteadyMs - this.#startedSteadyMs));
  }

  /** Whether a request may have arrived, as far as the client can know. */
  get mayHaveArrived(): boolean {
    return this.attempts.some(({ outcome }) => outcome === undefined || outcome.kind === 'answer' || !outcome.isUnsent);
  }

  /** The data of the response, if the call must succeed. */
  get data(): unknown {
    const outcome = this.last?.outcome;
    const isSuccess = outcome?.kind === 'answer' && outcome.status < 300;
    return isSuccess ? dataOf(this.rules.answer, outcome.text) : undefined;
  }

  violate(statement: number, text: string): void {
    this.world.violate(statement, `${this.name}: ${text}`);
  }

  sends(fetched: StartedFetch): void {
    this.#checkRequest(fetched);
    this.#checkTime();
    this.world.note(this.process.name, `${this.name} sends request ${this.attempts.length + 1}`);
    const attempt: Attempt = {
      sentAtMs: this.world.nowMs,
      sentSteadyMs: this.process.steadyMs,
      signal: fetched.init.signal,
      handled: undefined,
      outcome: undefined,
      endedAtMs: Number.POSITIVE_INFINITY,
      endedSteadyMs: Number.POSITIVE_INFINITY,
      leftMs: 0,
      askedSeconds: null,
      hasEvent: false,
      retryInMs: null,
      isEventSure: false,
    };
    this.attempts.push(attempt);
    this.verdict = undefined;
    watchOutcome(fetched, (outcome) => this.#ends(attempt, outcome));
  }

  #ends(attempt: Attempt, outcome: Outcome): void {
    if (this.isOver || attempt.outcome !== undefined || this.process.isDead) return;
    const { nowMs } = this.world;
    // The client aborted the request itself.
    if (this.abortedAtMs !== undefined || attempt.signal?.aborted) return;
    const isInDoubt = this.attempts.some((each) => each !== attempt && mayBeCarriedOut(each.outcome));
    attempt.outcome = outcome;
    attempt.endedAtMs = nowMs;
    attempt.endedSteadyMs = this.process.steadyMs;
    attempt.leftMs = this.leftMs;
    attempt.askedSeconds = this.#askedBy(attempt);
    this.verdict = judge({
      rules: this.rules,
      outcome,
      attempts: this.attempts.length,
      maxRetries: this.limits.maxRetries,
      askedSeconds: attempt.askedSeconds,
      leftMs: this.leftMs,
      mayHaveArrived: this.mayHaveArrived,
      isInDoubt,
    });
    this.world.note(this.process.name, `${this.name}: ${textOf(outcome)}, so it ${this.verdict.kind}`);
    if (nowMs > this.latestEndMs) this.violate(31, 'It has outlived its time limit.');
  }

  #askedBy({ outcome, handled }: Attempt): number | null {
    if (outcome?.kind !== 'answer' || handled?.behaviour.kind !== 'error') return null;
    return askedSeconds(handled.behaviour.retryAfter, handled.atMs, this.process.wallMs);
  }

  #checkRequest({ url, init }: StartedFetch): void {
    if (new URL(url).origin !== apiOrigin) this.violate(30, 'A request goes to another origin.');
    if (new Headers(init.headers).get('authorization') !== `Bearer ${secretKey}`)
      this.violate(30, 'A request has another secret key, or none.');
    const request = `${init.method} ${url} ${init.body}`;
    this.method = init.method ?? '';
    this.path = new URL(url).pathname;
    this.#firstRequest ??= request;
    if (request !== this.#firstRequest) this.violate(31, 'A retry differs from the first request.');
  }

  #checkTime(): void {
    const { nowMs } = this.world;
    if (this.isOver) {
      this.violate(31, 'A request is sent after the call has ended.');
      return;
    }
    if (this.abortedAtMs !== undefined) {
      this.violate(31, 'A request is sent after the abort.');
      return;
    }
    const { last, verdict } = this;
    if (last === undefined) {
      if (this.rules.announces === 'before and after') {
        this.announcements.checkFirstRequest();
        this.startedAtMs = nowMs;
        this.#startedSteadyMs = this.process.steadyMs;
      } else if (nowMs !== this.startedAtMs) this.violate(31, 'The first request is not sent at once.');
      return;
    }
    if (last.outcome === undefined) {
      this.violate(31, 'A request is sent while another one is in flight.');
      return;
    }
    if (verdict?.kind !== 'retries') {
      this.violate(31, `A request is repeated, although the call ${verdict?.kind}.`);
      return;
    }
    if (this.leftMs <= -0.001) this.violate(31, 'A request is sent after the time limit.');
    const waitMs = this.process.steadyMs - last.endedSteadyMs;
    if (waitMs < verdict.leastMs - earlyMs)
      this.violate(31, `It waits ${waitMs} ms before a retry, which is less than ${verdict.leastMs} ms.`);
    if (nowMs > latestMs(this.process, last.endedAtMs, verdict.mostMs))
      this.violate(31, `It waits ${waitMs} ms before a retry, which is more than ${verdict.mostMs} ms.`);
    const announcedMs = last.retryInMs ?? 0;
    const isLater = nowMs > latestMs(this.process, last.endedAtMs, announcedMs);
    if (last.isEventSure && (isLater || waitMs < announcedMs - earlyMs))
      this.violate(31, `The event announced a retry in ${announcedMs} ms, but it is sent after ${waitMs} ms.`);
  }
}

function mayBeCarriedOut(outcome: Outcome | undefined): boolean {
  if (outcome === undefined) return false;
  return outcome.kind === 'answer' ? outcome.status >= 500 : !outcome.isUnsent;
}

function textOf(outcome: Outcome): string {
  if (outcome.kind === 'answer') return `is answered with ${outcome.status}`;
  return outcome.isUnsent ? 'cannot connect' : 'loses its connection';
}
