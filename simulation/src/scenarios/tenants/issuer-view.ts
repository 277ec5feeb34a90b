import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { ageMs, type Reading, readingOf } from '../keys/fetch-book.ts';
import type { Answer } from './directory.ts';

// What docs/issuer-per-tenant.md promises.
export const refusedMs = 10_000;
const retryDelayMs = 1_000;
export const graceMs = 1_000;

/** One call of `approve`, as the app sees it. */
export interface Call {
  readonly number: number;
  readonly begun: Reading;
  /** When the first request came that may have waited for it. The attempt includes the wait for its turn. */
  readonly since: Reading;
  /** `unsure`: the product may have forgotten an earlier answer. */
  readonly kind: 'new' | 'renewal' | 'unsure';
  answer: Answer | undefined;
  ended: Reading | undefined;
  /** When its signal was aborted. */
  aborted: Reading | undefined;
}

/** A request, as far as the approval of its issuer matters. */
export interface WaitingAsk {
  readonly begun: Reading;
}

/** What one process knows about one issuer, from the answers of its function `approve`. */
export class IssuerView {
  readonly issuer: string;
  readonly process: VirtualProcess;
  readonly #world: World;
  readonly calls: Call[] = [];
  readonly pending: Set<WaitingAsk> = new Set();
  /** When a request needed the approval last. */
  askedAtMs = -1;
  /** Of the answered calls, the one that began last. */
  newest: Call | undefined;
  /** The refusal that ended last, if it was the newest answer then. */
  refusal: Call | undefined;
  /** When `approve` answered no last, even if a newer call had answered before. */
  answeredNoAtMs = -1;
  /** The answers that were the newest, with the moment from which on. */
  readonly states: { readonly atMs: number; readonly call: Call }[] = [];
  /** Of the failed calls, the one that began last. */
  lastFailed: Call | undefined;
  /** When the request came that last waited in vain for the turn of its call. */
  failedInQueue: Reading | undefined;
  /** When keys were fetched. */
  readonly fetches: { readonly begun: Reading; endedAtMs: number }[] = [];
  unknownKeyAskAtMs = -1;
  /** Whether the product may have forgotten an answer, or ignored it. */
  isUnsure = false;

  constructor(world: World, process: VirtualProcess, issuer: string) {
    this.#world = world;
    this.process = process;
    this.issuer = issuer;
  }

  get isApproved(): boolean {
    return this.newest?.answer?.kind === 'approved';
  }

  /** Whether it counts as an unknown issuer: no answer, or a refusal that is no longer remembered. */
  get isNew(): boolean {
    return !this.isApproved && !this.isRefused;
  }

  get isRefused(): boolean {
    return this.refusal !== undefined && this.refusalAgeMs < refusedMs;
  }

  /** When the first of the requests came that wait. */
  get pendingSinceMs(): number | undefined {
    for (const { begun } of this.pending) return begun.atMs;
    return undefined;
  }

  get refusalAgeMs(): number {
    return this.refusal?.ended === undefined ? Number.POSITIVE_INFINITY : ageMs(this.process, this.refusal.ended);
  }

  /** The age of the newest answer counts from when its call began. */
  get approvalAgeMs(): number {
    return this.newest === undefined ? Number.POSITIVE_INFINITY : ageMs(this.process, this.newest.begun);
  }

  /** Whether the failure of a call forbids the next one. */
  get isInRetryDelay(): boolean {
    const failed = this.lastFailed;
    return (
      failed !== undefined &&
      failed.number > (this.newest?.number ?? -1) &&
      ageMs(this.process, failed.since) < retryDelayMs
    );
  }

  /** The same, for the time from when the call began, without the wait for its turn. */
  get mayBeInRetryDelay(): boolean {
    const sinces = [this.lastFailed?.begun, this.failedInQueue];
    return sinces.some((since) => since !== undefined && ageMs(this.process, since) < retryDelayMs);
  }

  /** A call that has neither answered nor reached its time limit. */
  get runningCall(): Call | undefined {
    return this.calls.findLast(({ ended, aborted }) => ended === undefined && aborted === undefined);
  }

  /** After a refusal, only the requests that wait use the answers of calls of before. */
  isOrphan({ begun }: Call): boolean {
    return (this.refusal?.ended?.atMs ?? -1) >= begun.atMs;
  }

  onEnded(call: Call, answer: Answer): void {
    call.ended = readingOf(this.#world, this.process);
    call.answer = answer;
    if (answer.kind === 'failed') {
      if (call.aborted === undefined) this.#fail(call);
      return;
    }
    if (answer.kind === 'refused') this.answeredNoAtMs = this.#world.nowMs;
    if (call.number < (this.newest?.number ?? -1)) return;
    const isOrphan = this.isOrphan(call);
    if (isOrphan && answer.kind === 'refused') return;
    this.isUnsure = isOrphan;
    this.newest = call;
    this.states.push({ atMs: this.#world.nowMs, call });
    if (this.states.length > 40) this.states.shift();
    if (answer.kind === 'refused') this.refusal = call;
  }

  onAborted(call: Call): void {
    call.aborted = readingOf(this.#world, this.process);
    if (call.ended === undefined) this.#fail(call);
  }

  #fail(call: Call): void {
    if (call.number > (this.lastFailed?.number ?? -1)) this.lastFailed = call;
  }
}
