import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { ageMs, type Fetch, type FetchKeeper } from './fetch-book.ts';
import type { KeyNames } from './key-pairs.ts';
import { permitMs, UnknownKeys, type WaitingAsk } from './unknown-keys.ts';

// What docs/decisions/key-sets.md promises.
export const renewAfterMs = 4 * 60_000;
export const staleAfterMs = 5 * 60_000;
const outageMs = 60_000;
const retryDelayMs = 1_000;
const graceMs = 1_000;
const permits = 3;
/** How much longer or shorter a time may be by true time: clocks run at most 200 ppm too slow or too fast. */
export const driftMs = (ms: number): number => 1 + Math.ceil(ms / 5_000);
/** Ten fetches a minute, measured a little shorter because a process's clock may run fast. */
const minuteMs = 59_980;
export const maxWaiting = 10_000;
const perMinute = 10;

/** What one process may know about the keys of one issuer, from what it has received. All times are by its own clocks. */
export class KeyView implements FetchKeeper {
  readonly world: World;
  readonly process: VirtualProcess;
  readonly issuer: number;
  readonly fetches: Fetch[] = [];
  readonly pending: Set<WaitingAsk> = new Set();
  readonly unknown: UnknownKeys;
  /** When so many requests waited last that another one may not. */
  crowdedAtMs = -1;
  current: Fetch | undefined;
  previous: Fetch | undefined;
  lastFailed: Fetch | undefined;
  replacedAtMs = -1;
  turn = 0;
  /** `keysTimeoutMs` of the verifiers that share the keys, the shortest first. */
  timeoutsMs: readonly number[] = [];
  /** The longest time limit of all callers that wait for a fetch. The fetch may take this long. */
  longestAskedMs = 0;
  /** Of each `kid`: the number of the fetch since which it has named the same key. */
  readonly #since: Map<string, number> = new Map();
  #justEnded: Fetch | undefined;

  readonly #isLegacy: boolean;

  constructor(world: World, process: VirtualProcess, issuer: number, isLegacy: boolean) {
    this.world = world;
    this.#isLegacy = isLegacy;
    this.process = process;
    this.issuer = issuer;
    this.unknown = new UnknownKeys(world, process);
  }

  #violate(statement: number, text: string): void {
    if (!this.#isLegacy) this.world.violate(statement, text);
  }

  get minTimeoutMs(): number {
    return this.timeoutsMs[0] ?? Number.POSITIVE_INFINITY;
  }

  get maxTimeoutMs(): number {
    return this.timeoutsMs.at(-1) ?? 0;
  }

  get keys(): KeyNames | undefined {
    return this.current?.keys;
  }

  ageMs(): number {
    return this.current === undefined ? Number.POSITIVE_INFINITY : ageMs(this.process, this.current.begun);
  }

  sinceOf(kid: string): number {
    return this.#since.get(kid) ?? -1;
  }

  /** Whether the newest fetch that has ended has failed. */
  get isFailing(): boolean {
    return this.lastFailed !== undefined && this.lastFailed.number > (this.current?.number ?? 0);
  }

  /** An old key set is used for a minute and a time limit after a fetch began that failed. */
  isInOutage(timeoutMs: number): boolean {
    return this.isFailing && ageMs(this.process, (this.lastFailed as Fetch).begun) < outageMs + timeoutMs;
  }

  /** A fetch that ended because of one verifier's short time limit does not count as failed for a verifier with a longer one. */
  hasFailedFor(timeoutMs: number): boolean {
    const { wasAborted, begun, ended } = this.lastFailed ?? {};
    return (
      wasAborted !== true ||
      begun === undefined ||
      ended === undefined ||
      ended.atMs - begun.atMs >= timeoutMs - driftMs(timeoutMs)
    );
  }

  /** Whether the failure of a fetch forbids the next one. */
  get isInRetryDelay(): boolean {
    return this.isFailing && ageMs(this.process, (this.lastFailed as Fetch).begun) < retryDelayMs;
  }

  /** Whether the fetch limit certainly allows another fetch. */
  get hasPermit(): boolean {
    const ages: number[] = [];
    for (let i = this.fetches.length - 1; i >= 0 && ages.length <= permits; i--) {
      ages.push(ageMs(this.process, (this.fetches[i] as Fetch).begun));
    }
    const recent = ages.filter((age) => age < permitMs).length;
    // With all permits restored before the recent ones. A fraction of a period is lost when permits are counted, so that each
    // may take nearly two.
    return recent === 0 || (recent < permits && ages.slice(recent).every((age) => age >= permitMs * (2 * permits + 1)));
  }

  /** Whether a fetch is under way that need not be given up yet. */
  get isFetching(): boolean {
    const fetch = this.fetches.at(-1);
    return fetch !== undefined && fetch.ended === undefined;
  }

  onAsk(ask: WaitingAsk): void {
    this.pending.add(ask);
    if (this.pending.size >= maxWaiting) this.crowdedAtMs = this.world.nowMs;
    if (ask.wasUnknown) this.unknown.onAsk(this.maxTimeoutMs);
  }

  onAnswer(ask: WaitingAsk, isNegative: boolean, wasSearched: boolean): void {
    this.pending.delete(ask);
    this.unknown.onAnswer(ask, isNegative, wasSearched);
  }

  onBegun(fetch: Fetch): void {
    fetch.begunTurn = ++this.turn;
    fetch.limitMs = this.longestAskedMs;
    this.checkAnnounced();
    this.#checkReason();
    this.#checkOther(fetch);
    this.fetches.push(fetch);
    this.#checkRate(fetch);
  }

