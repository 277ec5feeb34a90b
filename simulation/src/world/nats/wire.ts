import { firstRepeatMs, longestRepeatMs, Pipe, type PipeState } from '../pipe.ts';
import type { Random } from '../random.ts';
import type { VirtualProcess } from '../virtual-process.ts';
import type { World } from '../world.ts';
import { ApiError, type ApiRequest, type BucketServer, type Delivery } from './bucket-server.ts';

export type WireRequest = ApiRequest | { readonly op: 'ping' } | { readonly op: 'listen'; readonly name: string };

/** `no responders`: nothing listens to the subject. `forbidden`: the login may not publish to it. */
export type WireAnswer = { readonly value: unknown } | { readonly error: ApiError } | 'no responders' | 'forbidden';

/** Called in the process. */
export interface WireEvents {
  onOpen(): void;
  onAnswer(id: number, answer: WireAnswer): void;
  onDeliveries(name: string, deliveries: readonly Delivery[]): void;
  /** Called once, as the last callback. */
  onClosed(): void;
}

/** A connection of a process to NATS. What is sent keeps its order, in each direction. */
export class NatsWire {
  readonly #world: World;
  readonly #server: BucketServer;
  readonly #process: VirtualProcess;
  readonly #random: Random;
  readonly #events: WireEvents;
  readonly #there: Pipe;
  readonly #back: Pipe;
  readonly #arrived: { readonly id: number; readonly request: WireRequest }[] = [];
  readonly #sends: ((deliveries: readonly Delivery[]) => void)[] = [];
  #isBusy = false;
  #hasServerLeft = false;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  /** A router on the way may forget a connection on which packets are lost. */
  readonly #canBeForgotten: boolean;
  #isForgotten = false;

  constructor(world: World, server: BucketServer, process: VirtualProcess, random: Random, events: WireEvents) {
    [this.#world, this.#server, this.#process, this.#random] = [world, server, process, random];
    this.#events = events;
    this.#canBeForgotten = random.chance(50);
    const pipe = (direction: 'there' | 'back'): Pipe =>
      new Pipe(
        world,
        random,
        () => this.#stateOf(direction),
        () => this.#break(),
      );
    [this.#there, this.#back] = [pipe('there'), pipe('back')];
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  send(id: number, request: WireRequest): void {
    if (this.#hasServerLeft) this.#reset(firstRepeatMs);
    else this.#there.push(() => this.#arrive(id, request));
  }

  /** The process closes it. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#there.push(() => this.#leaveServer());
    this.#events.onClosed();
  }

  #connect(): void {
    const { store } = this.#server;
    this.#world.schedule.after(this.#random.between(2, 30), () => {
      if (this.#state !== 'opening') return;
      if (this.#linkIs('refused') || store.mode === 'down') return this.#end();
      if (!this.#linkIs('open') || store.mode === 'hangs') {
        // The kernel repeats its SYN.
        this.#world.schedule.after(1_000, () => this.#connect());
        return;
      }
      store.closers.add(this.#cut);
      store.wakers.add(this.#work);
      this.#process.deliver(() => {
        if (this.#state !== 'opening') return;
        this.#state = 'open';
        this.#events.onOpen();
      });
    });
  }

  #linkIs(link: string): boolean {
    return this.#world.network.linkOf(this.#process, this.#server.store.origin) === link;
  }

  #stateOf(direction: 'there' | 'back'): PipeState {
    const link = this.#world.network.linkOf(this.#process, this.#server.store.origin);
    if (link === 'refused') return 'broken';
    if (link === 'lost' || (link === 'answers lost' && direction === 'back')) {
      this.#isForgotten ||= this.#canBeForgotten;
      return 'lost';
    }
    if (!this.#isForgotten) return 'open';
    return direction === 'there' ? 'broken' : 'lost';
  }

  readonly #cut = (): void => {
    this.#leaveServer();
    this.#back.push(() => this.#end());
  };

  #break(): void {
    this.#leaveServer();
    this.#end();
  }

  /** The server answers that it does not know the connection. */
  #reset(repeatMs: number): void {
    this.#world.schedule.after(repeatMs, () => {
      if (this.#linkIs('open')) this.#end();
      else if (this.#state === 'open') this.#reset(Math.min(2 * repeatMs, longestRepeatMs));
    });
  }

  #leaveServer(): void {
    const { store } = this.#server;
    this.#hasServerLeft = true;
    store.closers.delete(this.#cut);
    store.wakers.delete(this.#work);
    this.#arrived.length = 0;
    for (const send of this.#sends) this.#server.leave(send);
    this.#there.close();
  }

  #end(): void {
    this.#process.deliver(() => {
      if (this.#state === 'closed') return;
      this.#state = 'closed';
      this.#events.onClosed();
    });
  }

  #arrive(id: number, request: WireRequest): void {
    this.#arrived.push({ id, request });
    this.#work();
  }

  /** Carries requests out, one after the other, if the server runs. */
  readonly #work = (): void => {
    const { store } = this.#server;
    while (!this.#isBusy && store.mode !== 'hangs') {
      const next = this.#arrived.shift();
      if (next === undefined) return;
      const waitMs = store.mode === 'slow' && next.request.op !== 'ping' ? store.delayMs : 0;
      if (waitMs === 0) this.#carryOut(next.id, next.request);
      else {
        this.#isBusy = true;
        this.#world.schedule.after(waitMs, () => {
          this.#isBusy = false;
          if (this.#hasServerLeft) return;
          this.#carryOut(next.id, next.request);
          this.#work();
        });
      }
    }
  };

  #carryOut(id: number, request: WireRequest): void {
    // What was sent before a crash still arrives.
    if (this.#process.isDead && request.op !== 'publish') return;
    if (request.op === 'listen') {
      const send = (deliveries: readonly Delivery[]): void => {
        this.#later(() => this.#events.onDeliveries(request.name, deliveries));
      };
      this.#sends.push(send);
      this.#server.listen(request.name, send);
      return;
    }
    const answer = this.#answer(request);
    this.#back.push(() => this.#deliver(() => this.#events.onAnswer(id, answer)));
  }

  #answer(request: Exclude<WireRequest, { readonly op: 'listen' }>): WireAnswer {
    const { mode } = this.#server.store;
    if (request.op === 'ping') return { value: 'pong' };
    if (mode === 'noauth') return 'forbidden';
    if (mode === 'loading') return 'no responders';
    const isWrite = request.op === 'publish' || request.op === 'create stream';
    if (mode === 'readonly' && isWrite) return { error: new ApiError(10_077, 'maximum bytes exceeded') };
    if (mode === 'oom' && (isWrite || request.op === 'create consumer'))
      return { error: new ApiError(10_047, 'insufficient storage resources available') };
    try {
      const value = this.#server.answer(request, this.#process);
      return value === undefined ? 'no responders' : { value };
    } catch (error) {
      if (error instanceof ApiError) return { error };
      throw error;
    }
  }

  /** Messages of a slow server come late, and keep their order with those that follow. */
  #later(run: () => void): void {
    const { mode, delayMs } = this.#server.store;
    if (mode !== 'slow') this.#back.push(() => this.#deliver(run));
    else this.#world.schedule.after(delayMs, () => this.#back.push(() => this.#deliver(run)));
  }

  #deliver(run: () => void): void {
    this.#process.deliver(() => {
      if (this.#state === 'open') run();
    });
  }
}
