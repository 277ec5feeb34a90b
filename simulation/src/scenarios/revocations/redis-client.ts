import { StoreWire } from '../../world/store-wire.ts';
import type { Reply } from '../../world/stream-commands.ts';
import type { StreamStore } from '../../world/stream-store.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';

interface Command {
  readonly args: readonly string[];
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** A simulated ioredis client, which behaves as ioredis does with its default settings. */
export class RedisClient {
  readonly #place: Place;
  readonly #own: boolean;
  #wire: StoreWire | undefined;
  #isOpen = false;
  #isEnded = false;
  #failures = 0;
  /** Commands that were sent and have no answer yet. */
  #sent: Command[] = [];
  /** Commands that wait for a connection. */
  #queue: Command[] = [];
  #onError: (error: unknown) => void = () => {};
  #connecting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  /** `isOwn`: created by `duplicate`, with the settings of the feed: no second attempt to connect. */
  constructor(place: Place, isOwn = false) {
    [this.#place, this.#own] = [place, isOwn];
    if (isOwn) place.own?.add(this);
    else this.#open();
  }

  get status(): string {
    return this.#isEnded ? 'end' : this.#isOpen ? 'ready' : 'connecting';
  }

  call(command: string, args: readonly string[]): Promise<Reply> {
    this.#place.onAsk?.();
    return new Promise((resolve, reject) => {
      if (this.#isEnded) return reject(new Error('Connection is closed.'));
      const given = { args: [command, ...args], resolve, reject };
      if (this.#isOpen) this.#send(given);
      else this.#queue.push(given);
    });
  }

  duplicate(): RedisClient {
    return new RedisClient(this.#place, true);
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#connecting = { resolve, reject };
      this.#open();
    });
  }

  disconnect(): void {
    this.#wire?.close();
    this.#end(new Error('Connection is closed.'));
  }

  on(event: string, listener: (error: unknown) => void): this {
    if (event === 'error') this.#onError = listener;
    return this;
  }

  #open(): void {
    this.#place.onAsk?.();
    const {
      world,
      server: { store },
      process,
    } = this.#place;
    this.#place.wires += 1;
    this.#wire = new StoreWire(world, store, process, this.#place.wires, {
      onOpen: () => {
        this.#isOpen = true;
        this.#failures = 0;
        this.#connecting?.resolve();
        for (const command of [...this.#sent.splice(0), ...this.#queue.splice(0)]) this.#send(command);
      },
      onReply: (reply) => {
        const command = this.#sent.shift();
        if (reply instanceof Error) command?.reject(reply);
        else command?.resolve(reply);
      },
      onClosed: (error) => {
        if (this.#isEnded) return;
        this.#isOpen = false;
        this.#onError(error);
        if (this.#own) return this.#end(error);
        this.#retry();
      },
    });
  }

  #send(command: Command): void {
    this.#sent.push(command);
    this.#wire?.send(command.args);
  }

  #end(error: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#place.own?.delete(this);
    this.#isOpen = false;
    this.#connecting?.reject(new Error('Connection is closed.'));
    for (const { reject } of [...this.#sent.splice(0), ...this.#queue.splice(0)]) reject(error);
  }

  // After 20 attempts, the commands that wait are given up.
  #retry(): void {
    const { world, process } = this.#place;
    this.#failures += 1;
    if (this.#failures % 21 === 0) {
      const error = new Error('Reached the max retries per request limit (which is 20).');
      for (const { reject } of [...this.#sent.splice(0), ...this.#queue.splice(0)]) reject(error);
    }
    world.schedule.after(Math.min(this.#failures * 50, 2_000), () => {
      process.deliver(() => {
        if (!this.#isEnded) this.#open();
      });
    });
  }
}

export interface Place {
  readonly world: World;
  /** The server that a new connection reaches. */
  readonly server: { readonly store: StreamStore };
  readonly process: VirtualProcess;
  /** The clients of the feed that were not closed. */
  readonly own?: Set<RedisClient>;
  /** Called when a command is sent, or a connection is opened. */
  readonly onAsk?: () => void;
  /** How many connections were opened so far. */
  wires: number;
}
