import { type LastingFault, LastingFaults } from './lasting-faults.ts';
import { connectionError } from './network.ts';
import type { Random } from './random.ts';
import { foreignValues, type StoreFault } from './store-fault.ts';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

/** One call of a store, from the process that makes it to its answer. */
export interface StoreCall {
  readonly process: VirtualProcess;
  readonly operation: 'get' | 'set' | 'delete';
  readonly key: string;
  readonly ttlMs: number | undefined;
  /** For what the process made the call: see `clientOf`. */
  readonly purpose: unknown;
  readonly calledAtMs: number;
  /** The clocks of the process when it made the call. */
  readonly calledWallMs: number;
  readonly calledSteadyMs: number;
  /** When the store carried it out. `undefined` if it has not, or only pretended to write. */
  doneAtMs: number | undefined;
  answeredAtMs: number | undefined;
  answeredWallMs: number | undefined;
  answeredSteadyMs: number | undefined;
  /** The entry that a read was answered with. */
  found: StoredEntry | undefined;
  /** Whether the answer was wrong. */
  isFalse: boolean;
  hasFailed: boolean;
  /** A read was answered with a value that was never written. */
  isGarbled: boolean;
}

export interface StoredEntry {
  readonly text: string;
  readonly expiresAtMs: number;
  readonly writtenBy: StoreCall;
}

export interface StoreObserver {
  onCalled?(call: StoreCall): void;
  /** A fault that this call alone meets, besides those of the store. */
  faultOf?(call: StoreCall): LastingFault | undefined;
  onDone?(call: StoreCall): void;
  onAnswered?(call: StoreCall): void;
  /** An entry was lost, or an older one came back, without a call. */
  onChanged?(key: string): void;
}

/** The interface of the store that the product uses. */
export interface StoreClient {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttlMs?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

interface Change {
  readonly atMs: number;
  readonly key: string;
  readonly before: StoredEntry | undefined;
}

/** A key-value store with TTLs and without transactions, such as a Redis behind Keyv, reached over the network. */
export class KeyValueStore {
  readonly origin: string;
  readonly #world: World;
  readonly #observer: StoreObserver;
  readonly #entries: Map<string, StoredEntry> = new Map();
  readonly #changes: Change[] = [];
  readonly #faults: LastingFaults = new LastingFaults();
  #frozenUntilMs = 0;

  constructor(world: World, origin: string, observer: StoreObserver = {}) {
    this.#world = world;
    this.origin = origin;
    this.#observer = observer;
  }

  /** `purposeOf` is asked at each call: what the observer shall know about its caller. */
  clientOf(process: VirtualProcess, purposeOf: () => unknown = () => undefined): StoreClient {
    const call = (operation: StoreCall['operation'], key: string, ttlMs?: number): StoreCall => ({
      process,
      operation,
      key,
      ttlMs,
      purpose: purposeOf(),
      calledAtMs: this.#world.nowMs,
      calledWallMs: process.wallMs,
      calledSteadyMs: process.steadyMs,
      doneAtMs: undefined,
      answeredAtMs: undefined,
      answeredWallMs: undefined,
      answeredSteadyMs: undefined,
      found: undefined,
      isFalse: false,
      hasFailed: false,
      isGarbled: false,
    });
    return {
      get: (key) => this.#send(call('get', key), undefined),
      set: (key, value, ttlMs) => this.#send(call('set', key, ttlMs), JSON.stringify(value)),
      delete: (key) => this.#send(call('delete', key), undefined),
    };
  }

  /** Schedules faults. */
  suffer(faults: readonly StoreFault[]): void {
    for (const [index, fault] of faults.entries()) {
      const random = this.#world.random.fork(`fault ${index} of ${this.origin}`);
      this.#world.schedule.at(fault.atMs, () => this.#begin(fault, random));
    }
  }

  /** What the store holds, as an operator sees it. */
  peek(key: string): StoredEntry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAtMs > this.#world.nowMs ? entry : undefined;
  }

