import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { ageMs, readingOf } from '../keys/fetch-book.ts';
import { driftMs } from '../keys/key-view.ts';
import type { Answer } from './directory.ts';
import { type Call, graceMs, IssuerView, refusedMs, type WaitingAsk } from './issuer-view.ts';
import type { ProcessPlan } from './plan.ts';

const maxNewCalls = 100;
export const maxNew = 1_000;
/** A minute, measured a little shorter because the clock of the process may run fast. */
const minuteMs = 59_980;

/** What one process knows about all issuers, and the rules for its calls of `approve`. */
export class ProcessView {
  readonly world: World;
  readonly process: VirtualProcess;
  readonly rememberMs: number;
  readonly timeoutMs: number;
  readonly newPerMinute: number;
  readonly issuers: Map<string, IssuerView> = new Map();
  /** Whether the product may have forgotten unknown issuers, because there were too many. */
  isCrowded = false;
  refusals = 0;
  /** Requests that are not answered yet. */
  waiting = 0;
  #calls = 0;
  /** When a call reached its time limit last. */
  #limitAtMs = -1;
  /** Calls that have one of the places for unknown issuers, or may have: those that are unsure. */
  readonly #running: Set<Call> = new Set();
  readonly #newCalls: { readonly atMs: number; readonly aheadMs: number }[] = [];
  /** When tokens of unknown issuers came, the newest last. */
  #unknownAsks: number[] = [];
  readonly #unresolved: Set<IssuerView> = new Set();
  /** Unknown issuers that requests wait for. */
  readonly #waitingIssuers: Set<IssuerView> = new Set();

  constructor(world: World, process: VirtualProcess, plan: ProcessPlan) {
    this.world = world;
    this.process = process;
    this.rememberMs = plan.rememberS * 1000;
    this.timeoutMs = Math.min(plan.timeoutMs, this.rememberMs);
    this.newPerMinute = plan.newPerMinute;
  }

  issuer(text: string): IssuerView {
    const known = this.issuers.get(text);
    if (known !== undefined) return known;
    const view = new IssuerView(this.world, this.process, text);
    this.issuers.set(text, view);
    return view;
  }

  /** How many calls for unknown issuers run at most. */
  get runningCalls(): number {
    return this.#running.size;
  }

  get waitingIssuers(): number {
    return this.#waitingIssuers.size;
  }

