import type { Scenario } from '../../scenario.ts';
import { Fleet } from '../../world/fleet.ts';
import { type StoreMode, StreamStore } from '../../world/stream-store.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Announcer, wishOf } from './announcer.ts';
import { Attacker } from './attacker.ts';
import { Bans } from './bans.ts';
import { deliveryMs, recoveryMs, restoreMs } from './bounds.ts';
import { Calm } from './calm.ts';
import { Judge } from './judge.ts';
import { foreignText, Node } from './node.ts';
import { msOf, type RevocationsPlan, type Step } from './plan.ts';
import { plans } from './plans.ts';
import { Sockets } from './sockets.ts';
import { type Fact, StoreFacts } from './store-facts.ts';
import { subjectName } from './subjects.ts';
import { epochS, userId } from './tokens.ts';
import { Traffic } from './traffic.ts';

const storeOrigin = 'store';
const maxClockMs = 600_000;

/** Statements 34 and 40 to 44: nodes that share revocations over one Redis, with all that goes wrong there. */
export const revocations: Scenario<RevocationsPlan> = {
  name: 'revocations',
  statements: [34, 36, 40, 41, 42, 43, 44],
  parts: ['core', 'revocation', 'redis', 'api'],
  plans,
  processHoursOf: (plan) => (timesOf(plan).endMs / 3_600_000) * plan.processes.length,
  run: (world, plan) => new Run(world, plan).toItsEnd(),
};

interface TimedIncident {
  readonly number: number;
  readonly atMs: number;
  readonly endMs: number;
}

function timesOf(plan: RevocationsPlan): { readonly incidents: readonly TimedIncident[]; readonly endMs: number } {
  const incidents: TimedIncident[] = [];
  let endMs = Math.min(...plan.processes.map(({ startsAtMs }) => startsAtMs)) + 1;
  for (const [number, { after, steps }] of plan.incidents.entries()) {
    const atMs = endMs + msOf(after, plan);
    const ends = steps.map(({ at, step }) => msOf(at, plan) + lengthOf(step, plan));
    endMs = atMs + Math.max(...ends) + 3_000;
    incidents.push({ number, atMs, endMs });
  }
  endMs = Math.max(endMs, ...plan.processes.map(({ startsAtMs }) => startsAtMs + 3_000));
  return { incidents, endMs };
}

function lengthOf(step: Step, plan: RevocationsPlan): number {
  if (step.kind === 'clock') return step.backAfterMs ?? 0;
  return 'for' in step ? msOf(step.for, plan) : 0;
}

class Run {
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #store: StreamStore;
  readonly #facts: StoreFacts;
  readonly #storeCalm: Calm;
  readonly #linkCalms: readonly Calm[];
  readonly #nodes: Node[] = [];
  readonly #fleet: Fleet<Node>;
  readonly #judge: Judge;
  readonly #traffic: Traffic;
  readonly #announcer: Announcer;
  readonly #attacker: Attacker;
  readonly #bans: Bans;
  readonly #sockets: Sockets;
  #modeTurn = 0;

