import type { Scenario } from '../../scenario.ts';
import { type Disturbance, Fleet } from '../../world/fleet.ts';
import type { Random } from '../../world/random.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { readingOf } from '../keys/fetch-book.ts';
import { type Client, type Member, startMember } from './clients.ts';
import { Directory } from './directory.ts';
import { type Ask, Judge } from './judge.ts';
import type { ProcessPlan, Step, TenantsPlan } from './plan.ts';
import { plans } from './plans.ts';
import { TenantServer } from './tenant-server.ts';
import { issuerOf, madeUpToken, type Token } from './tenant-tokens.ts';
import { wantedToken } from './token-choice.ts';

/** After the last step: long enough for everything that waits. */
const tailMs = 120_000;
/** How many usual requests a process gets at most, on average. */
const mostUsual = 250;
const maxFetches = 10;

/** One issuer per tenant, which the app approves; several verifiers in one; checks that are only reported. */
export const tenants: Scenario<TenantsPlan> = {
  name: 'tenants',
  statements: [3, 4, 5, 6, 9, 11, 12, 27, 34, 36],
  parts: ['core'],
  plans,
  processHoursOf: ({ durationMs, processes, copies }) => (durationMs * processes.length * copies) / 3_600_000,
  run: (world, plan) => new Run(world, plan).run(),
};

class Run {
  readonly #world: World;
  readonly #plan: TenantsPlan;
  readonly #directory: Directory;
  readonly #servers: Map<string, TenantServer> = new Map();
  readonly #judge: Judge;
  readonly #fleet: Fleet<Member>;
  readonly #members: Map<VirtualProcess, Member> = new Map();
  readonly #linkTimes: { readonly fromMs: number; readonly toMs: number }[] = [];
  #madeUp = 0;

