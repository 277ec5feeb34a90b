import type { StreamEntry, StreamLog } from '../stream-log.ts';
import type { Hash, StreamStore } from '../stream-store.ts';

/** A request to JetStream, as the client library sends it. */
export type ApiRequest =
  | { readonly op: 'stream info'; readonly stream: string }
  | { readonly op: 'create stream'; readonly stream: string; readonly maxAgeMs: number }
  | { readonly op: 'last message'; readonly stream: string; readonly subject: string }
  | {
      readonly op: 'publish';
      readonly subject: string;
      readonly text: string;
      /** `DEL` writes a marker that the key was deleted. */
      readonly marker?: 'DEL' | 'PURGE';
      readonly expectedSequence?: number | undefined;
    }
  | {
      readonly op: 'create consumer';
      readonly stream: string;
      readonly name: string;
      readonly policy: 'all' | 'last' | 'new';
      readonly afterSequence?: number;
    }
  | { readonly op: 'consumer info'; readonly name: string }
  | { readonly op: 'delete consumer'; readonly name: string };

export interface StoredMessage {
  readonly seq: number;
  readonly subject: string;
  readonly text: string;
  readonly marker: string | undefined;
  readonly writtenMs: number;
}

export interface Delivery extends StoredMessage {
  /** Counts what was sent to the consumer. */
  readonly deliverySequence: number;
}

/** An error in an answer of JetStream. */
export class ApiError extends Error {
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

interface Consumer {
  readonly owner: object;
  readonly epoch: string;
  readonly createdMs: number;
  /** In virtual milliseconds. */
  readonly madeAtMs: number;
  position: number;
  delivered: number;
  /** Sends messages to the connection that listens. `undefined`: nothing listens. */
  send: ((deliveries: readonly Delivery[]) => void) | undefined;
  isStalled: boolean;
}

const logKey = 'bucket';
const maxBatch = 100;

/** A NATS server with JetStream, and one stream that holds a key-value bucket with a history of one. */
export class BucketServer {
  readonly store: StreamStore;
  readonly #consumers: Map<string, Consumer> = new Map();

  constructor(store: StreamStore) {
    this.store = store;
    store.openStream(logKey);
  }

