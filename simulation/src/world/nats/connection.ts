import type { Random } from '../random.ts';
import type { VirtualProcess } from '../virtual-process.ts';
import type { World } from '../world.ts';
import type { ApiRequest, BucketServer, Delivery } from './bucket-server.ts';
import { EventList } from './event-list.ts';
import { NatsWire, type WireAnswer } from './wire.ts';

export interface Status {
  readonly type: 'disconnect' | 'reconnect';
}

interface Waiting {
  readonly request: ApiRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  isSent: boolean;
}

export interface NatsPlace {
  readonly world: World;
  readonly server: BucketServer;
  readonly process: VirtualProcess;
  readonly random: Random;
}

const reconnectMs = 2_000;
const reconnectJitterMs = 100;
const pingEveryMs = 10_000;
const maxPingOut = 2;

/** A connection of @nats-io/transport-node that never gives up, and sends a ping every 10 seconds. */
export class NatsConnection {
  readonly info: { readonly version: string } = { version: '2.12.0' };
  /** Called for each request. Returns what is called if it is answered. */
  onAsk: (request: ApiRequest) => () => void = () => () => {};
  /** Called with what arrives for a consumer. */
  readonly listeners: Map<string, (deliveries: readonly Delivery[]) => void> = new Map();
  readonly #place: NatsPlace;
  readonly #statuses: Set<EventList<Status>> = new Set();
  readonly #waiting: Map<number, Waiting> = new Map();
  #wire: NatsWire | undefined;
  #ids = 0;
  #hasConnected = false;
  #openedAtMs = 0;
  #pings = 0;

  constructor(place: NatsPlace) {
    this.#place = place;
    this.#open();
    this.#pingLater();
  }

  /** Sends a request to JetStream. Has no answer if the connection breaks meanwhile. */
  ask(request: ApiRequest): Promise<unknown> {
    const onAnswered = this.onAsk(request);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#ids += 1;
      const isSent = this.#wire?.isOpen === true;
      this.#waiting.set(this.#ids, { request, resolve, reject, isSent });
      if (isSent) this.#wire?.send(this.#ids, request);
    });
    answer.then(onAnswered, () => {});
    return answer;
  }

  listen(name: string, onDeliveries: (deliveries: readonly Delivery[]) => void): void {
    this.listeners.set(name, onDeliveries);
    if (this.#wire?.isOpen) this.#wire.send(0, { op: 'listen', name });
  }

  status(): EventList<Status> {
    const list = new EventList<Status>();
    this.#statuses.add(list);
    return list;
  }

  closed(): Promise<void> {
    return new Promise(() => {});
  }

  isClosed(): boolean {
    return false;
  }

  // The methods by which `natsFeed` recognizes a connection.
  request(): void {}
  subscribe(): void {}
  publish(): void {}

  #open(): void {
    const { world, server, process, random } = this.#place;
    this.#openedAtMs = world.nowMs;
    const wire = new NatsWire(world, server, process, random, {
      onOpen: () => this.#onOpen(wire),
      onAnswer: (id, answer) => this.#onAnswer(id, answer),
      onDeliveries: (name, deliveries) => this.listeners.get(name)?.(deliveries),
      onClosed: () => this.#onClosed(),
    });
    this.#wire = wire;
  }

  #onOpen(wire: NatsWire): void {
    this.#pings = 0;
    for (const name of this.listeners.keys()) wire.send(0, { op: 'listen', name });
    for (const [id, waiting] of this.#waiting) {
      if (waiting.isSent) this.#waiting.delete(id);
      else {
        waiting.isSent = true;
        wire.send(id, waiting.request);
      }
    }
    if (this.#hasConnected) this.#notify('reconnect');
    this.#hasConnected = true;
  }

  #onAnswer(id: number, answer: WireAnswer): void {
    this.#pings = 0;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (answer === 'no responders') waiting.reject(named('JetStreamNotEnabled', 'jetstream is not enabled'));
    else if (answer === 'forbidden') waiting.reject(named('PermissionViolationError', 'Permissions Violation'));
    else if ('error' in answer) {
      const { code, message } = answer.error;
      waiting.reject(Object.assign(named('JetStreamApiError', message), { code }));
    } else waiting.resolve(answer.value);
  }

  #onClosed(): void {
    const { world, process, random } = this.#place;
    if (this.#hasConnected) this.#notify('disconnect');
    // Waits only if the last attempt was not long ago.
    const atMs = this.#openedAtMs + reconnectMs + random.below(reconnectJitterMs);
    world.schedule.at(atMs, () => process.deliver(() => this.#open()));
  }

  #notify(type: Status['type']): void {
    for (const list of this.#statuses) list.push({ type });
  }

  #pingLater(): void {
    const { world, process } = this.#place;
    world.schedule.after(pingEveryMs, () => {
      if (process.isDead) return;
      // After a freeze, a timer fires once.
      process.deliver(() => {
        this.#ping();
        this.#pingLater();
      });
    });
  }

  #ping(): void {
    if (!this.#wire?.isOpen) return;
    if (this.#pings >= maxPingOut) {
      this.#wire.close();
      return;
    }
    this.#pings += 1;
    this.#wire.send(-1, { op: 'ping' });
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