  /** Whether the limit of calls in a minute certainly allows one more. Each request may have used one up. */
  get hasPermit(): boolean {
    const sinceMs = this.world.nowMs - 61_000;
    // Those that wait since before a pause begin their calls anew.
    let asks = this.#waitingIssuers.size;
    for (let i = this.#unknownAsks.length - 1; i >= 0 && (this.#unknownAsks[i] as number) > sinceMs; i--) asks += 1;
    return asks === 0 || asks < Math.floor(this.newPerMinute / 2);
  }

  onAsk(view: IssuerView, ask: WaitingAsk): void {
    view.askedAtMs = this.world.nowMs;
    view.pending.add(ask);
    if (!view.isNew && !view.isUnsure) return;
    this.#waitingIssuers.add(view);
    this.#unresolved.add(view);
    if (this.#unresolved.size >= maxNew) this.isCrowded = true;
    const nowMs = this.world.nowMs;
    if (this.#unknownAsks.length > 20_000) this.#unknownAsks = this.#unknownAsks.filter((at) => at > nowMs - 62_000);
    this.#unknownAsks.push(nowMs);
  }

  onAnswer(view: IssuerView, ask: WaitingAsk): void {
    if (view.pending.delete(ask) && view.pending.size === 0) this.#waitingIssuers.delete(view);
  }

  /** Called by the app's function. */
  onCall(text: string, signal: AbortSignal | undefined): Call {
    const view = this.issuers.get(text);
    const { process } = this;
    if (view === undefined || view.askedAtMs < 0)
      this.world.violate(6, `${process.name} calls approve for ${text.slice(0, 60)}, which no good token names`);
    const known = view ?? this.issuer(text);
    const isUnsure = known.isUnsure;
    const kind = isUnsure ? 'unsure' : known.isApproved ? 'renewal' : 'new';
    const [first] = known.pending;
    const call: Call = {
      number: this.#calls++,
      begun: readingOf(this.world, process),
      since: first?.begun ?? readingOf(this.world, process),
      kind,
      answer: undefined,
      ended: undefined,
      aborted: undefined,
    };
    if (signal === undefined || typeof signal.addEventListener !== 'function' || signal.aborted)
      this.world.violate(3, `${process.name} calls approve without a signal that can end it`);
    this.#checkReason(known);
    this.#checkTwice(known, kind);
    known.calls.push(call);
    if (known.calls.length > 20) known.calls.shift();
    if (kind !== 'renewal') this.#running.add(call);
    // After a pause, requests that wait begin their calls anew, which takes another permit.
    const isAnew = process.clockChanges > 0 && call.since.atMs < this.world.nowMs;
    if (kind !== 'renewal' && isAnew) this.#unknownAsks.push(this.world.nowMs);
    if (kind === 'new') this.#checkLimits();
    signal?.addEventListener('abort', () => {
      if (call.ended !== undefined) return;
      this.#limitAtMs = this.world.nowMs;
      this.#running.delete(call);
      this.#checkLimitOf(call);
      known.onAborted(call);
    });
    return call;
  }

  onEnded(text: string, call: Call, answer: Answer): void {
    const view = this.issuer(text);
    const isInTime = call.aborted === undefined;
    this.#running.delete(call);
    view.onEnded(call, answer);
    if (isInTime && call.kind === 'new') this.#expectNext();
    if (answer.kind === 'refused') this.refusals += 1;
    if (answer.kind !== 'failed') this.#unresolved.delete(view);
    if (this.isCrowded && call.kind !== 'renewal') view.isUnsure = true;
  }

  /** When a call ends in time, the next ones that wait for their turn begin. After a time limit, they need not. */
  #expectNext(): void {
    const { process } = this;
    if (this.#waitingIssuers.size < maxNewCalls) return;
    const { clockChanges } = process;
    const sinceMs = this.world.nowMs;
    this.world.schedule.after(1, () => {
      if (process.isDead || process.clockChanges !== clockChanges || this.#running.size >= maxNewCalls) return;
      if (this.#limitAtMs >= sinceMs) return;
      for (const view of this.#waitingIssuers) {
        const begunAtMs = Math.min(...[...view.pending].map(({ begun }) => begun.atMs));
        const waits = view.isNew && !view.isUnsure && begunAtMs < sinceMs && this.#mayWaitSince(begunAtMs);
        if (!waits || view.calls.some(({ begun }) => begun.atMs >= begunAtMs)) continue;
        return this.#violate(34, view, `is not called, although only ${this.#running.size} calls run`);
      }
    });
  }

  /** Whether a request that has waited since then is still within its time limit. */
  #mayWaitSince(atMs: number): boolean {
    return this.world.nowMs - atMs < this.timeoutMs - driftMs(this.timeoutMs) - 2;
  }

  /** Statement 4: a call has a request that needs it. */
  #checkReason(view: IssuerView): void {
    const isAsked = view.pending.size > 0 || view.askedAtMs === this.world.nowMs;
    if (!isAsked) this.#violate(4, view, 'is called although no request needs it');
  }

  #checkTwice(view: IssuerView, kind: Call['kind']): void {
    const { runningCall, newest } = view;
    if (kind === 'unsure' || (kind === 'new' && this.isCrowded)) return;
    if (
      runningCall !== undefined &&
      !view.isOrphan(runningCall) &&
      // A load of before a pause counts as dead, also if its call had its turn after the pause. Timers end up to 2 ms early.
      ageMs(this.process, runningCall.since) < this.timeoutMs + graceMs - 2
    )
      this.#violate(4, view, 'is called while a call is under way');
    if (view.isInRetryDelay) this.#violate(4, view, 'is called again within a second of a call that failed');
    const age = newest === undefined ? 0 : ageMs(this.process, newest.since);
    if (newest?.answer?.kind === 'approved' && age < this.rememberMs / 2)
      this.#violate(4, view, `is called although the approval is ${Math.round(age)} ms old`);
    const refusedAtMs = view.refusal?.ended?.atMs ?? -1;
    const isLeft = [...view.pending].some(({ begun }) => begun.atMs <= refusedAtMs);
    if (view.refusalAgeMs < refusedMs && !isLeft && this.refusals < 10_000)
      this.#violate(4, view, `is called ${Math.round(view.refusalAgeMs)} ms after a refusal`);
  }

  #checkLimits(): void {
    // A call of before a pause may have lost its place.
    const running = [...this.#running].filter(
      ({ kind, begun }) => kind === 'new' && ageMs(this.process, begun) < this.timeoutMs,
    ).length;
    if (running > maxNewCalls)
      this.world.violate(4, `${this.process.name} runs ${running} calls of approve for unknown issuers`);
    this.#newCalls.push({ atMs: this.world.nowMs, aheadMs: this.process.aheadMs });
    for (const minutes of [1, 3]) this.#checkRate(minutes);
  }

  /** As many as are allowed in a minute at once, and so many in each minute. */
  #checkRate(minutes: number): void {
    const sinceMs = this.world.nowMs - minutes * minuteMs;
    const most = this.newPerMinute * (minutes + 1);
    if (this.#newCalls.length <= most) return;
    let allowed = most;
    let count = 0;
    let { aheadMs } = this.process;
    for (let i = this.#newCalls.length - 1; i >= 0; i--) {
      const call = this.#newCalls[i] as { readonly atMs: number; readonly aheadMs: number };
      if (call.atMs <= sinceMs) break;
      count += 1;
      // A clock that is set forward restores all permits.
      if (call.aheadMs !== aheadMs) allowed += this.newPerMinute;
      aheadMs = call.aheadMs;
    }
    if (count > allowed)
      this.world.violate(4, `${this.process.name} calls approve for ${count} unknown issuers in ${minutes} minutes`);
  }

  #checkLimitOf({ begun }: Call): void {
    const tookMs = this.world.nowMs - begun.atMs;
    if (tookMs > this.timeoutMs + driftMs(this.timeoutMs) && this.process.thawedAtMs < begun.atMs)
      this.world.violate(3, `${this.process.name} ends a call of approve after ${tookMs} ms`);
  }

  #violate(statement: number, { issuer }: IssuerView, text: string): void {
    this.world.violate(statement, `${this.process.name}: approve(${issuer.slice(8, 40)}) ${text}`);
  }
}
