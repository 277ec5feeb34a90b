import type { Delivery } from './bucket-server.ts';
import type { NatsConnection } from './connection.ts';
import { EventList } from './event-list.ts';

interface Message {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly info: { readonly streamSequence: number; readonly timestampNanos: number };
  readonly headers: { get(name: string): string } | undefined;
  string(): string;
}

interface ConsumeOptions {
  readonly callback: (message: Message) => void;
}

interface Messages {
  closed(): Promise<unknown>;
  close(): Promise<unknown>;
  status(): EventList<{ readonly type: string }>;
}

interface Made {
  readonly stream: string;
  readonly prefix: string;
  readonly info: unknown;
}

/** An ordered push consumer of the client library. If a message is missing, it is created again after the last one. */
export class PushConsumer {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  readonly #prefix: string;
  #info: unknown;
  #serial = 1;

  constructor(connection: NatsConnection, { stream, prefix, info }: Made) {
    [this.#connection, this.#stream, this.#prefix, this.#info] = [connection, stream, prefix, info];
  }

  async info(isCached = false): Promise<unknown> {
    if (!isCached) this.#info = await this.#connection.ask({ op: 'consumer info', name: this.#name });
    return this.#info;
  }

  delete(): Promise<unknown> {
    return this.#connection.ask({ op: 'delete consumer', name: this.#name });
  }

  async consume({ callback }: ConsumeOptions): Promise<Messages> {
    const connection = this.#connection;
    const statuses = new EventList<{ readonly type: string }>();
    const ended = Promise.withResolvers<unknown>();
    let isOver = false;
    let last = { delivery: 0, stream: 0 };
    const listen = (): void => {
      const name = this.#name;
      connection.listen(name, (deliveries) => {
        for (const delivery of deliveries) {
          if (isOver || name !== this.#name) return;
          if (delivery.deliverySequence !== last.delivery + 1) {
            restart();
            return;
          }
          last = { delivery: delivery.deliverySequence, stream: delivery.seq };
          callback(messageOf(delivery));
        }
      });
    };
    const restart = (): void => {
      connection.listeners.delete(this.#name);
      this.delete().catch(() => {});
      this.#serial += 1;
      last = { delivery: 0, stream: last.stream };
      const request = { op: 'create consumer', stream: this.#stream, name: this.#name, policy: 'all' } as const;
      connection.ask({ ...request, afterSequence: last.stream }).then(
        () => {
          if (isOver) return;
          statuses.push({ type: 'ordered_consumer_recreated' });
          listen();
        },
        () => {
          if (!isOver) statuses.push({ type: 'stream_not_found' });
        },
      );
    };
    listen();
    return {
      closed: () => ended.promise,
      close: () => {
        isOver = true;
        connection.listeners.delete(this.#name);
        statuses.stop();
        ended.resolve(undefined);
        return ended.promise;
      },
      status: () => statuses,
    };
  }

  get #name(): string {
    return `${this.#prefix}_${this.#serial}`;
  }
}

function messageOf({ subject, text, seq, writtenMs, marker }: Delivery): Message {
  return {
    subject,
    data: new Uint8Array(marker === undefined ? text.length : 0),
    info: { streamSequence: seq, timestampNanos: writtenMs * 1_000_000 },
    headers: marker === undefined ? undefined : { get: (name) => (name === 'KV-Operation' ? marker : '') },
    string: () => text,
  };
}
