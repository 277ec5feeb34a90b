import { connectionError } from './network.ts';
import { firstRepeatMs, longestRepeatMs, Pipe, type PipeState } from './pipe.ts';
import type { Random } from './random.ts';
import { type Blocked, execute, type Reply } from './stream-commands.ts';
import type { StreamStore } from './stream-store.ts';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

/** How long ioredis waits for a connection by default. */
const connectMs = 10_000;

/** The callbacks by which a connection reports to the process. */
export interface WireEvents {
  onOpen(): void;
  onReply(reply: Reply): void;
  /** Called once, as the last callback. */
  onClosed(error: Error): void;
}

/**
 * A connection of a process to the store. Commands and replies keep their order. On a link that loses everything, they arrive
 * when it is open again. Or the connection is forgotten meanwhile: then it looks open until the process sends something.
 */
export class StoreWire {
  readonly #world: World;
  readonly #store: StreamStore;
  readonly #process: VirtualProcess;
  readonly #events: WireEvents;
  readonly #random: Random;
  readonly #there: Pipe;
  readonly #back: Pipe;
  /** Commands that have arrived and were not carried out. */
  readonly #arrived: (readonly string[])[] = [];
  #isBusy = false;
  /** A router on the way may forget a connection on which packets are lost. */
  readonly #canBeForgotten: boolean;
  #isForgotten = false;
  #hasServerLeft = false;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  /** Ends the wait of a blocked command. */
  #stopWaiting: () => void = () => {};

  constructor(world: World, store: StreamStore, process: VirtualProcess, number: number, events: WireEvents) {
    [this.#world, this.#store, this.#process, this.#events] = [world, store, process, events];
    this.#random = world.random.fork(`wire ${process.name} ${number} ${store.origin}`);
    this.#canBeForgotten = this.#random.chance(50);
    const broken = (): void => this.#break();
    const pipe = (direction: 'there' | 'back'): Pipe =>
      new Pipe(world, this.#random, () => this.#stateOf(direction), broken);
    [this.#there, this.#back] = [pipe('there'), pipe('back')];
    this.#connect();
  }

  send(args: readonly string[]): void {
    if (this.#state !== 'open') throw new Error('The wire is not open.');
    if (this.#hasServerLeft) this.#reset(firstRepeatMs);
    else this.#there.push(() => this.#arrive(args));
  }

  /** The server answers that it does not know the connection. */
  #reset(repeatMs: number): void {
    this.#world.schedule.after(repeatMs, () => {
      if (this.#linkIs('open')) this.#end(connectionError('read ECONNRESET', 'ECONNRESET'));
      else if (this.#state === 'open') this.#reset(Math.min(2 * repeatMs, longestRepeatMs));
    });
  }

  /** The process closes it. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#there.push(() => this.#leaveServer());
  }

  #connect(triedMs = 0): void {
    const isRefused = (): boolean => this.#linkIs('refused') || this.#store.mode === 'down';
    const ms = this.#random.between(2, 30);
    this.#world.schedule.after(ms, () => {
      if (this.#state !== 'opening') return;
      if (isRefused()) return this.#end(connectionError('connect ECONNREFUSED 10.0.0.3:6379', 'ECONNREFUSED'));
      if (!this.#linkIs('open') || this.#store.mode === 'hangs') {
        // The kernel repeats its SYN.
        if (triedMs >= connectMs) return this.#end(connectionError('connect ETIMEDOUT', 'ETIMEDOUT'));
        this.#world.schedule.after(1_000, () => this.#connect(triedMs + 1_000));
        return;
      }
      this.#store.closers.add(this.#cut);
      this.#process.deliver(() => {
        if (this.#state !== 'opening') return;
        this.#state = 'open';
        this.#events.onOpen();
      });
    });
  }

  #linkIs(link: string): boolean {
    return this.#world.network.linkOf(this.#process, this.#store.origin) === link;
  }

  #stateOf(direction: 'there' | 'back'): PipeState {
    const link = this.#world.network.linkOf(this.#process, this.#store.origin);
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
    this.#back.push(() => this.#end(connectionError('read ECONNRESET', 'ECONNRESET')));
  };

  #break(): void {
    this.#leaveServer();
    this.#end(connectionError('read ECONNRESET', 'ECONNRESET'));
  }

  /** The server forgets the connection. */
  #leaveServer(): void {
    this.#hasServerLeft = true;
    this.#store.closers.delete(this.#cut);
    this.#arrived.length = 0;
    this.#stopWaiting();
    this.#there.close();
  }

  #end(error: Error): void {
    this.#process.deliver(() => {
      if (this.#state === 'closed') return;
      this.#state = 'closed';
      this.#events.onClosed(error);
    });
  }

  #arrive(args: readonly string[]): void {
    this.#arrived.push(args);
    this.#work();
  }

  #work(): void {
    // A loop, because many commands may have come while the store hung.
    while (!this.#isBusy) {
      const args = this.#arrived.shift();
      if (args === undefined) return;
      this.#isBusy = true;
      const { mode, delayMs } = this.#store;
      if (mode === 'hangs') this.#waitFor(isAwake(this.#store), Number.POSITIVE_INFINITY, () => this.#goOn(args));
      else if (mode === 'slow') this.#world.schedule.after(delayMs, () => this.#goOn(args));
      else this.#carryOut(args);
    }
  }

  #goOn(args: readonly string[]): void {
    this.#carryOut(args);
    this.#work();
  }

  #carryOut(args: readonly string[]): void {
    if (this.#process.isDead && !writesToStore(args)) return;
    const reply = execute(this.#store, args);
    if (!isBlocked(reply)) {
      this.#reply(reply);
      return;
    }
    let found: Reply | undefined;
    const look = (): boolean => {
      if (this.#store.mode === 'hangs') return false;
      found = reply.again();
      return found !== undefined;
    };
    this.#waitFor(look, reply.untilMs, () => {
      this.#reply(found ?? reply.onTimeout());
      this.#work();
    });
  }

  /** Waits until a condition holds after a change of the store, or until a time. */
  #waitFor(holds: () => boolean, untilMs: number, then: () => void): void {
    const stop = (): void => {
      this.#store.wakers.delete(wake);
      timer?.cancel();
      this.#stopWaiting = () => {};
    };
    const wake = (): void => {
      if (!holds()) return;
      stop();
      then();
    };
    const onTime = (): void => {
      stop();
      // A store that was stopped looks at its clock when it goes on.
      if (this.#store.mode === 'hangs') this.#waitFor(isAwake(this.#store), Number.POSITIVE_INFINITY, then);
      else then();
    };
    const timer = Number.isFinite(untilMs) ? this.#world.schedule.at(untilMs, onTime) : undefined;
    this.#store.wakers.add(wake);
    this.#stopWaiting = stop;
  }

  #reply(reply: Reply): void {
    this.#isBusy = false;
    this.#back.push(() =>
      this.#process.deliver(() => {
        if (this.#state === 'open') this.#events.onReply(reply);
      }),
    );
  }
}

function isAwake(store: StreamStore): () => boolean {
  return () => store.mode !== 'hangs';
}

/** What was sent before a crash still arrives. */
function writesToStore([name = '']: readonly string[]): boolean {
  return name.toUpperCase() === 'XADD' || name.toUpperCase() === 'SET';
}

function isBlocked(reply: Reply | Blocked): reply is Blocked {
  return typeof reply === 'object' && reply !== null && 'untilMs' in reply;
}