  constructor(world: World, plan: RevocationsPlan) {
    [this.#world, this.#plan] = [world, plan];
    this.#store = new StreamStore(world, storeOrigin, plan.store);
    this.#store.lagMs = plan.store.lagMs;
    this.#facts = new StoreFacts(this.#store, plan);
    this.#store.onChange = () => this.#facts.look();
    this.#store.onMode = () => this.#noteDeaf();
    this.#facts.onAdded = (fact, text) => this.#onAdded(fact, text);
    this.#storeCalm = new Calm(world);
    this.#linkCalms = plan.processes.map(() => new Calm(world, this.#storeCalm));
    this.#judge = new Judge(world, plan, this.#facts);
    this.#fleet = new Fleet<Node>(world, [storeOrigin], (process, number) => this.#boot(process, number));
    this.#traffic = new Traffic(world, plan, this.#fleet, this.#judge);
    this.#announcer = new Announcer(world, plan, this.#facts, this.#store);
    this.#announcer.onRevoked = (node, subject) => this.#probeAfter(node, subject);
    this.#bans = new Bans(world, plan, this.#facts, this.#store);
    this.#bans.onCrash = ({ process, crashesAfterMs }) => {
      if (crashesAfterMs !== null) world.schedule.after(crashesAfterMs, () => this.#crash(process, 1_000));
    };
    this.#sockets = new Sockets(world, plan, this.#facts);
    this.#facts.onUnexplained = ({ subject, before }) => {
      world.violate(43, `The store holds the cut-off ${before - epochS} for "${subject}", which nothing explains`);
    };
    this.#attacker = new Attacker(world, this.#store, this.#facts, plan.signing !== 'off');
    if (this.#hasForeignAttack()) this.#attacker.foreignText = foreignText(world);
  }

  async toItsEnd(): Promise<void> {
    const { incidents, endMs } = timesOf(this.#plan);
    const starts = [...this.#plan.processes].sort((a, b) => a.startsAtMs - b.startsAtMs);
    for (const options of starts) this.#world.schedule.at(options.startsAtMs, () => this.#fleet.start(options));
    for (const { number, atMs: fromMs, endMs: untilMs } of incidents) {
      const { steps, requests } = this.#plan.incidents[number] as RevocationsPlan['incidents'][number];
      const times: number[] = [];
      for (const [position, { at, step }] of steps.entries()) {
        const stepMs = fromMs + msOf(at, this.#plan);
        this.#world.schedule.at(stepMs, () => this.#take(step, `incident ${number} step ${position}`));
        times.push(stepMs, stepMs + ('for' in step ? msOf(step.for, this.#plan) : 0));
      }
      this.#world.schedule.at(fromMs, () => this.#traffic.send(`incident ${number}`, requests, fromMs, untilMs, times));
    }
    await this.#world.runUntil(endMs);
    await this.#settle();
  }

  #hasForeignAttack(): boolean {
    if (this.#plan.signing === 'off') return false;
    const steps = this.#plan.incidents.flatMap((incident) => incident.steps);
    return steps.some(({ step }) => step.kind === 'attack' && /environment/.test(step.attack));
  }

  #boot(process: Node['process'], number: number): Node {
    const linkCalm = this.#linkCalms[number] as Calm;
    const calm = new Calm(this.#world, linkCalm);
    const node = new Node(this.#world, process, number, { plan: this.#plan, store: this.#store, calm, linkCalm });
    this.#nodes.push(node);
    node.onEvent = (event) => this.#hear(node, event);
    node.onLearned = (fact) => this.#sockets.judgeLearned(node, fact);
    calm.onCalm = () => this.#checkLater(node);
    this.#checkLater(node);
    this.#noteDeaf();
    return node;
  }

  #hear(node: Node, event: Node['events'][number]): void {
    const { cause, error, ...rest } = event as Readonly<Record<string, unknown>>;
    const text = JSON.stringify(rest);
    const all = `${text} ${String(cause)} ${String(Object(cause)['cause'])} ${String(error)}`;
    if (all.includes('eyJhbGciOi')) this.#world.violate(44, `${node.process.name}: a token in the event ${event.type}`);
    const { durationMs, ...stable } = rest;
    this.#world.note(
      node.process.name,
      `event ${JSON.stringify(stable)}${cause === undefined ? '' : `: ${String(cause)}`}`,
    );
    if (event.type === 'feed_stale') node.isStale = true;
    if (event.type === 'feed_recovered') node.isStale = false;
    if (event.type === 'feed_reset') node.resetAtMs = this.#world.nowMs;
    if (event.type === 'entries_compacted') {
      this.#hearCompaction(node, Math.floor(Date.parse(event.issuedBefore) / 1000));
    }
    if (event.type === 'feed_refused')
      this.#world.violate(42, `${node.process.name} refuses the feed: ${String(error)}`);
  }

  /** The older half of the entries becomes one: the younger half is still there. */
  #hearCompaction(node: Node, before: number): void {
    node.compactedBefore = Math.max(node.compactedBefore, before);
    this.#facts.allow({ subject: subjectName({ kind: 'environment' }), before });
    const left = [...node.revocations.list()].length;
    if (left + this.#facts.countAt(before) >= this.#plan.maxEntries / 2) return;
    this.#world.violate(43, `${node.process.name} keeps ${left} entries in a compaction at ${before - epochS}`);
  }

  /** Something was written to the store: every connected node knows it within a second. */
  #onAdded(fact: Fact, text: string): void {
    const { nowMs } = this.#world;
    if (text.includes('eyJhbGciOi')) this.#world.violate(44, 'The store holds a token.');
    this.#traffic.note(fact);
    this.#world.schedule.after(deliveryMs, () => {
      for (const node of this.#living()) {
        const isConnected = this.#judge.isCurrent(node) && node.calm.sinceMs <= nowMs - recoveryMs(node);
        if (isConnected || (node.calm.sinceMs <= node.startedAtMs && node.startedAtMs <= nowMs - 2_000))
          node.learn(fact);
      }
      this.#traffic.probeSubject(fact.subject);
    });
  }

  /** After a disturbance, a node knows what the store holds, and the store what the node knows. */
  #checkLater(node: Node): void {
    const { sinceMs } = node.calm;
    if (!Number.isFinite(sinceMs)) return;
    this.#world.schedule.at(sinceMs + recoveryMs(node), () => {
      if (node.process.isDead || node.calm.sinceMs !== sinceMs) return;
      for (const fact of this.#facts.current()) if (fact.addedAtMs <= this.#world.nowMs - deliveryMs) node.learn(fact);
    });
    this.#world.schedule.at(sinceMs + restoreMs(node), () => {
      if (node.calm.sinceMs === sinceMs) this.#checkStore(node);
    });
  }

  #checkStore(node: Node): void {
    if (node.process.isDead || node.isClosed || node.compactedBefore > 0) return;
    const { nowMs } = this.#world;
    for (const { subject, before, untilMs } of node.learned.values()) {
      if (untilMs <= nowMs + 1_000 || this.#facts.holds(subject, before)) continue;
      this.#world.violate(43, `${node.process.name} knows that "${subject}" is revoked, and has not written it back`);
    }
    const { status, pending } = node.revocations.health();
    if (status !== 'current')
      this.#world.violate(42, `${node.process.name} is "${status}", although nothing disturbs it`);
    if (pending > 0 && node.announcing === 0)
      this.#world.violate(44, `${node.process.name} still has ${pending} revocations to announce`);
  }

  *#living(): Iterable<Node> {
    for (const node of this.#nodes) if (!node.process.isDead) yield node;
  }

  /** Requests right after a revocation, and around the time in which all nodes must know it. */
  #probeAfter(node: Node, subject: string): void {
    const fact = node.learned.get(subject);
    if (fact !== undefined) this.#traffic.note(fact);
    const own = Number(node.process.name.slice(1));
    this.#world.schedule.after(0, () => this.#traffic.probeSubject(subject, own));
    for (const ms of [40, deliveryMs + 100]) this.#world.schedule.after(ms, () => this.#traffic.probeSubject(subject));
  }

  #take(step: Step, name: string): void {
    const { schedule } = this.#world;
    const forMs = 'for' in step ? msOf(step.for, this.#plan) : 0;
    switch (step.kind) {
      case 'revoke':
        return this.#revoke(step);
      case 'many':
        return this.#revokeMany(step);
      case 'attack':
        return this.#attacker.write(step.attack, step.who);
      case 'probe':
        return this.#traffic.probe(name, step.plusSeconds);
      case 'store':
        return this.#hold(step.mode, forMs, step.delayMs);
      case 'flush':
        return this.#flush(step.writesAtOnce);
      case 'failover':
        return this.#failOver(step.cuts, step.readonlyForMs);
      case 'restart':
        this.#store.restart(msOf(step.by, this.#plan));
        this.#storeCalm.disturb();
        if (step.downForMs > 0) this.#hold('down', step.downForMs);
        return;
      case 'store clock': {
        const aheadMs = this.#store.wallMs - epochMs - this.#world.nowMs;
        this.#store.setClock(boundedMs(aheadMs, step.byMs));
        return this.#storeCalm.disturb();
      }
      case 'link': {
        const calms =
          step.process === null ? this.#linkCalms : [this.#linkCalms[step.process % this.#fleet.size] as Calm];
        const ends = calms.map((calm) => calm.begin());
        this.#fleet.disturb([{ ...step, server: 0, atMs: this.#world.nowMs, forMs }]);
        schedule.after(0, () => this.#noteDeaf());
        schedule.after(forMs, () =>
          schedule.after(0, () => {
            for (const end of ends) end();
            this.#noteDeaf();
          }),
        );
        return;
      }
      case 'cut':
        this.#world.note('store', 'closes all connections');
        this.#store.cut();
        return this.#storeCalm.disturb();
      case 'freeze':
        return this.#freeze(step, forMs);
      case 'crash':
        return this.#crash(step.process, step.restartAfterMs);
      case 'clock': {
        const { process, state } = this.#fleet.member(step.process);
        const byMs = boundedMs(process.aheadMs, step.byMs);
        this.#setClock(state, byMs);
        if (step.backAfterMs !== null) schedule.after(step.backAfterMs, () => this.#setClock(state, -byMs));
        return;
      }
      case 'ban': {
        const { process, state: node } = this.#fleet.member(step.process);
        return process.deliver(() => this.#bans.begin(node, step));
      }
      case 'socket': {
        const { process, state: node } = this.#fleet.member(step.process);
        const iat = epochS + Math.floor(this.#world.nowMs / 1000);
        return process.deliver(() => void this.#sockets.open(node, step.who, iat, step.lifeSeconds));
      }
    }
  }

  #setClock(node: Node, byMs: number): void {
    if (byMs < 0) node.setBackAtMs = this.#world.nowMs;
    node.setAtMs = this.#world.nowMs;
    node.process.setWallClock(byMs);
    node.calm.disturb();
  }

  #revoke(step: Extract<Step, { readonly kind: 'revoke' }>): void {
    const { process, state: node } = this.#fleet.member(step.process);
    const token = this.#traffic.recent(step.who);
    const wish = wishOf(step.subject, step.who, token);
    if (wish === undefined) return;
    if (wish.token !== undefined) this.#traffic.noteSingle(wish.token);
    const atMs =
      step.at === null || step.subject === 'token' ? undefined : epochMs + this.#world.nowMs + step.at * 1000;
    process.deliver(() => this.#announcer.revoke(node, { ...wish, atMs }, step.repeatsAfterMs));
    if (step.crashesAfterMs === null) return;
    this.#world.schedule.after(step.crashesAfterMs, () => this.#crash(step.process, 1_000));
  }

  #revokeMany({ process: number, count, at }: Extract<Step, { readonly kind: 'many' }>): void {
    const { process, state: node } = this.#fleet.member(number);
    process.deliver(() => {
      for (let user = 0; user < count; user++) {
        const atMs = epochMs + this.#world.nowMs + (at - (user % 20)) * 1000;
        this.#announcer.revoke(
          node,
          { subject: { kind: 'user', id: `${userId(user)}_${number}` }, atMs, token: undefined },
          null,
        );
      }
    });
  }

  #failOver(cuts: boolean, readonlyForMs: number): void {
    this.#store.failOver(cuts);
    this.#storeCalm.disturb();
    if (readonlyForMs > 0) this.#hold('readonly', readonlyForMs);
  }

  /** Notes which nodes get no answers of the store. */
  #noteDeaf(): void {
    const { mode } = this.#store;
    const isSilent = mode === 'hangs' || mode === 'down' || mode === 'noauth' || mode === 'loading';
    for (const node of this.#living()) {
      const isDeaf = isSilent || this.#world.network.linkOf(node.process, storeOrigin) !== 'open';
      node.deafFromMs = isDeaf ? Math.min(node.deafFromMs, this.#world.nowMs) : Number.POSITIVE_INFINITY;
    }
  }

  #flush(writesAtOnce: boolean): void {
    const held = [...this.#facts.current()].some(({ addedAtMs }) => addedAtMs <= this.#world.nowMs - deliveryMs);
    const current = held ? [...this.#living()].filter((node) => this.#judge.isCurrent(node)) : [];
    this.#store.flush();
    if (writesAtOnce) this.#attacker.write('old copies', 0);
    this.#storeCalm.disturb();
    // A node that has seen what was lost reports it.
    for (const node of current) {
      const { sinceMs } = node.calm;
      // At most once a minute.
      const fromMs = this.#world.nowMs - 61_000;
      this.#world.schedule.after(recoveryMs(node), () => {
        if (node.process.isDead || node.calm.sinceMs !== sinceMs || node.resetAtMs > fromMs) return;
        this.#world.violate(43, `${node.process.name} has not reported that the store has lost data`);
      });
    }
  }

  #hold(mode: Exclude<StoreMode, 'well'>, forMs: number, delayMs = 0): void {
    const end = this.#storeCalm.begin();
    this.#modeTurn += 1;
    const turn = this.#modeTurn;
    this.#store.setMode(mode, delayMs);
    this.#world.schedule.after(forMs, () => {
      if (turn === this.#modeTurn) this.#store.setMode('well');
      end();
    });
  }

  #freeze(step: Extract<Step, { readonly kind: 'freeze' }>, forMs: number): void {
    const { process, state: node } = this.#fleet.member(step.process);
    if (process.isFrozen || process.isDead) return;
    const end = node.calm.begin();
    process.freeze(step);
    this.#world.schedule.after(forMs, () => {
      process.thaw();
      end();
      this.#traffic.probe(`thaw ${this.#world.nowMs}`, 0);
    });
    this.#world.schedule.after(Math.floor(forMs / 2), () => {
      if (step.meanwhile === 'flush') this.#flush(true);
      if (step.meanwhile === 'failover') this.#failOver(true, 0);
      if (step.meanwhile !== 'revoke') return;
      const revoke = {
        kind: 'revoke',
        subject: 'user',
        who: 1,
        at: 0,
        crashesAfterMs: null,
        repeatsAfterMs: null,
      } as const;
      this.#revoke({ ...revoke, process: step.process + 1 });
    });
  }

  #crash(number: number, restartAfterMs: number): void {
    this.#fleet.disturb([{ kind: 'crash', process: number, atMs: this.#world.nowMs, restartAfterMs }]);
  }

  /** Everything is well again, and every node knows everything. */
  async #settle(): Promise<void> {
    this.#store.setMode('well');
    for (const node of this.#living()) node.process.thaw();
    const tailMs = Math.max(0, ...this.#nodes.map(restoreMs)) + 2_000;
    await this.#world.runUntil(this.#world.nowMs + tailMs);
    this.#traffic.probe('end', 0);
    this.#traffic.probe('end', 1);
    await this.#world.runUntil(this.#world.nowMs + this.#plan.waitMs + 100);
    for (const node of this.#living()) this.#checkStore(node);
    this.#sockets.judgeExpired();
    for (const node of this.#living()) {
      if (node.waiting > 0) this.#world.violate(42, `${node.process.name} leaves requests without an answer`);
      node.isClosed = true;
      this.#sockets.close();
      node.process.deliver(() => void node.revocations.close());
    }
    await this.#world.runUntil(this.#world.nowMs + 10_000);
    for (const { process } of this.#living()) {
      if (process.timers > 0) this.#world.violate(36, `${process.name} leaves ${process.timers} timers behind`);
    }
  }
}

/** How far a clock is set, so that it is never more than ten minutes off. */
function boundedMs(aheadMs: number, byMs: number): number {
  return Math.max(-maxClockMs, Math.min(maxClockMs, aheadMs + byMs)) - aheadMs;
}
