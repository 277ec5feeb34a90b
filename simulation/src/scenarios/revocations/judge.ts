import type { World } from '../../world/world.ts';
import { maxReplicaLagMs, pauseMs, recoveryMs, replicaLagMs, startMs } from './bounds.ts';
import type { Node, Outcome } from './node.ts';
import type { RevocationsPlan } from './plan.ts';
import type { StoreFacts } from './store-facts.ts';
import type { Token } from './tokens.ts';

/** A request that waits for its answer. */
export interface Asked {
  readonly node: Node;
  readonly token: Token;
  readonly atMs: number;
  readonly thawedAtMs: number;
  /** Why the token must be refused, whatever happens before the answer. */
  readonly mustRefuse: Breach | undefined;
}

interface Breach {
  readonly statement: number;
  readonly text: string;
}

/** A request that waits asks the store, which answers within this time if all is well. */
const answeredMs = 1_300;

/** Compares answers with the statements 40 to 43. */
export class Judge {
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #facts: StoreFacts;

  constructor(world: World, plan: RevocationsPlan, facts: StoreFacts) {
    [this.#world, this.#plan, this.#facts] = [world, plan, facts];
  }

  begin(node: Node, token: Token): Asked {
    this.#noteCalm(node);
    node.waiting += 1;
    const { nowMs: atMs } = this.#world;
    return { node, token, atMs, thawedAtMs: node.process.thawedAtMs, mustRefuse: this.#reasonToRefuse(node, token) };
  }

  end(asked: Asked, outcome: Outcome): void {
    const { node, token } = asked;
    node.waiting -= 1;
    this.#judgeWait(asked);
    this.#judgeSilence(asked);
    if (outcome.kind === 'failed') this.#violate(42, asked, `failed: ${outcome.text}`);
    else if (outcome.kind === 'accepted') this.#judgeYes(asked);
    else if (outcome.reason === 'token_revoked') this.#judgeRevoked(asked, outcome.status);
    else if (outcome.reason === 'token_lifetime_refused') {
      if (token.claims.lifeSeconds <= this.#plan.maxTokenSeconds)
        this.#violate(41, asked, 'lives for a time that is accepted');
    } else if (outcome.reason === 'revocations_unavailable') this.#judgeUnavailable(asked, outcome.status);
    else if (!this.#isOutOfTime(asked, outcome.reason))
      this.#violate(43, asked, `got ${outcome.status} ${outcome.reason}`);
  }

  /** Whether a node must know everything that the store holds. */
  isCurrent(node: Node): boolean {
    return !node.process.isDead && (node.calm.ms >= recoveryMs(node) || this.#hasStartedWell(node));
  }

  #judgeYes(asked: Asked): void {
    const { node, token, mustRefuse } = asked;
    if (token.claims.lifeSeconds > this.#plan.maxTokenSeconds)
      this.#violate(41, asked, 'lives too long, and was accepted');
    const breach = mustRefuse ?? this.#storeBreach(asked) ?? this.#pauseBreach(asked);
    if (breach !== undefined) this.#violate(breach.statement, asked, `was accepted, although ${breach.text}`);
    const { status } = node.revocations.health();
    if (status === 'refused') this.#violate(42, asked, 'was accepted, although the feed refuses the options');
  }

  #judgeRevoked(asked: Asked, status: number): void {
    const { node, token } = asked;
    if (status !== 401) this.#violate(40, asked, `got ${status} token_revoked`);
    node.refused.add(token.digest);
    const { iat } = token.claims;
    if (this.#facts.mayRefuse(token) || iat <= node.compactedBefore) return;
    this.#violate(43, asked, 'was refused as revoked, although nothing names it');
  }

  #judgeUnavailable(asked: Asked, status: number): void {
    const { node } = asked;
    const { whenStale, waitMs, maxStaleSeconds } = this.#plan;
    if (status !== 503) this.#violate(42, asked, `got ${status} revocations_unavailable`);
    const health = node.revocations.health();
    const isUnknown = health.status === 'starting' || health.status === 'refused';
    if (whenStale === 'accept' && node.currentAt !== undefined && !isUnknown) {
      this.#violate(42, asked, 'got 503, although whenStale is "accept"');
    }
    if (this.isCurrent(node))
      this.#violate(42, asked, `got 503, although nothing has disturbed the node for ${node.calm.ms} ms`);
    const isPatient = waitMs >= 2_000 && !this.#hasPausedBriefly(node);
    const answers = node.linkCalm.ms >= recoveryMs(node) && node.ranStalledMs >= recoveryMs(node);
    if (isPatient && !node.isClosed && node.currentAt !== undefined && answers) {
      this.#violate(34, asked, 'got 503, although the store answers');
    }
    if (isPatient && this.#hasNotAsked(node))
      this.#violate(34, asked, 'got 503 after a pause, and the store was not asked');
    const silentMs = this.#silentMs(node);
    if (silentMs !== undefined && silentMs + node.silenceMs + 2_000 < maxStaleSeconds * 1000) {
      this.#violate(42, asked, `got 503 after a silence of at most ${silentMs + node.silenceMs + 2_000} ms`);
    }
    if (health.status === 'current') this.#violate(42, asked, 'got 503, although the health is "current"');
    if (health.status !== 'stale' || node.isStale) return;
    // The event may come with the next tick.
    this.#world.schedule.after(1_500, () => {
      const isStill = node.revocations.health().status === 'stale' && !node.isStale && !node.process.isFrozen;
      if (isStill && !node.process.isDead) this.#violate(42, asked, 'got 503 without the event feed_stale');
    });
  }

  /** Whether a part of the time for which requests wait has passed in a pause that is too short to begin the wait again. */
  #hasPausedBriefly({ process }: Node): boolean {
    const freeze = process.freezes.at(-1);
    const isBrief = freeze !== undefined && freeze.untilMs - freeze.fromMs < pauseMs * 1.001 + 20;
    return isBrief && this.#world.nowMs - freeze.untilMs < this.#plan.waitMs;
  }

  /** Whether it has not asked the store since its last pause. */
  #hasNotAsked(node: Node): boolean {
    const freeze = node.process.freezes.at(-1);
    if (freeze === undefined || this.#plan.feed.kind === 'nats' || node.isClosed || node.currentAt === undefined)
      return false;
    const isPause = freeze.untilMs <= this.#world.nowMs && freeze.untilMs - freeze.fromMs >= pauseMs * 1.001 + 20;
    return isPause && node.askedAtMs < freeze.untilMs && !this.#isTimeless(node, freeze.fromMs);
  }

  /** The most that a request may take is waitMs. */
  #judgeWait(asked: Asked): void {
    const { node, atMs, thawedAtMs } = asked;
    // A clock that is set looks like a pause: the wait begins again.
    if (node.process.thawedAtMs !== thawedAtMs || node.process.isFrozen || node.setAtMs >= atMs) return;
    const tookMs = this.#world.nowMs - atMs;
    if (tookMs > answeredMs && this.#answers(node))
      this.#violate(34, asked, `waited for ${tookMs} ms, although the store answers`);
    if (tookMs > this.#plan.waitMs * 1.001 + 20) this.#violate(42, asked, `waited for ${tookMs} ms`);
  }

  /** Whether the store has answered each question of the node for long, if it was asked. */
  #answers(node: Node): boolean {
    const { feed } = this.#plan;
    return (
      feed.kind === 'redis' && !node.isClosed && node.currentAt !== undefined && node.linkCalm.ms >= recoveryMs(node)
    );
  }

  /** The health counts the silence from the last question that was answered, and an event tells when it is too long. */
  #judgeSilence(asked: Asked): void {
    const { node } = asked;
    const health = node.revocations.health();
    // A replica proves what its master held a second before, but a snapshot of it counts as new.
    if (health.silentSeconds !== null && (health.silentSeconds + 2) * 1000 + 100 < node.silentMs) {
      const text = `: the last question that was answered is ${Math.floor(node.silentMs)} ms old, and the health says ${health.silentSeconds} s`;
      this.#violate(42, asked, text);
    }
    const { deafFromMs } = node;
    const deafMs = this.#world.nowMs - Math.max(deafFromMs, node.startedAtMs);
    // The last answer came some time before.
    if (!(deafMs > 2_000) || node.process.isFrozen || this.#isTimeless(node, deafFromMs - 60_000)) return;
    const { status, silentSeconds } = health;
    if (status === 'starting' || status === 'refused' || silentSeconds === null) return;
    if (silentSeconds * 1000 < deafMs * 0.999 - 1_200) {
      this.#violate(42, asked, `: the health says ${silentSeconds} s of silence instead of ${deafMs} ms`);
    }
    // The event comes with a tick, and after a pause when requests have waited.
    const sinceThawMs = this.#world.nowMs - node.process.thawedAtMs;
    const isLate = silentSeconds >= this.#plan.maxStaleSeconds + 2 && sinceThawMs > this.#plan.waitMs + 3_000;
    if (isLate && !node.isStale && !node.isClosed && this.#world.nowMs - node.setAtMs > 3_000 + this.#plan.waitMs)
      this.#violate(42, asked, `: no event tells of ${silentSeconds} s of silence`);
  }

  #reasonToRefuse(node: Node, token: Token): Breach | undefined {
    const { nowMs } = this.#world;
    for (const subject of token.subjects) {
      const fact = node.learned.get(subject);
      if (fact === undefined || fact.before < token.claims.iat || fact.untilMs <= nowMs) continue;
      const isAgain = node.refused.has(token.digest);
      return { statement: isAgain ? 43 : 40, text: `the node knows that "${subject}" is revoked` };
    }
    if (node.refused.has(token.digest) && this.#facts.untilMs(token, nowMs) > nowMs) {
      return { statement: 43, text: 'the node has refused it before' };
    }
    return undefined;
  }

  /** What was in the store for the whole time until the answer must be known. */
  #storeBreach({ node, token }: Asked): Breach | undefined {
    const { nowMs } = this.#world;
    const heldFromMs = this.#heldFromMs(node, token);
    if (heldFromMs > nowMs) return undefined;
    const held = `the store has held its revocation since ${heldFromMs} ms`;
    const { beforeFirstSnapshot, whenStale, maxStaleSeconds } = this.#plan;
    if (beforeFirstSnapshot === 'accept') return undefined;
    const oldestMs = node.server.isReplica ? maxReplicaLagMs + 1_000 : 0;
    if (heldFromMs <= node.startedAtMs - oldestMs) return { statement: 42, text: `${held}, before the node started` };
    const tooOldMs = maxStaleSeconds * 1_001 + 20;
    if (whenStale === 'refuse' && heldFromMs < nowMs - tooOldMs && !this.#isTimeless(node, nowMs - tooOldMs)) {
      return { statement: 42, text: `${held}, which is longer than maxStaleSeconds` };
    }
    return undefined;
  }

  // After a pause, requests wait until a question was answered that was asked after it, or until waitMs have passed.
  #pauseBreach({ node, token, atMs }: Asked): Breach | undefined {
    const { nowMs } = this.#world;
    const freeze = node.process.freezes.at(-1);
    if (freeze === undefined || freeze.untilMs > atMs || freeze.untilMs - freeze.fromMs < pauseMs * 1.001 + 20)
      return undefined;
    if (nowMs - freeze.untilMs >= this.#plan.waitMs * 0.999 - 20 || this.#isTimeless(node, freeze.fromMs))
      return undefined;
    if (node.isClosed || this.#plan.beforeFirstSnapshot === 'accept' || this.#plan.whenStale === 'accept')
      return undefined;
    if (this.#heldFromMs(node, token) > freeze.untilMs) return undefined;
    return { statement: 40, text: `its revocation was in the store when the pause ended at ${freeze.untilMs} ms` };
  }

  /** Since when the server of the store that the node reads from has held it. */
  #heldFromMs({ server: { apartUntilMs, isReplica } }: Node, token: Token): number {
    const { nowMs } = this.#world;
    const heldFromMs = Math.min(
      ...token.subjects.map((subject) => this.#facts.heldFromMs(subject, token.claims.iat, nowMs)),
    );
    return Math.max(apartUntilMs, isReplica ? heldFromMs + replicaLagMs + 200 : heldFromMs);
  }

  /** Neither of its clocks has measured the time since then: one was set back, and the other one has stopped. */
  #isTimeless(node: Node, sinceMs: number): boolean {
    const { freezes } = node.process;
    return (
      node.setBackAtMs >= sinceMs && freezes.some((freeze) => freeze.stopsSteadyClock && freeze.untilMs >= sinceMs)
    );
  }

  #hasStartedWell(node: Node): boolean {
    return node.calm.sinceMs <= node.startedAtMs && this.#world.nowMs - node.startedAtMs >= startMs;
  }

  #noteCalm(node: Node): void {
    if (!this.isCurrent(node)) return;
    const { wallMs, steadyMs, clockChanges } = node.process;
    node.currentAt = { wallMs, steadyMs, clockChanges, atMs: this.#world.nowMs };
  }

  /** How long the node may have been without an answer at most, by its clocks. */
  #silentMs(node: Node): number | undefined {
    const { currentAt, process } = node;
    if (currentAt === undefined || node.setAtMs >= currentAt.atMs) return undefined;
    const ms = Math.max(process.wallMs - currentAt.wallMs, process.steadyMs - currentAt.steadyMs);
    return ms < 0 ? undefined : ms;
  }

  #isOutOfTime({ node, token, atMs }: Asked, reason: string): boolean {
    const toleranceMs = this.#plan.clockTolerance * 1000;
    const fromMs = node.process.wallMs - (this.#world.nowMs - atMs) - 2_000;
    if (reason === 'token_expired') return node.process.wallMs + 2_000 >= token.exp * 1000 + toleranceMs;
    return reason === 'token_not_yet_valid' && fromMs <= token.claims.iat * 1000 - toleranceMs;
  }

  #violate(statement: number, { node, token }: Asked, text: string): void {
    this.#world.violate(statement, `${node.process.name}, "${token.name}" ${text}`);
  }
}