  constructor(world: World, plan: TenantsPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#directory = new Directory(world, plan.records);
    const origins = plan.records.map((_, tenant) => this.#serverOf(tenant).origin);
    this.#judge = new Judge(world, this.#servers, (ask, sinceMs) => this.#hadTrouble(ask, sinceMs));
    world.network.onFetch = ({ process, url, answer }) => this.#onFetch(process, url, answer);
    this.#fleet = new Fleet(world, origins, (process, number) => {
      const member = startMember(world, process, this.#planOf(number), this.#directory);
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
        if (step.kind === 'disturb') disturbances.push({ ...step.disturbance, atMs: time });
        else this.#world.schedule.at(time, () => this.#perform(step, `step ${incident} ${position}`));
      });
    });
    for (const disturbance of disturbances) {
      if (disturbance.kind !== 'link') continue;
      this.#linkTimes.push({ fromMs: disturbance.atMs, toMs: disturbance.atMs + disturbance.forMs });
    }
    this.#fleet.disturb(disturbances);
    await this.#world.runUntil(durationMs + tailMs);
    if (this.#world.violation !== undefined) return;
    for (const member of this.#members.values()) this.#checkEnd(member);
  }

  #checkEnd({ process, view, reports, clients }: Member): void {
    const approved = [...view.issuers.values()].filter(({ newest }) => newest?.answer?.kind === 'approved').length;
    // Unknown issuers, refused ones, approved ones and tokens are each in a collection.
    const mostKept = Math.max(
      1_000,
      Math.min(10_000, view.refusals),
      Math.min(10_000, approved),
      ...clients.map(({ plan }) => plan.cachedTokens),
    );
    if (process.largestCollection > mostKept)
      this.#world.violate(36, `${process.name} has kept ${process.largestCollection} entries in a collection`);
    if (process.isDead || process.isFrozen) return;
    if (view.waiting > 0) this.#world.violate(12, `${process.name} has never answered ${view.waiting} requests`);
    if (reports.isAtRest && process.timers > 0)
      this.#world.violate(36, `${process.name} has left ${process.timers} timers behind`);
  }

  #serverOf(tenant: number): TenantServer {
    const origin = issuerOf(tenant);
    const server = this.#servers.get(origin) ?? new TenantServer(this.#world, tenant);
    this.#servers.set(origin, server);
    return server;
  }

  /** Statement 3: keys are fetched from approved issuers only. Statement 4: at most ten times a minute. */
  #onFetch(process: VirtualProcess, url: string, answer: Promise<unknown>): void {
    const member = this.#members.get(process);
    const issuer = url.replace('/_torii/.well-known/jwks.json', '');
    const view = member?.view.issuers.get(issuer);
    const isListed = issuer === issuerOf(0) && member?.clients.some(({ isList }) => isList);
    const isApproved = view?.calls.some((call) => call.answer?.kind === 'approved') ?? false;
    if (view === undefined || issuer === url || !(isListed || isApproved || view.isApproved)) {
      this.#world.violate(3, `${process.name} fetches ${url}, whose issuer is not approved`);
      return;
    }
    const fetch = { begun: readingOf(this.#world, process), endedAtMs: Number.POSITIVE_INFINITY };
    const end = (): void => {
      fetch.endedAtMs = this.#world.nowMs;
    };
    void answer.then(end, end);
    view.fetches.push(fetch);
    const recent = view.fetches.filter(({ begun }) => this.#world.nowMs - begun.atMs < 59_980).length;
    if (recent > maxFetches + 3 * process.clockChanges)
      this.#world.violate(4, `${process.name} fetches the keys ${recent} times within a minute`);
  }

  #hadTrouble({ process, server }: Ask, sinceMs: number): boolean {
    const nowMs = this.#world.nowMs;
    return (
      !(server?.worksSince(sinceMs) ?? true) ||
      (process.freezes.at(-1)?.untilMs ?? -1) >= sinceMs ||
      this.#linkTimes.some(({ fromMs, toMs }) => fromMs <= nowMs && toMs >= sinceMs)
    );
  }

  #planOf(number: number): ProcessPlan {
    const { processes } = this.#plan;
    return processes[number % processes.length] as ProcessPlan;
  }

  #startTraffic(number: number): void {
    // A large fleet gets more requests, but not in proportion to its size.
    const everyMs = Math.max(
      this.#planOf(number).everyMs * Math.ceil(Math.sqrt(this.#plan.copies)),
      Math.ceil(this.#plan.durationMs / mostUsual),
    );
    const random = this.#world.random.fork(`traffic ${number}`);
    const tick = (): void => {
      const tenant = random.below(this.#plan.records.length);
      const want = random.pick<Parameters<typeof wantedToken>[0]>([
        'good',
        'good',
        'good',
        'other environment',
        'slash',
        'impersonated',
        'forged',
      ]);
      const client = this.#clientOf(number, random.below(12));
      this.#send(client, wantedToken(want, this.#serverOf(tenant), random), random.chance(10));
      const next = random.between(Math.ceil(everyMs / 2), Math.ceil(everyMs * 1.5));
      if (this.#world.nowMs + next < this.#plan.durationMs) this.#world.schedule.after(next, tick);
    };
    this.#world.schedule.after(random.below(Math.min(everyMs, this.#plan.durationMs)), tick);
  }

  #clientOf(process: number, client: number): Client {
    const { clients } = this.#fleet.member(process).state;
    return clients[client % clients.length] as Client;
  }

  #perform(step: Exclude<Step, { kind: 'disturb' }>, name: string): void {
    switch (step.kind) {
      case 'record':
        this.#directory.set(step.tenant % this.#plan.records.length, step.record);
        break;
      case 'approve':
        this.#directory.behave(step.mode, step.ms, step.forMs);
        break;
      case 'keys':
        this.#serverOf(step.tenant % this.#plan.records.length).change(step.change);
        break;
      case 'server':
        this.#serverOf(step.tenant % this.#plan.records.length).behave(step.mode, step.forMs);
        break;
      case 'ask':
        this.#ask(step, this.#world.random.fork(name));
    }
  }

  #ask(step: Extract<Step, { kind: 'ask' }>, random: Random): void {
    const { size, waves, gapMs, want, process, spread } = step;
    this.#world.note(`p${process % this.#fleet.size}`, `is asked ${waves} times ${size} tokens: ${want}`);
    let sent = 0;
    const wave = (left: number): void => {
      const client = this.#clientOf(process, step.client);
      for (let i = 0; i < size; i++) {
        this.#send(client, this.#tokenOf(step, sent % spread, random), step.inOtherHeader);
        sent += 1;
      }
      if (left > 1 && this.#world.nowMs + gapMs < this.#plan.durationMs)
        this.#world.schedule.after(gapMs, () => wave(left - 1));
    };
    wave(waves);
  }

  #tokenOf({ want, tenant, spread }: Extract<Step, { kind: 'ask' }>, number: number, random: Random): Token {
    if (want === 'made up') return madeUpToken(spread > 1 ? this.#madeUp++ : tenant);
    const count = this.#plan.records.length;
    // With a large spread, the tenants after the known ones: their issuers work, and the table does not have them.
    const found = spread > count ? (tenant + number) % 2_000 : (tenant + number) % count;
    return wantedToken(want, this.#serverOf(found), random);
  }

  #send(client: Client, token: Token, inOtherHeader: boolean): void {
    const { process } = client.view;
    const isOther = inOtherHeader && client.isList && client.plan.form === 'list, other header';
    process.deliver(() => {
      const ask = this.#judge.begin(client, token, isOther);
      void client.call(token.text, isOther).then((outcome) => {
        if (process.isDead) return;
        this.#judge.end(ask, outcome);
        if (outcome.kind === 'refused') this.#note(process, `${token.name}: ${outcome.status} ${outcome.reason}`);
      });
    });
  }

  #noted = '';

  /** Writes one line to the trace for equal answers at the same time. */
  #note(process: VirtualProcess, text: string): void {
    const line = `${this.#world.nowMs} ${process.name} ${text.replace(/\d+/g, '#')}`;
    if (line === this.#noted) return;
    this.#noted = line;
    this.#world.note(process.name, text);
  }
}
