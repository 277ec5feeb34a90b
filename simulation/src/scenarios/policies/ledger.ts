import type { AuthzEvent } from '@torii/authz';
import type { Scheduled } from '../../world/schedule.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Served } from './document-store.ts';
import type { PolicyDocument } from './documents.ts';

/** Both clocks of a process, as they show at one moment. */
interface Clocks {
  readonly wallMs: number;
  readonly steadyMs: number;
}

/** A read of the store that one process has begun. */
export interface Read {
  readonly turn: number;
  readonly begunMs: number;
  readonly clocks: Clocks;
  /** How many calls of `refresh()` came before it. */
  readonly refreshes: number;
  /** How often the edge runtime had ended all running requests. */
  readonly cuts: number;
  /** How often a clock had been set, or the process had been paused. */
  readonly clockChanges: number;
  /** How often the wall clock had been set. */
  readonly clockSets: number;
  state: 'under way' | 'timed out' | 'bad' | 'document';
  /** When the process learned that the read failed: it returned no document, or took longer than the limit. */
  failedMs: number | undefined;
  arrivedMs: number | undefined;
  document: PolicyDocument | undefined;
  timeLimit: Scheduled | undefined;
}

export interface Limits {
  readonly refreshMs: number;
  /** How long a request waits, and a read may take. */
  readonly limitMs: number;
}

export const retryMs = 1_000;
/** If a read ends this long after its limit, the process was paused. See docs/decisions/key-sets.md, "Remote values". */
export const graceMs = 1_000;

/** What one process knows of one document, according to the reads that it has begun and what they brought. */
export class Ledger {
  readonly process: VirtualProcess;
  readonly name: string;
  readonly limits: Limits;
  readonly reads: Read[] = [];
  /** The newest read, by its beginning, that has brought a document since the last `refresh()`. */
  newest: Read | undefined;
  /** What `newest` was before, if that was still young. */
  before: Read | undefined;
  refreshes = 0;
  readonly #world: World;
  #lastText: string | undefined;
  readonly #awaitedEvents: { readonly type: 'policy_loaded' | 'policy_failed'; readonly read: Read }[] = [];

