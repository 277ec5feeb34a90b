import { Fleet } from '../../world/fleet.ts';
import { Replica } from '../../world/replica.ts';
import type { StreamEntry } from '../../world/stream-log.ts';
import { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import { Announcer } from './announcer.ts';
import { Attacker } from './attacker.ts';
import { Bans } from './bans.ts';
import { deliveryMs, noticeMs, recoveryMs, replicaLagMs, restoreMs } from './bounds.ts';
import { Calm } from './calm.ts';
import { Deliveries } from './deliveries.ts';
import { EventRules } from './event-rules.ts';
import { StoreAccess } from './feeds.ts';
import { writeHistory } from './history.ts';
import { Judge } from './judge.ts';
import { foreignText, Node, type Server } from './node.ts';
import type { OperatorAct, RevocationsPlan } from './plan.ts';
import { Sockets } from './sockets.ts';
import { StoreChecks } from './store-checks.ts';
import { type Fact, StoreFacts } from './store-facts.ts';
import { epochS } from './tokens.ts';
import { Traffic } from './traffic.ts';

const storeOrigin = 'store';

/** The store, the nodes, and what is known of them at each moment. */
export class Scene {
  readonly world: World;
  readonly plan: RevocationsPlan;
  readonly store: StreamStore;
  readonly facts: StoreFacts;
  readonly storeCalm: Calm;
  /** The disturbances of each link, by the number of the process. */
  readonly linkCalms: readonly Calm[];
  /** By the number of the process. */
  readonly servers: readonly Server[];
  readonly replica: Replica | undefined;
  /** All nodes, including crashed ones. */
  readonly nodes: Node[] = [];
  readonly fleet: Fleet<Node>;
  readonly judge: Judge;
  readonly traffic: Traffic;
  readonly announcer: Announcer;
  readonly attacker: Attacker;
  readonly bans: Bans;
  readonly sockets: Sockets;
  readonly access: StoreAccess;
  readonly checks: StoreChecks;
  readonly #events: EventRules;
  readonly deliveries: Deliveries;

  constructor(world: World, plan: RevocationsPlan) {
    [this.world, this.plan] = [world, plan];
    this.store = new StreamStore(world, storeOrigin, plan.store);
    this.access = new StoreAccess(world, this.store, plan.feed.kind);
    this.facts = new StoreFacts(this.store, plan);
    this.store.onChange = () => {
      this.facts.look();
      this.replica?.noteChange();
    };
    this.store.onMode = () => this.noteDeaf();
    this.facts.onAdded = (fact, text, entry) => this.#onAdded(fact, text, entry);
    this.facts.onUnexplained = ({ subject, before }) => {
      world.violate(43, `The store holds the cut-off ${before - epochS} for "${subject}", which nothing explains`);
    };
    this.facts.onFlood = () => world.violate(36, 'The same entry is written more than 80 times within five minutes');
    this.storeCalm = new Calm(world);
    this.linkCalms = plan.processes.map(() => new Calm(world, this.storeCalm));
    const readers = plan.processes.filter(({ readsReplica }) => readsReplica);
    this.replica = readers.length === 0 ? undefined : new Replica(world, this.store, replicaLagMs);
    this.servers = [...plan.processes]
      .sort((a, b) => a.startsAtMs - b.startsAtMs)
      .map(({ readsReplica: isReplica }) => ({
        store: (isReplica ? this.replica?.store : undefined) ?? this.store,
        isReplica,
        apartUntilMs: Number.NEGATIVE_INFINITY,
      }));
    this.judge = new Judge(world, plan, this.facts);
    this.fleet = new Fleet<Node>(world, [storeOrigin], (process, number) => this.#boot(process, number));
    this.traffic = new Traffic(world, plan, this.fleet, this.judge);
    this.announcer = new Announcer(world, plan, this.facts, this.store);
    this.announcer.onRevoked = (node, subject) => this.#probeAfter(node, subject);
    this.bans = new Bans(world, plan, this.facts, this.store);
    this.sockets = new Sockets(world, plan, this.facts);
    this.attacker = new Attacker(world, this.access, this.facts, plan.signing !== 'off');
    this.attacker.onWritten = (attack) => this.access.table?.afterWrite(world, attack === 'no text');
    this.deliveries = new Deliveries(world, plan, this.facts);
    this.checks = new StoreChecks(this);
    this.store.onTrim = (beforeMs) => this.checks.checkTrim(beforeMs);
    this.#events = new EventRules(this);
    writeHistory(this.store, this.facts, plan);
    if (this.#hasForeignAttack()) this.attacker.foreignText = foreignText(world);
  }

  *living(): Iterable<Node> {
    for (const node of this.nodes) if (!node.process.isDead) yield node;
  }

  /** Something that is not an entry is written, so that the processes hear from the store. */
  wakeReaders(): void {
    if (this.access.table === undefined) this.attacker.write('no text', 0);
    else this.access.table.notify();
  }

  /** What an operator does to the bucket. */
  operate(act: OperatorAct, who: number): void {
    const { server } = this.access;
    if (server?.bucket === undefined) return;
    const subjects = this.facts.subjectsInStore().filter((subject) => server.messageAt(subject) !== undefined);
    const subject = subjects[who % Math.max(1, subjects.length)];
    if (act === 'foreign key') {
      const foreign = `$KV.${server.bucket}.another_channel.k${who}`;
      server.answer({ op: 'publish', subject: foreign, text: 'of another channel' });
      server.answer({ op: 'publish', subject: foreign, text: '', marker: 'DEL' });
      return;
    }
    if (act === 'purge' || act.startsWith('remove')) this.checks.noteRemoval();
    if (act === 'purge') server.remove(() => true);
    else if (subject === undefined) return;
    else if (act === 'delete key') server.answer({ op: 'publish', subject, text: '', marker: 'DEL' });
    else if (act === 'remove message') server.remove(({ fields }) => fields[1] === subject);
    else server.remove(({ seq }) => seq === server.lastSequence);
    this.store.hasLost = true;
    this.storeCalm.disturb();
  }

  /** Notes which nodes get no answers of the store. `isLinked`: a link is open again, so answers on the way arrive. */
  noteDeaf(isLinked = false): void {
    for (const node of this.living()) {
      const { mode } = node.server.store;
      const isSilent = mode === 'hangs' || mode === 'down' || mode === 'noauth' || mode === 'loading';
      const isDeaf = isSilent || node.isClosed || this.world.network.linkOf(node.process, storeOrigin) !== 'open';
      const sinceMs = isLinked ? Number.POSITIVE_INFINITY : node.deafFromMs;
      node.deafFromMs = isDeaf ? Math.min(sinceMs, this.world.nowMs) : Number.POSITIVE_INFINITY;
    }
  }

  #hasForeignAttack(): boolean {
    if (this.plan.signing === 'off') return false;
    const steps = this.plan.incidents.flatMap((incident) => incident.steps);
    return steps.some(({ step }) => step.kind === 'attack' && /environment/.test(step.attack));
  }

  #boot(process: Node['process'], number: number): Node {
    const linkCalm = this.linkCalms[number] as Calm;
    const calm = new Calm(this.world, linkCalm);
    const server = this.servers[number] as Server;
    // What it reads may be some time old.
    if (server.isReplica) calm.begin();
    const place = { plan: this.plan, server, access: this.access, calm, linkCalm };
    const node = new Node(this.world, process, number, place);
    this.nodes.push(node);
    node.onEvent = (event) => this.#events.hear(node, event);
    node.onLearned = (fact) => this.sockets.judgeLearned(node, fact);
    calm.onCalm = () => this.#checkLater(node);
    this.#checkLater(node);
    this.#events.expectReset(node);
    this.noteDeaf();
    return node;
  }

  /** A replica takes over, and the old master goes on for some processes. There is only one old master at a time. */
  split(side: number, forMs: number): void {
    if (this.servers.some(({ apartUntilMs }) => apartUntilMs === Number.POSITIVE_INFINITY)) return;
    const servers = this.servers.filter(({ isReplica }, number) => !isReplica && (side >> number) % 2 === 1);
    const old = this.store.copy();
    this.facts.watchApart(old);
    for (const server of servers) Object.assign(server, { store: old, apartUntilMs: Number.POSITIVE_INFINITY });
    const ends = this.linkCalms
      .filter((_, number) => servers.includes(this.servers[number] as Server))
      .map((calm) => calm.begin());
    this.store.failOver(true);
    this.storeCalm.disturb();
    this.noteDeaf();
    this.world.schedule.after(forMs, () => {
      this.world.note('store', 'the old master is demoted');
      for (const server of servers) {
        if (server.store === old) Object.assign(server, { store: this.store, apartUntilMs: this.world.nowMs });
      }
      // Nor does it accept connections that are being made.
      old.mode = 'down';
      old.cut();
      for (const end of ends) end();
      this.noteDeaf();
    });
  }

  /** Something was written to the store: every connected node knows it within a second. */
  #onAdded(fact: Fact, text: string, entry: StreamEntry): void {
    const { nowMs } = this.world;
    if (text.includes('eyJhbGciOi')) this.world.violate(44, 'The store holds a token.');
    this.traffic.note(fact);
    if (this.#isLate(entry)) {
      this.#expectLate(fact);
      return;
    }
    this.world.schedule.after(deliveryMs(this.plan), () => {
      for (const node of this.living()) {
        const isConnected = this.judge.isCurrent(node) && node.calm.sinceMs <= nowMs - recoveryMs(node);
        const knows = isConnected || (node.calm.sinceMs <= node.startedAtMs && node.startedAtMs <= nowMs - 2_000);
        if (knows) node.learn(fact);
      }
      this.traffic.probeSubject(fact.subject);
    });
  }

  #isLate(entry: StreamEntry): boolean {
    return this.access.table?.isLate(entry) === true;
  }

  /** The next read of everything finds it. */
  #expectLate(fact: Fact): void {
    for (const node of this.living()) {
      const { sinceMs } = node.calm;
      this.world.schedule.after(noticeMs(node), () => {
        if (!node.process.isDead && this.judge.isCurrent(node) && node.calm.sinceMs === sinceMs) node.learn(fact);
      });
    }
  }

  /** After a disturbance, a node knows what the store holds, and the store what the node knows. */
  #checkLater(node: Node): void {
    const { sinceMs } = node.calm;
    if (!Number.isFinite(sinceMs)) return;
    this.world.schedule.at(sinceMs + noticeMs(node), () => {
      if (node.process.isDead || node.calm.sinceMs !== sinceMs) return;
      const { nowMs } = this.world;
      for (const fact of this.facts.current()) {
        const withinMs = this.#isLate(fact.entry) ? noticeMs(node) : deliveryMs(this.plan);
        if (fact.addedAtMs <= nowMs - withinMs) node.learn(fact);
      }
    });
    this.world.schedule.at(sinceMs + restoreMs(node), () => {
      if (node.calm.sinceMs === sinceMs) this.checks.checkStore(node);
    });
  }

  /** Requests right after a revocation, and around the time in which all nodes must know it. */
  #probeAfter(node: Node, subject: string): void {
    const fact = node.learned.get(subject);
    if (fact !== undefined) this.traffic.note(fact);
    const own = Number(node.process.name.slice(1));
    this.world.schedule.after(0, () => this.traffic.probeSubject(subject, own));
    for (const ms of [40, deliveryMs(this.plan) + 100])
      this.world.schedule.after(ms, () => this.traffic.probeSubject(subject));
  }
}