  /** @throws ApiError as JetStream answers. `undefined`: nothing listens to the subject. */
  answer(request: ApiRequest, owner: object = request): unknown {
    this.#expire();
    if (request.op === 'create stream') return this.#create(request.stream, request.maxAgeMs);
    if (request.op === 'publish') return this.#publish(request);
    if ('stream' in request && request.stream !== this.#name) throw new ApiError(10_059, 'stream not found');
    switch (request.op) {
      case 'stream info':
        return this.#info();
      case 'last message': {
        // NATS 2.9 looks only at the last sequence, if the filter is `>`.
        const { seq } = this.#log.last;
        const last = this.#log.entries.findLast((entry) =>
          request.subject === '>' ? entry.seq === seq : matches(request.subject, subjectOf(entry)),
        );
        return last === undefined ? null : messageOf(last);
      }
      case 'create consumer':
        return this.#createConsumer(request, owner);
      case 'consumer info':
        return { created: isoOf(this.#consumer(request.name).createdMs) };
      case 'delete consumer':
        this.#consumer(request.name);
        this.#consumers.delete(request.name);
        return true;
    }
  }

  /** How many consumers it has that a process has created since a time. */
  consumersOf(owner: object, sinceMs: number): number {
    const own = [...this.#consumers.values()].filter((consumer) => consumer.owner === owner);
    return own.filter(({ epoch, madeAtMs }) => epoch === this.#epoch && madeAtMs >= sinceMs).length;
  }

  /** When it has created the newest consumer of a process. */
  newestConsumerMs(owner: object): number {
    return Math.max(
      0,
      ...[...this.#consumers.values()].filter((each) => each.owner === owner).map((each) => each.madeAtMs),
    );
  }

  get lastSequence(): number {
    return this.#log.last.seq;
  }

  /** A connection listens to the subject of a consumer. */
  listen(name: string, send: (deliveries: readonly Delivery[]) => void): void {
    const consumer = this.#consumers.get(name);
    if (consumer === undefined) return;
    consumer.send = send;
    this.#pump(consumer);
  }

  /** A connection is closed. */
  leave(send: (deliveries: readonly Delivery[]) => void): void {
    for (const consumer of this.#consumers.values()) if (consumer.send === send) consumer.send = undefined;
  }

  /** From now on, the consumers that exist get nothing, as without the permission for flow control. */
  stall(): void {
    for (const consumer of this.#consumers.values()) consumer.isStalled = true;
  }

  /** `nats stream rmm`: removes a message without a trace. */
  remove(isGone: (entry: StreamEntry) => boolean): void {
    this.#log.remove(isGone, this.store.nowMs);
    this.store.hasLost = true;
    this.store.changed();
  }

  get bucket(): string | undefined {
    return this.#name?.replace(/^KV_/, '');
  }

  messageAt(subject: string): StoredMessage | undefined {
    const entry = this.#log.entries.find((each) => subjectOf(each) === subject);
    return entry === undefined ? undefined : messageOf(entry);
  }

  get #log(): StreamLog {
    return this.store.openStream(logKey);
  }

  get #about(): Hash {
    return this.store.openHash(logKey);
  }

  get #name(): string | undefined {
    return this.#about.fields.get('name');
  }

  /** Consumers in memory do not survive a restart of the server, and those of a stream end with it. */
  get #epoch(): string {
    return `${this.store.replicationId} ${this.#about.fields.get('created')}`;
  }

  #create(stream: string, maxAgeMs: number): unknown {
    // The client library looks first whether it exists, and then changes nothing.
    if (this.#name !== undefined) return this.#info();
    const { nowMs } = this.store;
    this.#about.set('name', stream, nowMs);
    this.#about.set('maxAgeMs', String(maxAgeMs), nowMs);
    this.#about.set('created', `${isoOf(this.store.wallMs)} ${nowMs}`, nowMs);
    return this.#info();
  }

  #info(): unknown {
    const { entries, last } = this.#log;
    const [first] = entries;
    const maxAgeMs = Number(this.#about.fields.get('maxAgeMs'));
    return {
      created: this.#about.fields.get('created'),
      ts: isoOf(this.store.wallMs),
      config: { name: this.#name, max_age: maxAgeMs * 1_000_000, max_bytes: -1, max_msgs: -1, discard: 'new' },
      state: {
        messages: entries.length,
        // A stream that has never held a message has the first sequence 0.
        first_seq: first?.seq ?? (last.seq === 0 ? 0 : last.seq + 1),
        last_seq: last.seq,
        first_ts: first === undefined ? '0001-01-01T00:00:00Z' : isoOf(first.ms),
        last_ts: last.seq === 0 ? '0001-01-01T00:00:00Z' : isoOf(last.ms),
      },
    };
  }

  /** Returns `undefined` if no stream has the subject. */
  #publish({ subject, text, marker, expectedSequence }: Extract<ApiRequest, { readonly op: 'publish' }>): unknown {
    const bucket = this.bucket;
    if (bucket === undefined || !subject.startsWith(`$KV.${bucket}.`)) return undefined;
    const log = this.#log;
    const current = log.entries.find((entry) => subjectOf(entry) === subject);
    if (expectedSequence !== undefined && expectedSequence !== (current?.seq ?? 0)) {
      throw new ApiError(10_071, `wrong last sequence: ${current?.seq ?? 0}`);
    }
    const { nowMs, wallMs } = this.store;
    log.remove((entry) => entry === current, nowMs);
    const seq = log.last.seq + 1;
    log.add({ ms: wallMs, seq }, ['subject', subject, marker ?? 'PUT', text], nowMs);
    this.store.changed();
    for (const consumer of this.#consumers.values()) this.#pump(consumer);
    return { seq };
  }

  #createConsumer(
    { name, policy, afterSequence }: Extract<ApiRequest, { readonly op: 'create consumer' }>,
    owner: object,
  ): unknown {
    const { seq } = this.#log.last;
    const position = afterSequence ?? (policy === 'all' ? 0 : policy === 'last' ? seq - 1 : seq);
    const createdMs = this.store.wallMs;
    const state = { position, delivered: 0, send: undefined, isStalled: false };
    this.#consumers.set(name, { owner, epoch: this.#epoch, createdMs, madeAtMs: this.store.nowMs, ...state });
    return { created: isoOf(createdMs) };
  }

  #consumer(name: string): Consumer {
    const consumer = this.#consumers.get(name);
    if (consumer === undefined || consumer.epoch !== this.#epoch) throw new ApiError(10_014, 'consumer not found');
    return consumer;
  }

  #pump(consumer: Consumer): void {
    if (consumer.send === undefined || consumer.isStalled || consumer.epoch !== this.#epoch) return;
    const due = this.#log.entries.filter(({ seq }) => seq > consumer.position);
    for (let from = 0; from < due.length; from += maxBatch) {
      const batch = due.slice(from, from + maxBatch).map((entry) => {
        consumer.delivered += 1;
        consumer.position = entry.seq;
        return { ...messageOf(entry), deliverySequence: consumer.delivered };
      });
      consumer.send(batch);
    }
  }

  /** Messages reach their age by the clock of the server. */
  #expire(): void {
    const maxAgeMs = Number(this.#about.fields.get('maxAgeMs'));
    const { wallMs, nowMs } = this.store;
    this.#log.remove(({ ms }) => ms + maxAgeMs < wallMs, nowMs);
  }
}

function subjectOf({ fields }: StreamEntry): string {
  return fields[1] ?? '';
}

function messageOf(entry: StreamEntry): StoredMessage {
  const { seq, ms, fields } = entry;
  const [, subject = '', operation, text = ''] = fields;
  return { seq, subject, text, marker: operation === 'PUT' ? undefined : operation, writtenMs: ms };
}

function matches(filter: string, subject: string): boolean {
  return filter.endsWith('>') ? subject.startsWith(filter.slice(0, -1)) : filter === subject;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
