import type { World } from '../../world/world.ts';
import { answerBy, callers, fixedAnswer, type Impersonation, type Question, type Verdict } from './callers.ts';
import { graceMs, type Ledger, type Read, retryMs } from './ledger.ts';

export type Outcome = Verdict | 503 | 'something else';

/** A request, or a call of `refresh()`, that has begun and not ended. */
export interface Pending {
  readonly askedMs: number;
  /** Reads that had begun before. */
  readonly readsBefore: number;
  readonly refreshesBefore: number;
  readonly changesBefore: number;
  /** The read that the request waits for, if one was under way. */
  readonly joined: Read | undefined;
  readonly pausedBeforeMs: number;
  readonly usableWhenAsked: Read | undefined;
  isOver: boolean;
}

const maxWaiting = 10_000;

/** Compares what one process answers with the documents that it has read. */
export class Judge {
  readonly ledger: Ledger;
  readonly #world: World;
  readonly #impersonation: Impersonation;
  readonly #pending: Set<Pending> = new Set();
  /** The highest number of requests that waited at once since the queue was last empty. */
  #mostPending = 0;
  /** Requests that an edge runtime has ended still count for the read that they waited for. */
  #crowdedUntilMs = -1;

  constructor(world: World, ledger: Ledger, impersonation: Impersonation) {
    [this.#world, this.ledger, this.#impersonation] = [world, ledger, impersonation];
  }

  /** A request asks for a permission, or an app calls `refresh()`. */
  begin(): Pending {
    const { ledger } = this;
    const joined = ledger.reads.findLast((read) => read.state === 'under way' && !ledger.isDead(read));
    const pending: Pending = {
      askedMs: this.#world.nowMs,
      readsBefore: ledger.reads.length,
      refreshesBefore: ledger.refreshes,
      changesBefore: joined?.clockChanges ?? ledger.process.clockChanges,
      joined,
      pausedBeforeMs: ledger.process.pausedMs,
      usableWhenAsked: ledger.usable(),
      isOver: false,
    };
    this.#pending.add(pending);
    this.#mostPending = Math.max(this.#mostPending, this.#pending.size);
    return pending;
  }

  get waitingCount(): number {
    return this.#pending.size;
  }

  /** At most 10,000 requests wait for one read. */
  judgeCrowd(): void {
    const reads = Math.max(1, this.ledger.timedReads);
    if (this.#pending.size <= maxWaiting * reads) return;
    this.#violate(4, `${this.#pending.size} requests wait for ${reads} reads`);
  }

  /** Requests that an edge runtime has ended, or whose process has crashed, get no answer. */
  forget(): void {
    for (const pending of this.#pending) pending.isOver = true;
    this.#pending.clear();
    // From then on, the read that they waited for is considered lost.
    const { limitMs } = this.ledger.limits;
    if (this.#mostPending > maxWaiting) this.#crowdedUntilMs = this.#world.nowMs + limitMs + graceMs + 1;
    this.#mostPending = 0;
  }

  endRefresh(pending: Pending, outcome: 'done' | 'unavailable' | 'something else'): void {
    if (!this.#end(pending)) return;
    const { ledger } = this;
    if (outcome === 'something else') this.#violate(26, 'refresh() rejects with an unexpected error');
    else if (outcome === 'unavailable') this.#judgeUnavailable(pending, 'refresh()');
    else if (ledger.usable() === undefined && ledger.refreshes === pending.refreshesBefore) {
      this.#violate(26, 'refresh() resolves, although no read that began since has brought a document');
    }
  }

  end(pending: Pending, question: Question, outcome: Outcome): void {
    if (!this.#end(pending)) return;
    const fixed = fixedAnswer(question, this.#impersonation);
    const text = `${callers[question.caller]?.name}, ${question.method} ${question.target.url?.slice(0, 20)} (${question.way})`;
    if (fixed !== undefined) {
      if (outcome !== fixed) this.#violate(27, `${text}: ${outcome} instead of ${fixed}, which no document changes`);
      return;
    }
    if (outcome === 503) {
      this.#judgeUnavailable(pending, text);
      return;
    }
    const { ledger } = this;
    const usable = this.#beforeAnswerAtOnce(pending, question, outcome) ?? ledger.usable();
    if (usable?.document === undefined) {
      const age =
        ledger.newest === undefined ? 'without a document' : `from one that is ${ledger.ageMs(ledger.newest)} ms old`;
      this.#violate(26, `${text}: ${outcome} ${age}`);
      return;
    }
    const right = answerBy(usable.document, question, this.#impersonation);
    if (outcome !== right) {
      this.#violate(26, `${text}: ${outcome} instead of ${right} by document ${usable.document.name}`);
      return;
    }
    if (pending.askedMs === ledger.nowMs) this.#judgeRenewal(text, usable);
    else this.#judgeWait(pending, text, usable);
  }

  // A source that answers at once may bring a newer document between the question and its answer.
  #beforeAnswerAtOnce(pending: Pending, question: Question, outcome: Outcome): Read | undefined {
    const { newest, before, refreshes, nowMs } = this.ledger;
    if (newest?.begunMs !== nowMs || pending.askedMs !== nowMs || pending.refreshesBefore !== refreshes)
      return undefined;
    const isAnswer = (read: Read | undefined): boolean =>
      read?.document !== undefined && answerBy(read.document, question, this.#impersonation) === outcome;
    return [pending.usableWhenAsked, before].find(isAnswer);
  }

  #end(pending: Pending): boolean {
    if (pending.isOver) return false;
    pending.isOver = true;
    if (this.#pending.size === 1) this.#mostPending = 0;
    this.#pending.delete(pending);
    return true;
  }

  // Requests do not wait if there is a document. Otherwise they wait until the read ends, and no longer.
  #judgeWait(pending: Pending, text: string, usable: Read): void {
    const { nowMs } = this.#world;
    const waitedMs = nowMs - pending.askedMs;
    if (pending.usableWhenAsked !== undefined && pending.refreshesBefore === this.ledger.refreshes) {
      this.#violate(26, `${text}: waited ${waitedMs} ms, although there was a document`);
    }
    // Those who wait for another read wait until that one ends.
    const isAwaited =
      pending.joined === undefined ? usable.turn === pending.readsBefore + 1 : usable === pending.joined;
    if (isAwaited && usable.failedMs === undefined && usable.arrivedMs !== nowMs) {
      this.#violate(26, `${text}: still waited when the document had arrived`);
    }
    this.#judgeBound(pending, text);
  }

  // A request waits for a read at most the time limit. After a pause, a jump of the clock or refresh() it waits for another read,
  // at most three in all.
  #judgeBound(pending: Pending, text: string): void {
    const { ledger } = this;
    const waitedMs = this.#world.nowMs - pending.askedMs;
    const { limitMs } = ledger.limits;
    const { clockChanges, pausedMs } = ledger.process;
    const disturbances = ledger.refreshes - pending.refreshesBefore + clockChanges - pending.changesBefore;
    const wasCut = pending.joined !== undefined && ledger.isCut(pending.joined);
    const mostMs =
      disturbances === 0 && !wasCut ? limitMs * 1.001 + 1 : 3 * (limitMs + graceMs) + pausedMs - pending.pausedBeforeMs;
    if (waitedMs > mostMs) this.#violate(26, `${text}: waited ${waitedMs} ms`);
  }

  // After four fifths of refreshSeconds, a request begins a read in the background.
  #judgeRenewal(text: string, usable: Read): void {
    const { ledger } = this;
    if (usable.arrivedMs === ledger.nowMs || ledger.reads.at(-1)?.begunMs === ledger.nowMs) return;
    if (ledger.ageMs(usable) < ledger.limits.refreshMs * 0.8 || ledger.underWay().length > 0) return;
    // A read that a runtime has ended keeps others in the background from beginning: a request that waits begins the next one.
    if (ledger.reads.some((read) => read.turn > usable.turn && read.state === 'under way' && ledger.isCut(read)))
      return;
    for (const failure of ledger.failures())
      if (ledger.ageMs(failure) < retryMs || failure.failedMs === ledger.nowMs) return;
    this.#violate(26, `${text}: the document is ${ledger.ageMs(usable)} ms old and not being read again`);
  }

  #judgeUnavailable(pending: Pending, text: string): void {
    const { ledger } = this;
    if (this.#mostPending > maxWaiting || this.#world.nowMs <= this.#crowdedUntilMs) return;
    const usable = ledger.usable();
    if (usable !== undefined) {
      this.#violate(26, `${text}: 503, although document ${usable.document?.name} is ${ledger.ageMs(usable)} ms old`);
      return;
    }
    this.#judgeBound(pending, text);
    let reason: string | undefined;
    for (const failure of ledger.failures()) {
      const ageMs = ledger.ageMs(failure);
      // Refused at once, until one second after the failed read began.
      if (ageMs < retryMs) return;
      // After waiting for a read that has failed. If the process was paused meanwhile, it must ask again.
      const hasWaited = failure.failedMs >= pending.askedMs;
      if (hasWaited && ageMs < ledger.limits.limitMs + graceMs) return;
      if (reason !== undefined) continue;
      const wasPaused = failure.begunMs < ledger.process.thawedAtMs ? ', before the process stood still' : '';
      reason = `read ${failure.turn} has failed, but began ${ageMs} ms ago${wasPaused}`;
    }
    // A document that was too old when it arrived: only if a clock was set forward.
    const { newest } = ledger;
    if (newest !== undefined && (newest.arrivedMs ?? 0) >= pending.askedMs) {
      if (ledger.ageMs(newest) < ledger.limits.limitMs + graceMs) return;
      reason = `read ${newest.turn} has brought a document that is too old`;
    }
    if (this.#readsDuring(pending) >= 3) return;
    this.#violate(34, `${text}: 503, although the store was not asked: ${reason ?? 'no read has failed'}`);
  }

  #readsDuring({ askedMs, readsBefore }: Pending): number {
    const { reads, limits } = this.ledger;
    const last = reads[readsBefore - 1];
    const wasUnderWay = last !== undefined && last.begunMs + limits.limitMs >= askedMs;
    return reads.length - readsBefore + (wasUnderWay ? 1 : 0);
  }

  #violate(statement: number, text: string): void {
    this.#world.violate(statement, `${this.ledger.process.name} ${this.ledger.name}, ${text}`);
  }
}
