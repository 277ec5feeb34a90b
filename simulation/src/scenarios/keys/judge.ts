import type { World } from '../../world/world.ts';
import { type Ask, type Asked, flawsOf, isFileUsable } from './ask.ts';
import { ageMs, readingOf } from './fetch-book.ts';
import { driftMs, type KeyView, maxWaiting, renewAfterMs, staleAfterMs } from './key-view.ts';
import { fetchesOf, poolMs } from './reliance.ts';
import type { Token } from './tokens.ts';
import { searchPauseMs } from './unknown-keys.ts';
import { maxLoads, type Outcome, problemOf } from './verdicts.ts';

/**
 * Says of each answer whether the statements allow it, by what the process has received and by its own clocks. Written from
 * docs/statements.md, docs/decisions/key-sets.md, docs/serverless.md and the README of core.
 */
export class Judge {
  readonly #world: World;
  /** If true, only violations of statement 34 are reported. */
  readonly isLegacy: boolean;

  constructor(world: World, isLegacy: boolean) {
    this.#world = world;
    this.isLegacy = isLegacy;
  }

  begin(asked: Asked, token: Token): Ask {
    const { process, settings, file } = asked;
    const view = asked.viewOf(token.issuer);
    const wasCheap = flawsOf(token, asked).length > 0 && !(asked.accepted?.has(token.text) ?? false);
    const fileWorks = isFileUsable(asked, view);
    if (file !== undefined && !wasCheap && !fileWorks) file.isSpent = true;
    const usesFile = fileWorks && !(file?.isSpent ?? true) && file?.names.has(token.kid) === true;
    const name = view.keys?.get(token.kid);
    const age = view.ageMs();
    const isYoung =
      age < staleAfterMs ||
      (age < settings.maxStaleMs && view.isInOutage(settings.timeoutMs) && view.hasFailedFor(settings.timeoutMs));
    const fileName = fileWorks ? file?.names.get(token.kid) : undefined;
    const ask: Ask = {
      asked,
      token,
      view,
      begun: readingOf(this.#world, process),
      turn: view.turn,
      clockChanges: process.clockChanges,
      wasCheap,
      wasUnknown: !wasCheap && name === undefined,
      wasGood: token.signedBy !== undefined && (fileName === token.signedBy || (isYoung && name === token.signedBy)),
      needsNoWait: wasCheap || usesFile || (name !== undefined && isYoung),
      usesFile,
      hadKeys: age < staleAfterMs,
      wasSuspicious: view.unknown.isSuspicious(),
      mustPause: age < staleAfterMs && view.unknown.isSuspiciousForSure(),
    };
    if (file !== undefined && !wasCheap && fileName !== undefined) file.usedAt ??= ask.begun;
    view.onAsk(ask);
    return ask;
  }

  /** Called after the call has begun: if it needs a fetch, the fetch must have begun too. */
  afterCall(ask: Ask): void {
    const { view, wasCheap } = ask;
    const age = view.ageMs();
    const isFlawed = wasCheap || flawsOf(ask.token, ask.asked).length > 0;
    const mustSearch = !isFlawed && ask.wasUnknown && !ask.usesFile && !ask.wasSuspicious;
    if (mustSearch) view.longestAskedMs = Math.max(view.longestAskedMs, ask.asked.settings.timeoutMs);
    if (mustSearch && !view.isFetching && view.hasPermit && !view.isInRetryDelay) {
      this.#violate(4, ask, 'names an unknown key, and no fetch looks for it');
    }
    const isFirstUse = ask.usesFile && view.fetches.length === 0;
    if (!isFlawed && isFirstUse && view.hasPermit)
      this.#violate(12, ask, 'uses the keys of a file, and none are fetched');
    if (isFlawed || view.keys?.has(ask.token.kid) !== true || age < renewAfterMs || ask.token.signedBy === undefined)
      return;
    if (view.isFetching || view.isInRetryDelay || !view.hasPermit) return;
    const newest = view.fetches.at(-1);
    if (newest !== undefined && newest.begun.atMs === this.#world.nowMs) return;
    this.#violate(12, ask, `uses keys that are ${Math.round(age)} ms old without renewing them`);
  }

  end(ask: Ask, outcome: Outcome): void {
    const isNegative = outcome.kind === 'refused' && ask.view.keys?.has(ask.token.kid) !== true;
    ask.view.onAnswer(ask, isNegative, isNegative && fetchesOf(ask).some(({ keys }) => keys !== undefined));
    this.#checkWait(ask);
    const problem = problemOf(ask, outcome, this.#world.nowMs);
    if (problem !== undefined) this.#violate(problem[0], ask, problem[1]);
  }

  #violate(statement: number, { asked, token }: Ask, text: string): void {
    if (this.isLegacy && statement !== 34) return;
    this.#world.violate(statement, `${asked.process.name}, "${token.name}": ${text}`);
  }

  /** Statement 4: requests that wait are bounded. A few more are held for 200 ms. */
  checkWaiting(view: KeyView): void {
    let waiting = 0;
    for (const ask of view.pending) if (!ask.needsNoWait) waiting += 1;
    if (waiting > maxWaiting + 16) this.#world.violate(4, `${waiting} requests wait in ${view.process.name}`);
  }

  #checkWait(ask: Ask): void {
    const { asked, begun } = ask;
    const { process, settings } = asked;
    const waitedMs = this.#world.nowMs - begun.atMs;
    if (waitedMs <= poolMs) return;
    // A fetch that began before a pause does not count as failed. Another fetch follows.
    const hasCaughtFetch = ask.view.fetches.some(({ begun: { atMs }, ended }) => {
      return atMs < process.thawedAtMs && (ended?.atMs ?? Number.POSITIVE_INFINITY) >= begun.atMs;
    });
    if (process.clockChanges !== ask.clockChanges || hasCaughtFetch) {
      const since = Math.max(begun.atMs, process.thawedAtMs);
      const limitMs = ask.view.maxTimeoutMs + 1_000;
      const mostMs = searchPauseMs + maxLoads * (limitMs + driftMs(limitMs)) + poolMs;
      if (this.#world.nowMs - since > mostMs)
        this.#violate(12, ask, `was answered ${this.#world.nowMs - since} ms after a pause`);
      return;
    }
    if (ask.needsNoWait) this.#violate(12, ask, `waited ${waitedMs} ms although its key was known`);
    // A failed fetch of a caller with a shorter time limit does not count for a caller with a longer one.
    const others = Math.max(0, ...ask.view.timeoutsMs.filter((ms) => ms < settings.timeoutMs));
    const limitMs = searchPauseMs + settings.timeoutMs + others;
    const mostMs = limitMs + driftMs(limitMs) + poolMs;
    if (waitedMs > mostMs) this.#violate(12, ask, `waited ${waitedMs} ms, although ${mostMs} are enough`);
  }

  /** Called at the end of a world. */
  finish(views: Iterable<KeyView>): void {
    for (const view of views) {
      if (view.process.isDead || view.process.isFrozen) continue;
      view.checkAnnounced();
      const [waiting] = view.pending;
      if (waiting !== undefined) {
        this.#world.violate(12, `${view.process.name}, "${waiting.token.name}": was never answered`);
      }
      const { ended, begun, number } = view.fetches.at(-1) ?? {};
      if (begun !== undefined && ended === undefined && ageMs(view.process, begun) > view.maxTimeoutMs + 1_000) {
        this.#world.violate(3, `${view.process.name} never ended fetch ${number}`);
      }
    }
  }
}
