import type { World } from '../../world/world.ts';
import { type Ask, type Asked, flawsOf, isFileUsable } from './ask.ts';
import { ageMs, type Fetch, readingOf } from './fetch-book.ts';
import { type KeyView, renewAfterMs, searchPauseMs, staleAfterMs } from './key-view.ts';
import type { Token } from './tokens.ts';

export interface Accepted {
  readonly kind: 'accepted';
  readonly userId: string;
  readonly environmentId: string | null;
  readonly issuer: string | null;
  readonly isImpersonated: boolean;
  readonly expiresAtMs: number;
}

export type Outcome =
  | Accepted
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly retryAfter: unknown }
  | { readonly kind: 'failed'; readonly text: string };

const maxWaiting = 10_000;
/** A signature of a crowd is checked in the thread pool, which takes a virtual millisecond. */
const poolMs = 1;
/** A request that is paused again and again gives up after three fetches. */
const maxLoads = 3;
const timeReasons = ['token_expired', 'token_not_yet_valid'];

/**
 * Says of each answer whether the statements allow it, by what the process has received and by its own clocks. Written from
 * docs/statements.md, docs/decisions/key-sets.md, docs/serverless.md and the README of core.
 */
export class Judge {
  readonly #world: World;
  /** Reports violations of statement 34 alone. */
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
    const isYoung = age < staleAfterMs || (age < settings.maxStaleMs && view.isInOutage(settings.timeoutMs));
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
      wasSuspicious: view.isSuspicious(),
    };
    if (file !== undefined && !wasCheap && fileName !== undefined) file.usedAt ??= ask.begun;
    view.onAsk(ask);
    return ask;
  }

  /** After the call, before its answer: a renewal in the background begins when the keys are four minutes old. */
  afterCall(ask: Ask): void {
    const { view, wasCheap } = ask;
    const age = view.ageMs();
    if (wasCheap || view.keys?.has(ask.token.kid) !== true || age < renewAfterMs || ask.token.signedBy === undefined) return;
    if (flawsOf(ask.token, ask.asked).length > 0) return;
    if (view.isFetching || view.isInRetryDelay || !view.hasPermit) return;
    const newest = view.fetches.at(-1);
    if (newest !== undefined && newest.begun.atMs === this.#world.nowMs) return;
    this.#violate(12, ask, `uses keys that are ${age} ms old without renewing them`);
  }

  end(ask: Ask, outcome: Outcome): void {
    ask.view.onAnswer(ask, outcome.kind === 'refused' && ask.view.keys?.has(ask.token.kid) !== true);
    this.#checkWait(ask);
    if (outcome.kind === 'failed') this.#violate(18, ask, `failed: ${outcome.text}`);
    else if (outcome.kind === 'accepted') this.#checkAccepted(ask, outcome);
    else this.#checkRefused(ask, outcome);
  }

  #violate(statement: number, { asked, token }: Ask, text: string): void {
    if (this.isLegacy && statement !== 34) return;
    this.#world.violate(statement, `${asked.process.name}, "${token.name}": ${text}`);
  }

  #checkAccepted(ask: Ask, outcome: Accepted): void {
    const { asked, token } = ask;
    for (const reason of flawsOf(token, asked)) {
      this.#violate(timeReasons.includes(reason) ? 7 : 6, ask, `was accepted in spite of ${reason}`);
    }
    if (token.isImpersonated && asked.settings.refusesImpersonated) this.#violate(27, ask, 'passed although impersonated');
    this.#checkKey(ask, 'was accepted');
    const isSame =
      outcome.userId === token.userId &&
      outcome.environmentId === token.environmentId &&
      outcome.isImpersonated === token.isImpersonated &&
      outcome.expiresAtMs === token.untilMs;
    if (!isSame) this.#violate(11, ask, `gave the Auth of another token: ${outcome.userId}`);
  }

  /** The key verifies the token, and may be relied on. */
  #checkKey(ask: Ask, what: string): void {
    const { token, view, asked } = ask;
    if (token.signedBy === undefined) return this.#violate(10, ask, `${what}, although its signature is wrong`);
    if (this.#isReliable(ask)) return;
    const name = view.keys?.get(token.kid);
    if (name !== undefined && name !== token.signedBy) {
      return this.#violate(5, ask, `${what}, although ${token.kid} of its issuer is another key`);
    }
    if (name === undefined && view.current !== undefined) {
      return this.#violate(11, ask, `${what}, although its key has left the key set`);
    }
    if (view.current === undefined) return this.#violate(12, ask, `${what}, although no keys are known`);
    this.#violate(12, ask, `${what} by keys that are ${view.ageMs()} ms old (${asked.settings.maxStaleMs} may be)`);
  }

  #isReliable(ask: Ask): boolean {
    const { asked, token, view, begun } = ask;
    if (ask.usesFile && asked.file?.names.get(token.kid) === token.signedBy) return true;
    const nowMs = this.#world.nowMs;
    const waitedMs = nowMs - begun.atMs;
    const { maxStaleMs, timeoutMs } = asked.settings;
    const slackMs = waitedMs > 0 ? poolMs : 0;
    if (view.keys?.get(token.kid) === token.signedBy) {
      const age = view.ageMs() - slackMs;
      if (age < staleAfterMs) return true;
      const mayBeOld =
        view.isInOutage(timeoutMs + slackMs) ||
        this.#lastFailureOf(ask) !== undefined ||
        (view.isFailing && !view.hasPermit) ||
        (view.isFetching && waitedMs >= timeoutMs);
      if (age < maxStaleMs && mayBeOld) return true;
    }
    // The key was looked up, then its signature was checked in the pool, and meanwhile the keys changed or the process stood still.
    const { frozenAtMs, thawedAtMs } = asked.process;
    const wasStopped = thawedAtMs >= nowMs - poolMs && thawedAtMs > begun.atMs;
    if (ask.wasGood && (waitedMs <= poolMs || (wasStopped && frozenAtMs <= begun.atMs + poolMs))) return true;
    const lookedUpMs = wasStopped ? frozenAtMs - poolMs : nowMs - poolMs;
    return [view.current, view.previous].some((fetch) => {
      if (fetch === undefined) return false;
      const ended = fetch.ended?.atMs ?? Number.POSITIVE_INFINITY;
      if (fetch.keys?.get(token.kid) !== token.signedBy || waitedMs === 0 || view.replacedAtMs < lookedUpMs) return false;
      return ended <= (wasStopped ? frozenAtMs : nowMs) && lookedUpMs - fetch.begun.atMs < Math.max(staleAfterMs, maxStaleMs);
    });
  }

  #checkRefused(ask: Ask, outcome: Exclude<Outcome, Accepted | { readonly kind: 'failed' }>): void {
    const { asked, token, view } = ask;
    const { status, reason, retryAfter } = outcome;
    const isTrue =
      status === (reason === 'keys_unavailable' ? 503 : reason === 'not_allowed' ? 403 : 401) &&
      (status !== 503 || (Number.isInteger(retryAfter) && Number(retryAfter) >= 1));
    if (!isTrue) return this.#violate(12, ask, `was answered with ${status} ${reason}, Retry-After ${retryAfter}`);
    const flaws = flawsOf(token, asked);
    if (timeReasons.includes(reason) && !flaws.includes(reason)) {
      return this.#violate(7, ask, `was refused as ${reason}, although it is in time`);
    }
    if (flaws.includes(reason)) return;
    if (ask.wasCheap && ask.clockChanges === asked.process.clockChanges) {
      return this.#violate(6, ask, `was refused as ${reason}, although ${flaws.join(' and ')} comes first`);
    }
    if (reason === 'not_allowed') {
      if (!token.isImpersonated || !asked.settings.refusesImpersonated) this.#violate(27, ask, 'was refused by a check');
      else this.#checkKey(ask, 'was refused as impersonated');
    } else if (reason === 'signature_invalid') this.#checkInvalid(ask);
    else if (reason === 'key_unknown') this.#checkUnknown(ask);
    else if (reason === 'keys_unavailable') this.#checkUnavailable(ask, Number(retryAfter));
    else this.#violate(6, ask, `was refused as ${reason}`);
    void view;
  }

  #checkInvalid({ token, view, asked, usesFile, ...rest }: Ask): void {
    if (token.signedBy === undefined) return;
    const names = [view.keys, view.previous?.keys, usesFile ? asked.file?.names : undefined].map((keys) => keys?.get(token.kid));
    if (names.some((name) => name !== undefined && name !== token.signedBy)) return;
    this.#violate(12, { token, view, asked, usesFile, ...rest }, 'was refused as if its signature were wrong');
  }

  #checkUnknown(ask: Ask): void {
    const { token, view } = ask;
    if (ask.usesFile) return this.#violate(12, ask, 'was refused although the file has its key');
    if (view.keys?.has(token.kid) === true) return this.#violate(12, ask, 'was refused although its key is known');
    if (view.keys === undefined || view.keys.size === 0 || view.isFailing) {
      return this.#violate(12, ask, 'was refused with 401, although the keys are not known for sure');
    }
    if (view.ageMs() >= staleAfterMs + poolMs) {
      return this.#violate(12, ask, `was refused with 401 by keys that are ${view.ageMs()} ms old`);
    }
    if (this.#wasSearched(ask)) return;
    this.#violate(4, ask, 'was refused as of an unknown key, although no fetch has looked for the key');
  }

  /** A fetch has looked for the key, or it may not. */
  #wasSearched(ask: Ask): boolean {
    if (this.#fetchesOf(ask).some(({ ended }) => ended !== undefined)) return true;
    return !ask.view.hasPermit || ask.view.isFlooded(ask) || ask.view.pending.size >= maxWaiting;
  }

  #checkUnavailable(ask: Ask, retryAfter: number): void {
    const { token, view, asked } = ask;
    const { maxStaleMs, timeoutMs } = asked.settings;
    if (ask.usesFile) return this.#violate(12, ask, 'got 503 although the file has its key');
    const isCrowded = view.pending.size >= maxWaiting;
    const isKnown = view.keys?.get(token.kid) !== undefined;
    if (isKnown && view.ageMs() < Math.max(staleAfterMs, maxStaleMs) && !isCrowded) {
      return this.#violate(12, ask, `got 503 although its key is known and ${view.ageMs()} ms old`);
    }
    const fetches = this.#fetchesOf(ask);
    const waitedMs = this.#world.nowMs - ask.begun.atMs;
    const isLate = view.isFetching && waitedMs >= timeoutMs;
    const isCertain = (view.keys?.size ?? 0) > 0 && view.ageMs() < staleAfterMs && !view.isFailing;
    if (isCertain && !isLate && !isCrowded) return this.#violate(12, ask, 'got 503 although all keys are known');
    this.#checkRetryAfter(ask, retryAfter);
    if (isLate || isCrowded || !view.hasPermit || view.isInRetryDelay || view.isFlooded(ask)) return;
    const limitMs = view.maxTimeoutMs + 1_000;
    const counting = fetches.filter(({ ended }) => ended !== undefined);
    const isAnswered = counting.some((fetch) => {
      const ended = fetch.ended as NonNullable<Fetch['ended']>;
      const tookMs = Math.max(ended.wallMs - fetch.begun.wallMs, ended.steadyMs - fetch.begun.steadyMs);
      return tookMs <= limitMs;
    });
    if (isAnswered || counting.length >= maxLoads) return;
    // A failure counts from when its fetch began, not from its end.
    this.#violate(view.isFailing ? 34 : 12, ask, 'got 503, although the endpoint was not asked');
  }

  #checkRetryAfter(ask: Ask, seconds: number): void {
    const { view } = ask;
    // A second after the start of a failed fetch, or until the next permit.
    const mostS = view.hasPermit ? 1 : 8;
    if (seconds > mostS) this.#violate(12, ask, `was told to wait for ${seconds} seconds, although ${mostS} are enough`);
  }

  /** The fetches that were under way while the request waited. */
  #fetchesOf({ view, turn }: Ask): readonly Fetch[] {
    const found: Fetch[] = [];
    for (let i = view.fetches.length - 1; i >= 0 && found.length < 5; i--) {
      const fetch = view.fetches[i] as Fetch;
      if (fetch.endedTurn <= turn) break;
      found.push(fetch);
    }
    return found;
  }

  #lastFailureOf(ask: Ask): Fetch | undefined {
    return this.#fetchesOf(ask).find(({ hasFailed }) => hasFailed);
  }

  #checkWait(ask: Ask): void {
    const { asked, begun } = ask;
    const { process, settings } = asked;
    const waitedMs = this.#world.nowMs - begun.atMs;
    if (waitedMs <= poolMs) return;
    if (process.clockChanges !== ask.clockChanges) {
      const since = Math.max(begun.atMs, process.thawedAtMs);
      const mostMs = searchPauseMs + maxLoads * (ask.view.maxTimeoutMs + 1_000) + poolMs;
      if (this.#world.nowMs - since > mostMs) this.#violate(12, ask, `was answered ${this.#world.nowMs - since} ms after a pause`);
      return;
    }
    if (ask.needsNoWait) return this.#violate(12, ask, `waited ${waitedMs} ms although its key was known`);
    // A fetch of a less patient caller that failed does not count for a patient one.
    const others = Math.max(0, ...ask.view.timeoutsMs.filter((ms) => ms < settings.timeoutMs));
    const mostMs = searchPauseMs + settings.timeoutMs + others + poolMs;
    if (waitedMs > mostMs) this.#violate(12, ask, `waited ${waitedMs} ms, although ${mostMs} are enough`);
  }

  /** At the end of a world. */
  finish(views: Iterable<KeyView>): void {
    for (const view of views) {
      if (view.process.isDead || view.process.isFrozen) continue;
      view.checkAnnounced();
      const [waiting] = view.pending;
      if (waiting !== undefined) this.#violate(12, waiting, 'was never answered');
      const { ended, begun, number } = view.fetches.at(-1) ?? {};
      if (begun !== undefined && ended === undefined && ageMs(view.process, begun) > view.maxTimeoutMs + 1_000) {
        this.#world.violate(3, `${view.process.name} never ended fetch ${number}`);
      }
    }
  }
}