  #checkReason(): void {
    if (this.ageMs() >= renewAfterMs) return;
    let isNeeded = false;
    for (const ask of this.pending) {
      // Another request may have found the key while this one was held.
      if (!ask.wasUnknown || this.keys?.has(ask.token.kid)) continue;
      isNeeded = true;
      if (!ask.mustPause || ask.clockChanges !== this.process.clockChanges) return;
      if (ask.begun.atMs < this.world.nowMs && !this.unknown.isOneOfCrowd(ask)) return;
    }
    if (isNeeded) this.#violate(4, `${this.process.name} fetches the keys for a flood of unknown keys`);
    else this.#violate(4, `${this.process.name} fetches the keys again, although no request needs them`);
  }

  #checkOther(fetch: Fetch): void {
    const other = this.fetches.at(-1);
    if (other === undefined) return;
    if (other.ended === undefined && ageMs(this.process, other.begun) < this.minTimeoutMs + graceMs) {
      this.#violate(4, `${this.process.name} begins fetch ${fetch.number} while fetch ${other.number} is under way`);
    }
    if (other.ended === undefined && other.clockChanges === this.process.clockChanges) this.#checkLength(other);
    const endedByLimit = other.wasAborted && this.minTimeoutMs < this.maxTimeoutMs;
    if (this.isInRetryDelay && !endedByLimit) {
      this.#violate(4, `${this.process.name} repeats a failed fetch within a second`);
    }
  }

  #checkRate(newest: Fetch): void {
    let allowed = perMinute;
    let count = 0;
    let after = newest;
    for (let i = this.fetches.length - 1; i >= 0; i--) {
      const fetch = this.fetches[i] as Fetch;
      if (newest.begun.atMs - fetch.begun.atMs >= minuteMs) break;
      count += 1;
      // Permits are restored by the clock, so that one that is set forward restores all of them.
      if (fetch.aheadMs !== after.aheadMs) allowed += permits;
      after = fetch;
    }
    if (count > allowed) this.#violate(4, `${this.process.name} fetches the keys ${count} times within a minute`);
  }

  onEnded(fetch: Fetch): void {
    fetch.endedTurn = ++this.turn;
    this.#justEnded = fetch;
    if (fetch.clockChanges === this.process.clockChanges && !fetch.isLate) this.#checkLength(fetch);
    if (fetch.keys === undefined) {
      if (fetch.number < (this.current?.number ?? 0) || fetch.number < (this.lastFailed?.number ?? 0))
        fetch.isAnnounced = true;
      else this.lastFailed = fetch;
      return;
    }
    if (fetch.number < (this.current?.number ?? 0)) {
      fetch.isAnnounced = true;
      return;
    }
    this.previous = this.current;
    this.current = fetch;
    this.replacedAtMs = this.world.nowMs;
    for (const kid of this.#since.keys()) if (!fetch.keys.has(kid)) this.#since.delete(kid);
    for (const [kid, name] of fetch.keys) {
      if (this.previous?.keys?.get(kid) !== name) this.#since.set(kid, fetch.number);
    }
  }

  onCut({ number }: Fetch): void {
    this.#violate(12, `${this.process.name} does not read the good answer of fetch ${number} to its end`);
  }

  onReadLate({ number }: Fetch): void {
    this.#violate(3, `${this.process.name} goes on reading the answer of fetch ${number} after its time limit`);
  }

  #checkLength(fetch: Fetch): void {
    const tookMs = this.world.nowMs - fetch.begun.atMs;
    if (tookMs > this.maxTimeoutMs + driftMs(this.maxTimeoutMs)) {
      this.#violate(3, `${this.process.name} has waited ${tookMs} ms for fetch ${fetch.number}`);
    }
    const limitMs = Math.max(fetch.limitMs, this.minTimeoutMs);
    if (fetch.wasAborted && tookMs < limitMs - driftMs(limitMs)) {
      this.#violate(12, `${this.process.name} gave up fetch ${fetch.number} after ${tookMs} ms already`);
    }
  }

  onFetchedEvent(kids: readonly string[], durationMs: number): void {
    const fetch = this.#justEnded;
    const expected = [...(fetch?.keys?.keys() ?? [])].sort().join(' ');
    const isTrue =
      fetch?.keys !== undefined &&
      fetch === this.current &&
      !fetch.isAnnounced &&
      expected === [...kids].sort().join(' ') &&
      durationMs === ageMs(this.process, fetch.begun);
    if (!isTrue) this.#violate(12, `${this.process.name} reports fetched keys (${kids.join(' ')}) that it did not get`);
    if (fetch !== undefined) fetch.isAnnounced = true;
  }

  onFailedEvent(usable: boolean, maxStaleMs: number): void {
    const fetch = this.#justEnded;
    if (fetch === undefined || !fetch.hasFailed || fetch.isAnnounced) {
      this.#violate(12, `${this.process.name} reports a failed fetch although none has failed`);
      return;
    }
    fetch.isAnnounced = true;
    const isUsable = this.current !== undefined && this.ageMs() < Math.max(staleAfterMs, maxStaleMs);
    if (usable !== isUsable) this.#violate(12, `${this.process.name} reports keys as ${usable ? '' : 'not '}usable`);
  }

  /** Each fetch that ended is reported by an event. */
  checkAnnounced(): void {
    if (this.#isLegacy) return;
    for (let i = this.fetches.length - 1; i >= 0 && i >= this.fetches.length - 3; i--) {
      const fetch = this.fetches[i] as Fetch;
      if (fetch.ended !== undefined && fetch.ended.atMs < this.world.nowMs && !fetch.isAnnounced) {
        this.#violate(12, `${this.process.name} did not report the end of fetch ${fetch.number}`);
      }
    }
  }
}
