import type { PollResult } from '@torii/revocation';
import type { World } from '../../../world/world.ts';
import type { Node } from '../node.ts';
import type { FeedPlan, RevocationsPlan } from '../plan.ts';

type PollPlan = Extract<FeedPlan, { readonly kind: 'poll' }>;

/** A read or a write that has begun. */
interface Call {
  readonly signal: AbortSignal;
  readonly begunAtMs: number;
  isOver: boolean;
}

const overlapMs = 60_000;
/** `feed.poll()` reads at most ten times a second, and after a pause of the process requests read too. */
const maxReadsPerSecond = 14;
/** A read that is slower may be replaced by another after a pause of the process. */
const maxReadsAtOnce = 2;

/** What the documentation promises about the calls of `read` and `write`. */
export class ReadRules {
  readonly #world: World;
  readonly #node: Node;
  readonly #plan: RevocationsPlan;
  readonly #feed: PollPlan;
  readonly #calls: Set<Call> = new Set();
  readonly #begins: number[] = [];
  /** The times of the store that reads have returned, the last ones. */
  #times: number[] = [];
  #hasFailed = true;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  #notifiedAtMs = Number.NEGATIVE_INFINITY;

  constructor(world: World, node: Node, plan: RevocationsPlan, feed: PollPlan) {
    [this.#world, this.#node, this.#plan, this.#feed] = [world, node, plan, feed];
  }

  noteNotification(): void {
    this.#notifiedAtMs = this.#world.nowMs;
  }

  watchRead(since: Date | undefined, signal: AbortSignal, read: () => Promise<PollResult>): Promise<PollResult> {
    this.#node.askedAtMs = this.#world.nowMs;
    this.#judgeBegin();
    this.#judgeSince(since);
    const isAlone = ![...this.#calls].some((call) => !call.signal.aborted);
    const call = this.#begin(signal, this.#feed.timeoutMs);
    const askedAt = this.#node.reading;
    const answer = read();
    answer.then(
      (result) => {
        if (!this.#end(call)) return;
        const storeTime = Reflect.get(Object(result), 'storeTime');
        const isUsable = Array.isArray(result) || Array.isArray(Reflect.get(Object(result), 'texts'));
        this.#hasFailed = !isUsable;
        if (isUsable) this.#node.noteAnswer(askedAt);
        if (storeTime instanceof Date && isUsable) this.#times = [...this.#times.slice(-3), storeTime.getTime()];
      },
      () => {
        if (this.#end(call) && isAlone) this.#hasFailed = true;
      },
    );
    return answer;
  }

  watchWrite(signal: AbortSignal, write: () => Promise<unknown>): Promise<unknown> {
    const call = this.#begin(signal, this.#plan.announceTimeoutMs);
    const answer = write();
    const end = (): void => void this.#end(call);
    answer.then(end, end);
    return answer;
  }

  /** Called some time after the revocations were closed. */
  judgeClosed(): void {
    for (const { isOver, signal } of this.#calls) {
      if (!isOver && !signal.aborted) this.#violate(36, 'leaves a query running after close');
    }
  }

  #begin(signal: AbortSignal, timeoutMs: number): Call {
    const { process } = this.#node;
    const call: Call = { signal, begunAtMs: this.#world.nowMs, isOver: false };
    this.#calls.add(call);
    signal.addEventListener('abort', () => this.#calls.delete(call));
    const { length } = process.freezes;
    this.#world.schedule.after(timeoutMs * 1.001 + 50, () => {
      const isAsked = !call.isOver && !signal.aborted && !process.isDead && !process.isFrozen;
      if (isAsked && process.freezes.length === length) this.#violate(36, 'does not abort a query that takes too long');
    });
    return call;
  }

  /** Whether the product still waits for it. */
  #end(call: Call): boolean {
    call.isOver = true;
    this.#calls.delete(call);
    this.#endedAtMs = this.#world.nowMs;
    return !call.signal.aborted;
  }

  #judgeBegin(): void {
    const { nowMs } = this.#world;
    const { process, isClosed } = this.#node;
    if (isClosed) this.#violate(36, 'reads after close');
    this.#begins.push(nowMs);
    if (this.#begins.length > maxReadsPerSecond && nowMs - (this.#begins.shift() ?? 0) < 1_000)
      this.#violate(36, `reads more than ${maxReadsPerSecond} times a second`);
    const running = [...this.#calls].filter(({ signal }) => !signal.aborted).length;
    if (running > maxReadsAtOnce + this.#node.announcing + 3) this.#violate(36, `has ${running} queries at once`);
    // In a steady state, reads have a pause of four to six fifths of `everyMs`.
    const isSteady = this.#node.calm.ms > 60_000 && !this.#hasFailed && nowMs - process.thawedAtMs > 60_000;
    const everyMs = Math.min(this.#feed.everyMs, this.#plan.maxStaleSeconds * 250);
    const pausedMs = nowMs - this.#endedAtMs;
    if (!isSteady || this.#notifiedAtMs > nowMs - 2_000 || running > 0) return;
    if (pausedMs > everyMs * 1.201 + 20) this.#violate(40, `makes a pause of ${pausedMs} ms between two reads`);
  }

  #judgeSince(since: Date | undefined): void {
    if (since === undefined) return;
    if (this.#feed.returns === 'texts') this.#violate(43, 'asks with `since`, although `read` has not returned a time');
    if (this.#hasFailed) this.#violate(43, 'asks with `since` after a failure');
    const sinceMs = since.getTime();
    if (this.#times.some((ms) => ms - overlapMs === sinceMs)) return;
    this.#violate(43, `asks with since ${since.toISOString()}, which is not a minute before the last read`);
  }

  #violate(statement: number, text: string): void {
    this.#world.violate(statement, `${this.#node.process.name} ${text}`);
  }
}