  constructor(world: World, process: VirtualProcess, name: string, limits: Limits) {
    [this.#world, this.process, this.name, this.limits] = [world, process, name, limits];
  }

  get nowMs(): number {
    return this.#world.nowMs;
  }

  /**
   * The age of a read by the clock that shows more, as docs/decisions/time.md promises. Infinite if both clocks are more than
   * a second behind.
   */
  ageMs({ clocks }: Read): number {
    const ms = Math.max(this.process.wallMs - clocks.wallMs, this.process.steadyMs - clocks.steadyMs);
    return ms < -1_000 ? Number.POSITIVE_INFINITY : ms;
  }

  /** The document that requests are answered from, if it is young enough. */
  usable(): Read | undefined {
    return this.newest !== undefined && this.ageMs(this.newest) < this.limits.refreshMs ? this.newest : undefined;
  }

  /** Reads that may still bring an answer within the limit. */
  underWay(): readonly Read[] {
    return this.reads.slice(-100).filter((read) => {
      return read.state === 'under way' && !this.isCut(read);
    });
  }

  /** Reads that a timer may be set for. */
  get timedReads(): number {
    const isTimed = (read: Read): boolean =>
      read.state === 'under way' || read.failedMs === this.nowMs || read.arrivedMs === this.nowMs;
    return this.reads.slice(-100).filter((read) => !this.isCut(read) && isTimed(read)).length;
  }

  /** Failed reads for which requests may be refused, because no later read returned a document. */
  *failures(): Generator<Read & { readonly failedMs: number }> {
    for (let at = this.reads.length - 1; at >= 0; at--) {
      const read = this.reads[at] as Read;
      if (read.refreshes < this.refreshes || read.turn < (this.newest?.turn ?? 0)) return;
      if (read.failedMs !== undefined && read !== this.newest) yield read as Read & { readonly failedMs: number };
    }
  }

  /** An edge runtime has ended the read together with the request that began it: it neither succeeds nor fails. */
  isCut({ cuts }: Read): boolean {
    return cuts < this.process.cuts;
  }

  /** The process stood still, or a clock was set: others do not wait for this read any more. */
  isDead(read: Read): boolean {
    return this.ageMs(read) >= this.limits.limitMs + graceMs;
  }

  begin(): Read {
    const { wallMs, steadyMs } = this.process;
    const read: Read = {
      turn: this.reads.length + 1,
      begunMs: this.nowMs,
      clocks: { wallMs, steadyMs },
      refreshes: this.refreshes,
      cuts: this.process.cuts,
      clockChanges: this.process.clockChanges,
      clockSets: this.#clockSets,
      state: 'under way',
      failedMs: undefined,
      arrivedMs: undefined,
      document: undefined,
      timeLimit: undefined,
    };
    this.#judgeBegin();
    this.reads.push(read);
    this.#world.note(this.process.name, `${this.name}: read ${read.turn} begins`);
    read.timeLimit = this.process.startTimer(() => this.#fail(read, 'timed out'), this.limits.limitMs);
    return read;
  }

  /** The answer of a read reaches the process. */
  arrive(read: Read, served: Served | undefined): void {
    const { document } = served ?? {};
    read.arrivedMs = this.nowMs;
    read.timeLimit?.cancel();
    const isLate = read.failedMs !== undefined;
    const text = document === undefined ? 'no document' : `document ${document.name}`;
    this.#world.note(this.process.name, `${this.name}: read ${read.turn} brings ${text}${isLate ? ', late' : ''}`);
    if (document === undefined) {
      if (!isLate) this.#fail(read, 'bad');
      return;
    }
    read.document = document;
    read.state = 'document';
    if (this.#isOutdated(read)) return;
    this.before = this.usable();
    this.newest = read;
    const isChanged = this.#lastText !== document.text;
    this.#lastText = document.text;
    if (isChanged) this.#expect('policy_loaded', read);
  }

  noteRefresh(): void {
    this.refreshes += 1;
    this.newest = undefined;
    this.before = undefined;
  }

  hear(event: Exclude<AuthzEvent, { readonly type: 'impersonated' }>): void {
    const at = this.#awaitedEvents.findIndex(({ type }) => type === event.type);
    const awaited = at === -1 ? undefined : this.#awaitedEvents.splice(at, 1)[0];
    this.#world.note(this.process.name, `${this.name}: event ${event.type}`);
    if (awaited === undefined) {
      this.#world.violate(26, `${this.process.name} reports ${event.type} of ${this.name}, which has not happened`);
      return;
    }
    if (event.type === 'policy_failed') return;
    const { document } = awaited.read;
    const isRight =
      event.lastUpdate === document?.lastUpdate &&
      event.permissions === document?.permissionCount &&
      event.malformedCount === document.malformedCount &&
      event.malformed.length === Math.min(100, event.malformedCount) &&
      Math.abs(event.durationMs - this.ageMs(awaited.read)) <= 1;
    const isUnknownAge = !Number.isFinite(this.ageMs(awaited.read));
    if (!isRight && !isUnknownAge)
      this.#world.violate(26, `${this.process.name}: policy_loaded does not describe ${document?.name}`);
  }

  #fail(read: Read, state: 'bad' | 'timed out'): void {
    read.state = state;
    read.failedMs = this.nowMs;
    if (this.#isOutdated(read)) return;
    for (const failure of this.failures()) if (failure.turn > read.turn) return;
    this.#expect('policy_failed', read);
  }

  get #clockSets(): number {
    const { clockChanges, freezes, isFrozen } = this.process;
    return clockChanges - 2 * freezes.length + (isFrozen ? 1 : 0);
  }

  // Requests that waited during a pause read again, even if an earlier read has returned a document since.
  #hasWokenUp(): boolean {
    for (const failure of this.failures()) if (failure.failedMs === this.nowMs && this.isDead(failure)) return true;
    return false;
  }

  #isOutdated(read: Read): boolean {
    return read.refreshes < this.refreshes || read.turn < (this.newest?.turn ?? 0);
  }

  #expect(type: 'policy_loaded' | 'policy_failed', read: Read): void {
    const awaited = { type, read };
    this.#awaitedEvents.push(awaited);
    // The product's own timer for the same millisecond may come a turn later.
    this.#world.schedule.after(1, () => {
      const isMissing = this.#awaitedEvents.includes(awaited);
      if (!isMissing || this.process.isFrozen || this.process.isDead) return;
      this.#world.violate(26, `${this.process.name} does not report ${type} of ${this.name}, read ${read.turn}`);
    });
  }

  // Statement 26 and docs/decisions/authz.md: one read at a time, the next one after four fifths of `refreshSeconds`, and after a
  // failed read a second after that one began.
  #judgeBegin(): void {
    const { newest } = this;
    const who = `${this.process.name} reads ${this.name}`;
    const last = this.reads.at(-1);
    if (last === undefined || last.refreshes < this.refreshes) return;
    if (newest !== undefined && this.ageMs(newest) < this.limits.refreshMs * 0.8 && !this.#hasWokenUp()) {
      this.#world.violate(26, `${who} again after ${this.ageMs(newest)} ms: the document is still young`);
    }
    for (const other of this.underWay()) {
      // It may have been given up as dead before the clock was set back.
      if (other.refreshes < this.refreshes || other.clockSets < this.#clockSets) continue;
      // Timers of a clock that drifts are rounded.
      if (this.ageMs(other) >= this.limits.limitMs + graceMs - 2) continue;
      this.#world.violate(4, `${who} while read ${other.turn} is under way`);
    }
    for (const failure of this.failures()) {
      if (this.ageMs(failure) >= retryMs) continue;
      this.#world.violate(26, `${who} ${this.ageMs(failure)} ms after read ${failure.turn} began, which has failed`);
    }
  }
}
