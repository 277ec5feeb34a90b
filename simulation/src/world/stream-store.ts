import type { Random } from './random.ts';
import { StreamLog } from './stream-log.ts';
import { epochMs } from './virtual-process.ts';
import type { World } from './world.ts';

/**
 * What the store does for a while. `hangs`: commands wait until it goes on, as after SIGSTOP. `down`: connections are closed and
 * refused. The others answer with an error of Redis, `readonly` and `oom` only to writes.
 */
export type StoreMode = 'well' | 'hangs' | 'down' | 'slow' | 'readonly' | 'oom' | 'noauth' | 'loading';

export interface StoreOptions {
  /** How far its clock is ahead. */
  readonly aheadMs: number;
  readonly driftPpm: number;
  /** How far the replica that takes over is behind. A failover loses the writes of this time. */
  readonly lagMs: number;
  /** How far another replica is behind. By default, there is none. */
  readonly laggardMs?: number;
}

/** What a replica knows of its master. */
export interface ReplicaState {
  readonly isLinked: boolean;
  /** When the master was last heard from. */
  readonly heardAtMs: number;
}

/** A hash with its past, so that an older state can come back. */
export class Hash {
  #versions: { readonly atMs: number; readonly fields: ReadonlyMap<string, string> }[] = [];

  get fields(): ReadonlyMap<string, string> {
    return this.#versions.at(-1)?.fields ?? new Map();
  }

  set(name: string, value: string, nowMs: number): void {
    this.#versions.push({ atMs: nowMs, fields: new Map([...this.fields, [name, value]]) });
  }

  clear(nowMs: number): void {
    this.#versions.push({ atMs: nowMs, fields: new Map() });
  }

  mirror(other: Hash, atMs: number): void {
    const version = other.#versions.findLast((each) => each.atMs <= atMs);
    this.#versions = version === undefined ? [] : [version];
  }

  restore(atMs: number, nowMs: number): void {
    const version = this.#versions.findLast((each) => each.atMs <= atMs);
    this.#versions.push({ atMs: nowMs, fields: version?.fields ?? new Map() });
  }
}

/** A Redis with replicas: streams, a clock, and what can go wrong with it. Commands are in `stream-commands.ts`. */
export class StreamStore {
  readonly origin: string;
  mode: StoreMode = 'well';
  /** For the mode `slow`. */
  delayMs = 0;
  readonly lagMs: number;
  /** How far each replica is behind. */
  lagsMs: readonly number[];
  /** Set if this is a replica, which refuses writes. */
  replica: (() => ReplicaState) | undefined;
  replicationId: string;
  /** Called after each change of what it holds. */
  onChange: () => void = () => {};
  onMode: () => void = () => {};
  /** Called when a command removes all entries whose ids are lower than this time. */
  onTrim: (beforeMs: number) => void = () => {};
  /** Called when commands that wait may go on, such as after a new entry. */
  readonly wakers: Set<() => void> = new Set();
  /** Called when all connections are closed by the store. */
  readonly closers: Set<() => void> = new Set();
  readonly streams: Map<string, StreamLog> = new Map();
  readonly hashes: Map<string, Hash> = new Map();
  offset = 0;
  /** Whether it has ever lost something. */
  hasLost = false;
  readonly #world: World;
  readonly #random: Random;
  readonly #driftPpm: number;
  #aheadMs: number;
  #mostAheadMs: number;
  #leastAheadMs: number;

  constructor(world: World, origin: string, { aheadMs, driftPpm, lagMs, laggardMs }: StoreOptions) {
    this.#world = world;
    this.origin = origin;
    this.lagMs = lagMs;
    this.lagsMs = laggardMs === undefined ? [lagMs] : [lagMs, laggardMs];
    this.#random = world.random.fork(`store ${origin}`);
    this.#aheadMs = aheadMs;
    this.#mostAheadMs = aheadMs;
    this.#leastAheadMs = aheadMs;
    this.#driftPpm = driftPpm;
    this.replicationId = this.#newId();
  }

  get nowMs(): number {
    return this.#world.nowMs;
  }

