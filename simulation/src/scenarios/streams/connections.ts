import type { KeyStore } from '@torii/streams';
import { connectionError } from '../../world/network.ts';
import type { Random } from '../../world/random.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Call } from './call.ts';
import type { Gateway } from './gateway.ts';
import type { Health } from './health.ts';
import type { StoreMode, Trap } from './plan.ts';
import { type Entry, noteBucket, type Store } from './store.ts';

export const storeOrigin = 'https://store.test';
export const gatewayOrigin = 'https://cable.test';
/** The time limit of a request, as in the NATS client. */
const storeTimeoutMs = 5_000;

export interface WriteJudge {
  wrote(call: Call, bucket: string, before: Entry | undefined, sentAtMs: number): void;
  /** The call asks the gateway for its key. */
  asks(call: Call): void;
}

/** The trap that a request of this process falls into. */
export type TrapFinder = (process: VirtualProcess) => Trap | undefined;

/** What a call of the product reaches the store and the gateway through. */
export class Connections {
  #storeMode: StoreMode | 'open' = 'open';
  /** What the store does when it goes on after a freeze. */
  #held: (() => void)[] = [];
  readonly #delays: Random;
  findTrap: TrapFinder = () => undefined;
  /** Called when a request reaches the gateway. */
  onReached: (process: VirtualProcess) => void = () => {};
  readonly #world: World;
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #health: Health;
  readonly #judge: WriteJudge;
  readonly #calls: Map<string, Call> = new Map();
  #requests = 0;

  constructor(world: World, store: Store, gateway: Gateway, health: Health, judge: WriteJudge) {
    this.#world = world;
    this.#store = store;
    this.#gateway = gateway;
    this.#health = health;
    this.#judge = judge;
    this.#delays = world.random.fork('delays of the store');
    world.network.addServer(gatewayOrigin, ({ headers, from }) => {
      this.onReached(from);
      const call = this.#calls.get(headers['x-call'] ?? '');
      const ask = call?.asks[Number(headers['x-ask'])];
      if (ask !== undefined) Object.assign(ask, { served: gateway.told, isSlow: gateway.mode === 'slow body' });
      return gateway.answer();
    });
  }

  get storeMode(): StoreMode | 'open' {
    return this.#storeMode;
  }

  setStoreMode(mode: StoreMode | 'open'): void {
    this.#storeMode = mode;
    const held = this.#held;
    this.#held = [];
    for (const send of held) send();
  }

