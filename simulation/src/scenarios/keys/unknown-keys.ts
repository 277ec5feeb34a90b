import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { ageMs, type Reading } from './fetch-book.ts';
import type { Token } from './tokens.ts';

// What docs/decisions/key-sets.md promises.
export const permitMs = 8_000;
export const searchPauseMs = 200;
const crowd = 9;

/** A request, as far as it concerns the fetches of keys. */
export interface WaitingAsk {
  readonly token: Token;
  readonly begun: Reading;
  readonly clockChanges: number;
  /** Whether the key was unknown, so that a fetch may be needed. */
  readonly wasUnknown: boolean;
  /** Whether the key was known without waiting. */
  readonly needsNoWait: boolean;
  /** Whether the known keys were fresh, so that the request searched for an unknown key. */
  readonly hadKeys: boolean;
  /** Whether a recent search for the key found nothing. */
  readonly wasSuspicious: boolean;
  /** Like `wasSuspicious`, but certain: the key can be searched for only after a pause, and not during a flood of unknown keys. */
  readonly mustPause: boolean;
}

/** The searches of one process for unknown keys of one issuer. */
export class UnknownKeys {
  readonly #world: World;
  readonly #process: VirtualProcess;
  /** When tokens with a `kid` that was not known were asked for, the newest last. */
  #asks: number[] = [];
  #lastNegative: WaitingAsk[] = [];
  #emptySearches: number[] = [];
  #jumpsAt = 0;

  constructor(world: World, process: VirtualProcess) {
    this.#world = world;
    this.#process = process;
  }

  /** Whether searches may be limited: one found nothing a short time ago, and many tokens name unknown keys. */
  isFlooded(ask: WaitingAsk): boolean {
    if (!ask.wasSuspicious && !this.isSuspicious()) return false;
    const [fromMs, toMs] = this.#around(ask.begun.atMs, searchPauseMs + 1);
    let near = 0;
    for (let i = this.#asks.length - 1; i >= 0 && near < crowd; i--) {
      const atMs = this.#asks[i] as number;
      if (atMs < fromMs) break;
      if (atMs <= toMs) near += 1;
    }
    return near >= crowd;
  }

  /** The clocks of a process may show nothing of its last pause: they may have stopped, or been set back meanwhile. */
  #around(atMs: number, byMs: number): readonly [fromMs: number, toMs: number] {
    const { frozenAtMs, thawedAtMs } = this.#process;
    const pauseMs = frozenAtMs < 0 ? 0 : Math.max(0, thawedAtMs - frozenAtMs);
    const isAfter = thawedAtMs <= atMs && thawedAtMs > atMs - byMs;
    const isBefore = frozenAtMs >= atMs && frozenAtMs < atMs + byMs;
    return [atMs - byMs - (isAfter ? pauseMs : 0), atMs + byMs + (isBefore ? pauseMs : 0)];
  }

  isSuspicious(): boolean {
    return this.#lastNegative.some((negative) => ageMs(this.#process, negative.begun) < permitMs);
  }

  /** Like {@link isSuspicious}, but only if a search has surely found nothing. */
  isSuspiciousForSure(): boolean {
    if (this.#jumpsAt !== this.#process.clockChanges) return false;
    return this.#emptySearches.some(
      (atMs) => this.#world.nowMs - atMs < permitMs - 1_000 && this.#process.thawedAtMs < atMs,
    );
  }

  isOneOfCrowd({ begun }: WaitingAsk): boolean {
    const last = this.#asks.lastIndexOf(begun.atMs);
    return last !== -1 && this.#asks[last - crowd + 1] === begun.atMs;
  }

  /** Called for a token with an unknown `kid`. A request waits at most so long. */
  onAsk(longestMs: number): void {
    const nowMs = this.#world.nowMs;
    if ((this.#asks[0] ?? nowMs) < nowMs - 60_000) {
      // A request may have been held since before the last freeze.
      const { frozenAtMs, thawedAtMs } = this.#process;
      const sinceMs = nowMs - thawedAtMs < 60_000 && frozenAtMs >= 0 ? frozenAtMs : nowMs;
      this.#asks = this.#asks.filter((atMs) => atMs > sinceMs - 1_000 - longestMs);
    }
    this.#asks.push(nowMs);
  }

  onAnswer(ask: WaitingAsk, isNegative: boolean, wasSearched: boolean): void {
    if (this.#jumpsAt !== this.#process.clockChanges) this.#emptySearches = [];
    this.#jumpsAt = this.#process.clockChanges;
    // The search that ends last counts, even if it began before another one.
    if (isNegative) this.#emptySearches = this.#emptySearches.filter((atMs) => atMs <= ask.begun.atMs);
    if (wasSearched && ask.hadKeys && !ask.wasSuspicious && ask.clockChanges === this.#process.clockChanges) {
      this.#emptySearches = [...this.#emptySearches.slice(-4), ask.begun.atMs];
    }
    if (!isNegative || !ask.wasUnknown) return;
    this.#lastNegative.push(ask);
    if (this.#lastNegative.length <= 64) return;
    // Keep those that began last: many old requests may be answered late, and at once.
    this.#lastNegative = this.#lastNegative.toSorted((a, b) => a.begun.atMs - b.begun.atMs).slice(-32);
  }
}