  #begin(fault: StoreFault, random: Random): void {
    const { forMs = 0 } = fault as Partial<LastingFault>;
    this.#world.note('store', `${textOf(fault)}${forMs > 0 ? `, for ${forMs} ms` : ''}`);
    if (fault.kind === 'flush') {
      for (const key of [...this.#entries.keys()]) this.#lose(key, undefined);
    } else if (fault.kind === 'rolls back') {
      const toMs = this.#world.nowMs - fault.byMs;
      this.#undoWhile(({ atMs }) => atMs > toMs);
    } else if (fault.kind === 'loses its last writes') this.#undoWhile((_last, undone) => undone < fault.count);
    else {
      if (fault.kind === 'freezes')
        this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#world.nowMs + fault.forMs);
      const end = this.#faults.begin(fault, random);
      this.#world.schedule.after(fault.forMs, () => {
        end();
        this.#world.note('store', `${textOf(fault)}: over`);
      });
    }
  }

  #send(call: StoreCall, text: string | undefined): Promise<unknown> {
    const { process } = call;
    let [beforeMs, afterMs] = [0, 0];
    const others: LastingFault[] = [];
    for (const fault of this.#faults.meeting(call.operation)) {
      if (fault.kind === 'slow') [beforeMs, afterMs] = [beforeMs + fault.beforeMs, afterMs + fault.afterMs];
      else others.push(fault);
    }
    this.#observer.onCalled?.(call);
    const own = this.#observer.faultOf?.(call);
    if (own !== undefined) others.push(own);
    const frozenMs = (): number => Math.max(0, this.#frozenUntilMs - this.#world.nowMs);
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void): void => {
        call.answeredAtMs = this.#world.nowMs;
        call.answeredWallMs = process.wallMs;
        call.answeredSteadyMs = process.steadyMs;
        this.#observer.onAnswered?.(call);
        settle();
      };
      const send = (): void => {
        const work = (): unknown => this.#carryOut(call, text, others);
        this.#world.network.call(process, this.origin, work, afterMs, frozenMs).then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => {
            call.hasFailed = true;
            answer(() => reject(error));
          },
        );
      };
      if (beforeMs === 0) send();
      else this.#world.schedule.after(beforeMs, () => process.deliver(send));
    });
  }

  #carryOut(call: StoreCall, text: string | undefined, faults: readonly LastingFault[]): unknown {
    const failure = faults.find((fault) => fault.kind === 'fails');
    if (failure !== undefined && !failure.isDone) throw connectionError('READONLY or LOADING', 'ESTORE');
    const isHidden = faults.some((fault) => fault.kind === 'hides');
    if (isHidden) {
      call.isFalse = call.operation !== 'get' || this.peek(call.key) !== undefined;
      if (call.operation === 'get') call.doneAtMs = this.#world.nowMs;
    }
    const value = isHidden ? undefined : this.#done(call, text, faults);
    this.#observer.onDone?.(call);
    if (failure !== undefined) throw connectionError('Socket closed unexpectedly', 'ECONNRESET');
    return value;
  }

  #done(call: StoreCall, text: string | undefined, faults: readonly LastingFault[]): unknown {
    const { nowMs } = this.#world;
    const { key } = call;
    call.doneAtMs = nowMs;
    if (call.operation === 'delete') return this.#replace(key, undefined);
    if (text !== undefined) {
      this.#write(call, text, faults);
      return true;
    }
    const garbling = faults.find((fault) => fault.kind === 'garbles');
    if (garbling !== undefined) {
      call.isFalse = true;
      call.isGarbled = true;
      return foreignValues[garbling.as];
    }
    const lag = faults.find((fault) => fault.kind === 'lags');
    const entry = lag === undefined ? this.peek(key) : this.#entryAt(key, nowMs - lag.byMs);
    call.found = entry;
    call.isFalse = entry !== this.peek(key);
    return entry === undefined ? undefined : JSON.parse(entry.text);
  }

  #write(call: StoreCall, text: string, faults: readonly LastingFault[]): void {
    const { nowMs } = this.#world;
    const { key, ttlMs = Number.POSITIVE_INFINITY } = call;
    const early = faults.find((fault) => fault.kind === 'expires early');
    const isIgnored = faults.some((fault) => fault.kind === 'ignores TTLs');
    const lifeMs = isIgnored ? Number.POSITIVE_INFINITY : (ttlMs * (early?.percent ?? 100)) / 100;
    const entry = { text, expiresAtMs: nowMs + lifeMs, writtenBy: call };
    this.#replace(key, entry);
    if (early === undefined || lifeMs >= ttlMs) return;
    this.#world.schedule.at(entry.expiresAtMs, () => {
      if (this.#entries.get(key) === entry) this.#lose(key, undefined);
    });
  }

  #replace(key: string, entry: StoredEntry | undefined): boolean {
    const before = this.#entries.get(key);
    this.#changes.push({ atMs: this.#world.nowMs, key, before });
    if (entry === undefined) this.#entries.delete(key);
    else this.#entries.set(key, entry);
    return before !== undefined;
  }

  #lose(key: string, entry: StoredEntry | undefined): void {
    this.#replace(key, entry);
    this.#observer.onChanged?.(key);
  }

  #entryAt(key: string, atMs: number): StoredEntry | undefined {
    const next = this.#changes.find((change) => change.key === key && change.atMs > atMs);
    const entry = next === undefined ? this.#entries.get(key) : next.before;
    return entry !== undefined && entry.expiresAtMs > atMs ? entry : undefined;
  }

  #undoWhile(isUndone: (last: Change, undone: number) => boolean): void {
    const keys = new Set<string>();
    let undone = 0;
    for (let last = this.#changes.at(-1); last !== undefined && isUndone(last, undone); last = this.#changes.at(-1)) {
      undone += 1;
      this.#changes.pop();
      keys.add(last.key);
      if (last.before === undefined) this.#entries.delete(last.key);
      else this.#entries.set(last.key, last.before);
    }
    if (undone > 0) this.#world.note('store', `${undone} changes are undone`);
    for (const key of [...keys].sort()) this.#observer.onChanged?.(key);
  }
}

function textOf({ kind, ...rest }: StoreFault): string {
  const details = Object.entries(rest).filter(([name]) => name !== 'atMs' && name !== 'forMs' && name !== 'most');
  return [kind, ...details.map(([name, value]) => `${name} ${JSON.stringify(value)}`)].join(', ');
}
