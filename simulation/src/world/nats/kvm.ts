import type { StoredMessage } from './bucket-server.ts';
import type { NatsConnection } from './connection.ts';
import { PushConsumer } from './push-consumer.ts';

interface CreateOptions {
  readonly ttl: number;
}

interface ConsumerOptions {
  readonly name_prefix: string;
  readonly deliver_policy: 'all' | 'last' | 'new';
}

interface Entry {
  readonly operation: string;
  readonly revision: number;
  string(): string;
}

interface Bucket {
  put(key: string, text: string, options?: { readonly previousSeq?: number }): Promise<number>;
  get(key: string): Promise<Entry | null>;
}

/** What `natsFeed` uses of @nats-io/kv. A test compares it with the library and a real server. */
export class Kvm {
  readonly js: {
    jetstreamManager(checkApi?: boolean): Promise<unknown>;
    readonly consumers: { getPushConsumer(stream: string, options: ConsumerOptions): Promise<PushConsumer> };
  };
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.js = {
      jetstreamManager: async () => ({
        streams: {
          info: (stream: string) => connection.ask({ op: 'stream info', stream }),
          getMessage: async (stream: string, { last_by_subj: subject }: { readonly last_by_subj: string }) =>
            connection.ask({ op: 'last message', stream, subject }),
        },
      }),
      consumers: {
        async getPushConsumer(stream, { name_prefix: prefix, deliver_policy: policy }) {
          const name = `${prefix}_1`;
          const info = await connection.ask({ op: 'create consumer', stream, name, policy });
          return new PushConsumer(connection, { stream, prefix, info });
        },
      },
    };
  }

  async create(name: string, { ttl }: CreateOptions): Promise<Bucket> {
    await this.#connection.ask({ op: 'create stream', stream: `KV_${name}`, maxAgeMs: ttl });
    return this.open(name);
  }

  async open(name: string): Promise<Bucket> {
    const connection = this.#connection;
    return {
      async put(key, text, { previousSeq: expectedSequence } = {}) {
        const subject = `$KV.${name}.${key}`;
        const { seq } = (await connection.ask({ op: 'publish', subject, text, expectedSequence })) as StoredMessage;
        return seq;
      },
      async get(key) {
        const subject = `$KV.${name}.${key}`;
        const found = await connection.ask({ op: 'last message', stream: `KV_${name}`, subject });
        if (found === null) return null;
        const { seq: revision, text, marker } = found as StoredMessage;
        return { operation: marker ?? 'PUT', revision, string: () => text };
      },
    };
  }
}
