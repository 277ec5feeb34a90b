import type { RevocationRecord } from '@torii/revocation';
import { Fleet } from '../../world/fleet.ts';
import { Replica } from '../../world/replica.ts';
import type { StreamEntry } from '../../world/stream-log.ts';
import { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import { Announcer } from './announcer.ts';
import { Attacker } from './attacker.ts';
import { Bans } from './bans.ts';
import { deliveryMs, noticeMs, recoveryMs, replicaLagMs, restoreMs, startMs, writeBackMs } from './bounds.ts';
import { Calm } from './calm.ts';
import { Deliveries } from './deliveries.ts';
import { StoreAccess } from './feeds.ts';
import { writeHistory } from './history.ts';
import { Judge } from './judge.ts';
import { foreignText, Node, type Server } from './node.ts';
import { canBeConfirmed, isTimeless, type OperatorAct, type RevocationsPlan } from './plan.ts';
import { Sockets } from './sockets.ts';
import { type Fact, StoreFacts } from './store-facts.ts';
import { type Subject, subjectName } from './subjects.ts';
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
  /** When an operator removed single messages of a bucket. */
  readonly #removals: number[] = [];
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
    const { nowMs } = this.world;
    if (act.startsWith('remove')) this.#removals.push(nowMs);
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

  /** The store holds everything that the node knows. */
  checkStore(node: Node): void {
    if (node.process.isDead || node.isClosed || node.server.isReplica || node.compactedBefore > 0) return;
    const { nowMs } = this.world;
    for (const { subject, before, untilMs, learnedAtMs } of node.learned.values()) {
      if (untilMs <= nowMs + 1_000 || learnedAtMs > nowMs - writeBackMs) continue;
      // Both the clock of the process and the clock of the store may be ahead.
      const storeMs = isTimeless(this.plan) ? node.process.wallMs : this.store.wallMs;
      const presentMs = Math.min(node.process.wallMs, storeMs) + 10_000;
      if ((before + this.plan.maxTokenSeconds + 600) * 1000 < presentMs) continue;
      if (this.#isRemovalHidden(node)) continue;
      if (this.facts.holds(subject, before) || this.facts.isTooFarAhead({ subject, before })) continue;
      this.world.violate(43, `${node.process.name} knows that "${subject}" is revoked, and has not written it back`);
    }
    const { status, pending } = node.revocations.health();
    if (status !== 'current')
      this.world.violate(42, `${node.process.name} is "${status}", although nothing disturbs it`);
    // Replicas that are too far behind confirm nothing.
    if (pending > 0 && node.announcing === 0 && canBeConfirmed(this.plan))
      this.world.violate(44, `${node.process.name} still has ${pending} revocations to announce`);
  }

  /** A message that is removed is not noticed if another one is written between two checks. */
  #isRemovalHidden(node: Node): boolean {
    const written = [...this.store.streams.values()].flatMap(({ past }) => past.map(({ addedAtMs }) => addedAtMs));
    return this.#removals.some((atMs) => {
      return written.some((ms) => ms >= atMs - 2 * node.silenceMs - 5_000 && ms <= atMs + recoveryMs(node));
    });
  }

  /** Statement 36: entries that are over are forgotten. */
  checkMemory(node: Node): void {
    const presentS = Math.min(node.process.wallMs, this.store.wallMs) / 1000;
    const keptSeconds = this.plan.maxTokenSeconds + 600;
    // Each read of everything brings an entry again, until the store need not keep it.
    const hasReadAgain = node.resetAtMs > this.world.nowMs - (keptSeconds + 180) * 1_000;
    const isReadAgain = this.plan.feed.kind === 'poll' || (this.plan.feed.kind === 'nats' && hasReadAgain);
    const lifeSeconds = isReadAgain ? 2 * keptSeconds + 900 : keptSeconds;
    const old = node.list()?.find(({ issuedBefore }) => Date.parse(issuedBefore) / 1000 + lifeSeconds + 180 < presentS);
    if (old !== undefined)
      this.world.violate(36, `${node.process.name} still holds "${subjectName(nameable(old))}", which is long over`);
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
    node.onEvent = (event) => this.#hear(node, event);
    node.onLearned = (fact) => this.sockets.judgeLearned(node, fact);
    calm.onCalm = () => this.#checkLater(node);
    this.#checkLater(node);
    this.#expectReset(node);
    this.noteDeaf();
    return node;
  }

  #hear(node: Node, event: Node['events'][number]): void {
    const { cause, error, ...rest } = event as Readonly<Record<string, unknown>>;
    const text = JSON.stringify(rest);
    const all = `${text} ${String(cause)} ${String(Object(cause)['cause'])} ${String(error)}`;
    if (all.includes('eyJhbGciOi')) this.world.violate(44, `${node.process.name}: a token in the event ${event.type}`);
    const { durationMs, ...stable } = rest;
    this.world.note(
      node.process.name,
      `event ${JSON.stringify(stable)}${cause === undefined ? '' : `: ${String(cause)}`}`,
    );
    if (event.type === 'feed_stale') {
      node.isStale = true;
      this.sockets.judgeAllStale(node);
    }
    if (event.type === 'feed_current') {
      this.#checkReady(node);
      // The last entries of a long stream come some milliseconds later.
      if (this.plan.history > 0) this.traffic.probe(`snapshot of ${node.process.name} ${this.world.nowMs}`, 0);
    }
    if (event.type === 'feed_recovered') node.isStale = false;
    if (event.type === 'feed_reset') {
      this.#judgeReset(node);
      node.resetAtMs = this.world.nowMs;
    }
    if (event.type === 'entries_compacted') {
      this.#hearCompaction(node, Math.floor(Date.parse(event.issuedBefore) / 1000));
    }
    if (event.type === 'feed_refused')
      this.world.violate(42, `${node.process.name} refuses the feed: ${String(error)}`);
  }

  /** A node that finds an empty store tells that all may be lost. */
  #expectReset(node: Node): void {
    if (this.plan.feed.kind === 'redis' || this.store.entriesAt(this.world.nowMs) > 0) return;
    const entries = this.facts.count;
    this.world.schedule.after(startMs, () => {
      const isSure = node.calm.sinceMs <= node.startedAtMs && !node.process.isDead && this.facts.count === entries;
      if (!isSure || node.resetAtMs > Number.NEGATIVE_INFINITY) return;
      this.world.violate(43, `${node.process.name} does not report that the store is empty`);
    });
  }

  /** Operators are told of lost data only if it is true. */
  #judgeReset(node: Node): void {
    if (this.plan.feed.kind === 'redis' || this.store.hasLost) return;
    // Of two slow reads, the one that began later may be answered with what was there earlier.
    if (this.plan.feed.kind === 'poll' && !this.judge.isCurrent(node)) return;
    const isFirst = node.resetAtMs === Number.NEGATIVE_INFINITY;
    if (isFirst && this.store.entriesAt(node.startedAtMs) === 0) return;
    this.world.violate(43, `${node.process.name} reports that the store has lost data, and it has not`);
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

  #checkReady(node: Node): void {
    this.world.schedule.after(0, () =>
      node.process.deliver(() => {
        if (!node.isReady)
          this.world.violate(42, `${node.process.name} has its first snapshot, and ready() still waits`);
      }),
    );
  }

  /** The older half of the entries becomes one: the younger half is still there. */
  #hearCompaction(node: Node, before: number): void {
    node.compactedBefore = Math.max(node.compactedBefore, before);
    this.facts.allow({ subject: subjectName({ kind: 'environment' }), before });
    const left = node.list()?.length ?? 0;
    if (left + this.facts.countAt(before) >= this.plan.maxEntries / 2) return;
    this.world.violate(43, `${node.process.name} keeps ${left} entries in a compaction at ${before - epochS}`);
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
      if (node.calm.sinceMs === sinceMs) this.checkStore(node);
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

function nameable({ kind, id, organizationId }: RevocationRecord): Subject {
  return { kind, ...(id !== null && { id }), ...(organizationId !== undefined && { organizationId }) };
}
