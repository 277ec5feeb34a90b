import type fc from 'fast-check';
import type { Scenario } from '../../scenario.ts';
import { type Disturbance, Fleet } from '../../world/fleet.ts';
import type { Random } from '../../world/random.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { type Ask, flawsOf } from './ask.ts';
import { type Client, type Member, send, startMember } from './clients.ts';
import { FetchBook } from './fetch-book.ts';
import { plans } from './incident-plans.ts';
import { IssuerServer } from './issuer-server.ts';
import { Judge } from './judge.ts';
import { keyOf } from './key-pairs.ts';
import type { KeysPlan, ProcessPlan, Step } from './plan.ts';
import { poolMs } from './reliance.ts';
import { TokenChoice } from './token-choice.ts';
import { goodToken, type Token } from './tokens.ts';
import { permitMs, searchPauseMs } from './unknown-keys.ts';
import type { Outcome } from './verdicts.ts';

/** After the last step: long enough for everything that waits. */
const tailMs = 100_000;
/** How many usual requests a process gets at most, on average. */
const mostUsual = 250;
/** The longest time until a new key is known: the wait for a permit, the pause between searches, and a fetch. */
const newKeyMs = permitMs + searchPauseMs + 100;

function scenarioOf(name: string, isLegacy: boolean): Scenario<KeysPlan> {
  return {
    name,
    statements: [3, 4, 5, 6, 7, 11, 12, 27, 34, 36],
    parts: ['core'],
    plans: plans(isLegacy) as fc.Arbitrary<KeysPlan>,
    processHoursOf: ({ durationMs, processes, copies }) => (durationMs * processes.length * copies) / 3_600_000,
    run: (world, plan) => new Run(world, plan, isLegacy).run(),
  };
}

/** Verifiers and key endpoints. */
export const keys: Scenario<KeysPlan> = scenarioOf('keys', false);

/** The same with the options that the product had before it counted failures from their start. */
export const legacyKeys: Scenario<KeysPlan> = scenarioOf('keys of old', true);

/** By then, all timers of a request have ended, even of the last of many requests. */
const restMs = 20;

class Run {
  readonly #world: World;
  readonly #plan: KeysPlan;
  readonly #judge: Judge;
  readonly #servers: readonly IssuerServer[];
  readonly #choice: TokenChoice;
  readonly #fleet: Fleet<Member>;
  readonly #members: Map<VirtualProcess, Member> = new Map();
  /** When links are disturbed. */
  readonly #linkTimes: { readonly fromMs: number; readonly toMs: number }[] = [];