  storeFor(call: Call): KeyStore {
    return {
      read: (bucket, key) =>
        this.#askStore(call, () => {
          if (call.firstReadAtMs === undefined) call.firstReadAtMs = this.#world.nowMs;
          if (bucket === noteBucket) call.noteReadAtMs = this.#world.nowMs;
          return this.#store.read(bucket, key);
        }),
      write: (bucket, key, value, lastRevision) => {
        const sentAtMs = this.#world.nowMs;
        return this.#askStore(call, () => {
          const before = bucket === noteBucket ? this.#store.note : this.#store.slot;
          const revision = this.#store.write(bucket, key, value, lastRevision);
          if (revision !== null) this.#judge.wrote(call, bucket, before, sentAtMs);
          return revision;
        });
      },
    };
  }

  fetchFor(call: Call): typeof globalThis.fetch {
    const { process } = call;
    const fetch = this.#world.network.fetchOf(process);
    this.#calls.set(String(call.id), call);
    return async (input, init) => {
      this.#judge.asks(call);
      const ask = call.ask('gateway', this.#world.nowMs);
      const headers = { 'x-call': String(call.id), 'x-ask': String(call.asks.length - 1) };
      const isLost = await this.#spring(process, () => {});
      const { mode } = this.#gateway;
      try {
        if (isLost) await this.#never(init?.signal);
        if (mode === 'untrusted') await this.#refuseCertificate(process);
        const answer = await fetch(input, { ...init, headers });
        ask.endedAtMs = this.#world.nowMs;
        call.lastServed = ask.served;
        return answer;
      } catch (error) {
        ask.endedAtMs = this.#world.nowMs;
        ask.failure = mode;
        throw error;
      }
    };
  }

  #askStore<T>(call: Call, work: () => T): Promise<T> {
    const { process } = call;
    const { schedule, network } = this.#world;
    const ask = call.ask('store', this.#world.nowMs);
    return new Promise((resolve, reject) => {
      const end = (failure: string | undefined, settle: () => void): void => {
        if (ask.endedAtMs !== undefined) return;
        ask.endedAtMs = this.#world.nowMs;
        ask.failure = failure;
        timer.cancel();
        settle();
      };
      const fail = (reason: 'store_unavailable' | 'store_refused' | 'bucket_unfit'): void => {
        const { ToriiStreamError } = process.product.streams;
        end(reason, () => reject(new ToriiStreamError(reason, `The store of the simulation: ${reason}.`)));
      };
      const timer = schedule.after(storeTimeoutMs, () => process.deliver(() => fail('store_unavailable')));
      const mode = this.#storeMode;
      this.#requests += 1;
      const isFailing = mode === 'down' || (mode === 'flaky' && this.#requests % 2 === 0);
      const send = (isAnswerLost: boolean): void => {
        if (mode === 'hangs') return;
        if (mode === 'freezes' && this.#storeMode === 'freezes') this.#held.push(() => request(isAnswerLost));
        else if (mode === 'uneven') schedule.after(this.#delays.below(3_000), () => request(isAnswerLost));
        else request(isAnswerLost);
      };
      const request = (isAnswerLost: boolean): void => {
        const answered = network.call(
          process,
          storeOrigin,
          () => {
            if (isFailing) throw connectionError('connect ECONNREFUSED 10.0.0.2:4222', 'ECONNREFUSED');
            if (mode === 'refuses' || mode === 'unfit') return null;
            return work();
          },
          mode === 'slow' ? 1_500 : 0,
        );
        answered.then(
          (value) => {
            if (isAnswerLost || mode === 'answers lost') return;
            if (mode === 'refuses') fail('store_refused');
            else if (mode === 'unfit') fail('bucket_unfit');
            else end(undefined, () => resolve(value as T));
          },
          (error: unknown) => {
            if (error instanceof Error && 'code' in error) fail('store_unavailable');
            else end('broken', () => reject(error));
          },
        );
      };
      void this.#spring(process, send);
    });
  }

  /** Sends a request, unless a trap waits for it. Returns whether it is lost. */
  #spring(process: VirtualProcess, send: (isAnswerLost: boolean) => void): Promise<boolean> {
    const trap = this.findTrap(process);
    const { schedule } = this.#world;
    if (trap === undefined) {
      send(false);
      return Promise.resolve(false);
    }
    this.#world.note(process.name, `meets a trap: ${trap.effect}`);
    if (trap.effect === 'none') {
      send(false);
      return Promise.resolve(false);
    }
    const [what, when] = trap.effect.split(' ');
    if (what === 'crash') {
      if (when === 'after') send(false);
      process.crash();
      return new Promise(() => {});
    }
    if (what === 'freeze') {
      const end = this.#health.begin(process.name);
      process.freeze({ stopsSteadyClock: false });
      schedule.after(trap.forMs, () => {
        process.thaw();
        end();
      });
    }
    if (what === 'request' || what === 'answer') this.#health.disturb(process.name, storeTimeoutMs);
    if (what === 'request') return Promise.resolve(true);
    return new Promise((resolve) => {
      const go = (): void => {
        send(what === 'answer');
        resolve(what === 'answer');
      };
      if (when === 'before') process.deliver(go);
      else go();
    });
  }

  async #refuseCertificate(process: VirtualProcess): Promise<never> {
    await new Promise<void>((resolve) => this.#world.schedule.after(20, () => process.deliver(resolve)));
    const cause = connectionError('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN');
    throw new TypeError('fetch failed', { cause });
  }

  #never(signal: AbortSignal | null | undefined): Promise<never> {
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  }
}