  /** A server with the same data, clock and replication id, and its own future. It has no replicas. */
  copy(): StreamStore {
    const { origin, lagMs } = this;
    const copy = new StreamStore(this.#world, origin, { aheadMs: this.#aheadMs, driftPpm: this.#driftPpm, lagMs });
    copy.lagsMs = [];
    copy.mirror(this, this.nowMs);
    for (const [key, stream] of this.streams) copy.streams.set(key, stream.copy());
    copy.offset = this.offset;
    return copy;
  }

  /** Takes over what another server held at a time. */
  mirror(other: StreamStore, atMs: number): void {
    for (const [key, stream] of other.streams) this.openStream(key).mirror(stream, atMs);
    for (const [key, hash] of other.hashes) this.openHash(key).mirror(hash, atMs);
    this.replicationId = other.replicationId;
  }

  get wallMs(): number {
    const { nowMs } = this.#world;
    return Math.floor(epochMs + this.#aheadMs + nowMs + (nowMs * this.#driftPpm) / 1_000_000);
  }

  /** What its clock would show if it had never been set back. */
  get highestMs(): number {
    return this.wallMs + this.#mostAheadMs - this.#aheadMs;
  }

  /** What its clock would show if it had never been set forward. */
  get lowestMs(): number {
    return this.wallMs + this.#leastAheadMs - this.#aheadMs;
  }

  setClock(byMs: number): void {
    this.#aheadMs += byMs;
    this.#mostAheadMs = Math.max(this.#mostAheadMs, this.#aheadMs);
    this.#leastAheadMs = Math.min(this.#leastAheadMs, this.#aheadMs);
    this.#world.note('store', `its clock is set ${byMs < 0 ? 'back' : 'forward'} by ${Math.abs(byMs)} ms`);
  }

  /** How many texts it held at a time. */
  entriesAt(atMs: number): number {
    const past = [...this.streams.values()].flatMap((stream) => stream.past);
    return past.filter(({ addedAtMs, removedAtMs, fields }) => {
      return addedAtMs <= atMs && removedAtMs > atMs && fields[3] !== undefined;
    }).length;
  }

  stream(key: string): StreamLog | undefined {
    return this.streams.get(key);
  }

  /** The stream of a key, which exists from now on. */
  openStream(key: string): StreamLog {
    const stream = this.streams.get(key) ?? new StreamLog();
    this.streams.set(key, stream);
    return stream;
  }

  openHash(key: string): Hash {
    const hash = this.hashes.get(key) ?? new Hash();
    this.hashes.set(key, hash);
    return hash;
  }

  /** Everything is lost. The replication id stays, as after FLUSHALL. */
  flush(): void {
    for (const stream of this.streams.values()) stream.clear(this.nowMs);
    for (const hash of this.hashes.values()) hash.clear(this.nowMs);
    this.hasLost = true;
    this.#world.note('store', 'is flushed');
    this.changed();
  }

  /** A replica takes over, which has not got the last writes. `cuts`: connections are closed. */
  failOver(cuts: boolean): void {
    this.#goBack(this.lagMs, `a replica takes over, ${this.lagMs} ms behind`);
    if (cuts) this.cut();
  }

  /** The store restarts from a snapshot of this age. */
  restart(byMs: number): void {
    this.#goBack(byMs, `starts again as it was ${byMs} ms ago`);
    this.cut();
  }

  cut(): void {
    for (const close of [...this.closers]) close();
  }

  setMode(mode: StoreMode, delayMs = 0): void {
    this.mode = mode;
    this.delayMs = delayMs;
    this.#world.note(
      'store',
      mode === 'well' ? 'is well again' : `${mode}${mode === 'slow' ? ` by ${delayMs} ms` : ''}`,
    );
    this.onMode();
    if (mode === 'down') this.cut();
    if (mode !== 'hangs') this.wake();
  }

  changed(): void {
    this.offset += 1;
    this.onChange();
    this.wake();
  }

  wake(): void {
    for (const waker of [...this.wakers]) waker();
  }

  #goBack(byMs: number, what: string): void {
    const atMs = this.nowMs - byMs;
    for (const stream of this.streams.values()) stream.restore(atMs, this.nowMs);
    for (const hash of this.hashes.values()) hash.restore(atMs, this.nowMs);
    this.replicationId = this.#newId();
    this.hasLost = true;
    this.#world.note('store', what);
    this.changed();
  }

  #newId(): string {
    return Array.from({ length: 40 }, () => this.#random.below(16).toString(16)).join('');
  }
}