  constructor(world: World, plan: KeysPlan, isLegacy: boolean) {
    this.#world = world;
    this.#plan = plan;
    this.#judge = new Judge(world, isLegacy);
    const book = new FetchBook(world, (process, url) => {
      const number = this.#servers.findIndex(({ origin }) => url.startsWith(`${origin}/`));
      return this.#members.get(process)?.views[number];
    });
    this.#servers = plan.issuers.map(({ keys: numbers }, number) => new IssuerServer(world, book, number, numbers));
    this.#choice = new TokenChoice(world, this.#servers);
    const initialKeys = this.#servers.map(({ published }) => published);
    const origins = this.#servers.map(({ origin }) => origin);
    this.#fleet = new Fleet(world, origins, (process, number) => {
      const own = this.#planOf(number);
      const member = startMember(world, process, own, initialKeys, isLegacy, book.deafFetch(process));
      this.#members.set(process, member);
      return member;
    });
  }

  async run(): Promise<void> {
    const { processes, copies, incidents, durationMs } = this.#plan;
    for (let number = 0; number < processes.length * copies; number++) {
      this.#fleet.start(this.#planOf(number));
      this.#startTraffic(number);
    }
    const disturbances: Disturbance[] = [];
    incidents.forEach(({ atMs, steps }, incident) => {
      steps.forEach(({ afterMs, step }, position) => {
        const time = atMs + afterMs;
        if (time > durationMs) return;
        if (step.kind === 'disturb') disturbances.push(...this.#spread(step.disturbance, time));
        else this.#world.schedule.at(time, () => this.#perform(step, `step ${incident} ${position}`));
      });
    });
    for (const disturbance of disturbances) {
      if (disturbance.kind !== 'link') continue;
      this.#linkTimes.push({ fromMs: disturbance.atMs, toMs: disturbance.atMs + disturbance.forMs });
    }
    this.#fleet.disturb(disturbances);
    await this.#world.runUntil(durationMs + tailMs);
    if (this.#world.violation !== undefined || this.#judge.isLegacy) return;
    this.#judge.finish([...this.#members.values()].flatMap(({ views }) => views));
    for (const member of this.#members.values()) this.#checkMemory(member);
  }

  /** In a large fleet, a disturbance hits every fourth process, up to fifty. */
  #spread(disturbance: Disturbance, atMs: number): readonly Disturbance[] {
    const { process } = disturbance;
    if (process === null || this.#plan.copies === 1) return [{ ...disturbance, atMs }];
    const hit = Math.min(50, this.#plan.copies);
    return Array.from({ length: hit }, (_, i) => ({ ...disturbance, process: process + 4 * i, atMs }));
  }

  /** Statement 36: a cache is as large as its option says, and nothing stays behind. */
  #checkMemory({ process, clients, views }: Member): void {
    const mostKept = Math.max(24, ...clients.map(({ settings }) => settings.cachedTokens));
    if (process.largestCollection > mostKept) {
      this.#world.violate(36, `${process.name} has kept ${process.largestCollection} entries in a collection`);
    }
    this.#checkTimers({ process, views });
  }

  /** Statement 36: nothing waits in a process in which no request and no fetch is under way. */
  #checkTimers({ process, views }: Pick<Member, 'process' | 'views'>): void {
    if (this.#judge.isLegacy || process.isDead || process.isFrozen) return;
    const isAtRest = views.every(({ isFetching, pending }) => !isFetching && pending.size === 0);
    if (isAtRest && process.timers > 0)
      this.#world.violate(36, `${process.name} has left ${process.timers} timers behind`);
  }

  #planOf(number: number): ProcessPlan {
    const { processes } = this.#plan;
    return processes[number % processes.length] as ProcessPlan;
  }

  #startTraffic(number: number): void {
    const { badPercent, ...usual } = this.#planOf(number);
    // A large fleet gets more requests, but not in proportion to its size.
    const everyMs = Math.max(
      usual.everyMs * Math.ceil(Math.sqrt(this.#plan.copies)),
      Math.ceil(this.#plan.durationMs / mostUsual),
    );
    const random = this.#world.random.fork(`traffic ${number}`);
    const tick = (): void => {
      const client = this.#clientOf(number, random.below(12));
      const token = random.chance(badPercent) ? this.#choice.bad(random) : this.#choice.usual(random);
      if (client !== undefined) this.#send(client, token);
      const next = random.between(Math.ceil(everyMs / 2), Math.ceil(everyMs * 1.5));
      if (this.#world.nowMs + next < this.#plan.durationMs) this.#world.schedule.after(next, tick);
    };
    this.#world.schedule.after(random.below(everyMs), tick);
  }

  #clientOf(process: number, verifier: number): Client | undefined {
    const { clients } = this.#fleet.member(process).state;
    return clients[verifier % clients.length];
  }

  #perform(step: Exclude<Step, { kind: 'disturb' }>, name: string): void {
    const random = this.#world.random.fork(name);
    switch (step.kind) {
      case 'server':
        this.#choice.serverOf(step.issuer).behave(step.mode, step.slowMs, step.forMs);
        break;
      case 'keys':
        this.#changeKeys(step);
        break;
      case 'ask':
        this.#ask(step, random);
        break;
      case 'edge':
        this.#askAtEdge(step);
    }
  }

  #changeKeys({ issuer, change, key }: Extract<Step, { kind: 'keys' }>): void {
    const server = this.#choice.serverOf(issuer);
    const changed = keyOf(server.number, key);
    const others = server.published.filter((each) => each !== changed);
    if (change === 'add') server.publish([...others, changed]);
    else if (change === 'withdraw') server.publish(others);
    else if (change === 'replace') server.publish([...others.slice(1), changed]);
    else server.publish([changed]);
  }

  #ask(step: Extract<Step, { kind: 'ask' }>, random: Random): void {
    const { size, waves, gapMs, want, process } = step;
    if (this.#plan.copies > 1 && process < 1_000) this.#askOthers(step, random);
    this.#world.note(`p${process % this.#fleet.size}`, `is asked ${waves} times ${size} tokens: ${want}`);
    const wave = (left: number): void => {
      const client = this.#clientOf(process, step.verifier);
      if (client !== undefined)
        for (let i = 0; i < size; i++) this.#send(client, this.#choice.wanted(step, client, random));
      if (client !== undefined && size > 1_000) {
        const view = client.viewOf(client.settings.issuers[step.issuer % client.settings.issuers.length] ?? 0);
        // Those that use old keys in an outage do not wait, but a crowd's signatures are checked in the thread pool.
        this.#world.schedule.after(poolMs + 1, () => this.#judge.checkWaiting(view));
      }
      if (left > 1 && this.#world.nowMs + gapMs < this.#plan.durationMs)
        this.#world.schedule.after(gapMs, () => wave(left - 1));
    };
    wave(waves);
  }

  /** In a large fleet, other processes get the same requests. */
  #askOthers(step: Extract<Step, { kind: 'ask' }>, random: Random): void {
    const size = Math.min(step.size, 20);
    for (let i = 0; i < 10; i++) this.#ask({ ...step, size, process: 1_000 + random.below(this.#fleet.size) }, random);
  }

  /** Asks for one token around a limit of its time, by the wall clock of the process. */
  #askAtEdge({ process, verifier, issuer, edge, isFraction, offsMs }: Extract<Step, { kind: 'edge' }>): void {
    const client = this.#clientOf(process, verifier);
    if (client === undefined) return;
    const { issuers, toleranceMs, environment = 0 } = client.settings;
    const number = issuers[issuer % issuers.length] ?? 0;
    const key = this.#choice.publishedKey(this.#servers[number] as IssuerServer, this.#world.random.fork('edge'));
    const shiftMs = edge === 'exp' ? toleranceMs : -toleranceMs;
    // The limit is in seven seconds or a little later, on a grid, so that tokens are used again in other worlds.
    const limitS = Math.ceil((client.process.wallMs - shiftMs + 7_000) / 10_000) * 10;
    const fraction = isFraction ? 0.5 : 0;
    const times = {
      exp: { iat: limitS - 3_600, exp: limitS + fraction },
      iat: { iat: limitS - fraction, exp: limitS + 3_600 },
      nbf: { iat: limitS - 600, nbf: limitS - fraction, exp: limitS + 3_600 },
    }[edge];
    const token = goodToken({ issuer: number, key, user: 0, times, environment });
    const edgeMs = (edge === 'exp' ? token.untilMs : token.fromMs) + shiftMs;
    this.#world.note(client.process.name, `is asked "${token.name}" around its ${edge}`);
    for (const offMs of offsMs) this.#sendAt(client, token, edgeMs + offMs);
  }

  #sendAt(client: Client, token: Token, wallMs: number): void {
    const leftMs = wallMs - client.process.wallMs;
    if (leftMs <= 0) this.#send(client, token);
    else this.#world.schedule.after(leftMs, () => this.#sendAt(client, token, wallMs));
  }

  #send(client: Client, token: Token): void {
    send(this.#world, this.#judge, client, token, (ask, outcome) => this.#onAnswer(client, ask, outcome));
  }

  #onAnswer(client: Client, ask: Ask, outcome: Outcome): void {
    const member = this.#members.get(client.process);
    if (member !== undefined && this.#world.nowMs > ask.begun.atMs) {
      this.#world.schedule.after(restMs, () => {
        // A pause, or a clock that is set, can make the product begin work anew: the timers of before end by themselves.
        if (member.process.clockChanges === 0) this.#checkTimers(member);
      });
    }
    if (outcome.kind !== 'refused') return;
    const nowMs = this.#world.nowMs;
    if (outcome.reason === 'key_unknown' || outcome.reason === 'keys_unavailable')
      this.#checkRecovery(client, ask, nowMs - newKeyMs);
    if (outcome.reason !== 'keys_unavailable' || ask.view.isFetching || ask.view.pending.size > 0) return;
    // If the endpoint works again, a request after the time in Retry-After must succeed.
    const seconds = Number(outcome.retryAfter);
    if (nowMs + seconds * 1000 > this.#plan.durationMs) return;
    // A clock that runs 200 ppm too slow needs two milliseconds more.
    this.#world.schedule.after(seconds * 1000 + 2, () => {
      if (client.process.isFrozen || client.process.isDead || client.process.thawedAtMs >= nowMs) return;
      send(this.#world, this.#judge, client, ask.token, (again, second) => {
        // Many clients that retry together are limited like a flood.
        if (second.kind === 'refused' && !again.view.unknown.isFlooded(again))
          this.#checkRecovery(client, again, nowMs);
      });
    });
  }

  /** Checks that a good token is accepted if the endpoint has worked, and published the key, for long enough. */
  #checkRecovery(client: Client, { token, view }: Ask, sinceMs: number): void {
    if (this.#judge.isLegacy) return;
    const server = this.#servers[token.issuer] as IssuerServer;
    const { process } = client;
    const isGood =
      token.signedBy !== undefined &&
      flawsOf(token, client).length === 0 &&
      !(token.isImpersonated && client.settings.refusesImpersonated) &&
      server.worksSince(sinceMs) &&
      server.lets(token.kid) === token.signedBy;
    if (!isGood || process.thawedAtMs >= sinceMs || view.pending.size >= 1_000) return;
    if (this.#linkTimes.some(({ fromMs, toMs }) => toMs >= sinceMs && fromMs <= this.#world.nowMs)) return;
    const isCaught = view.fetches.some(({ begun, ended }) => {
      return begun.atMs < sinceMs && (ended?.atMs ?? Number.POSITIVE_INFINITY) >= sinceMs;
    });
    if (isCaught) return;
    this.#world.violate(
      4,
      `${process.name} refused "${token.name}", whose key was published ${this.#world.nowMs - sinceMs} ms ago`,
    );
  }
}
