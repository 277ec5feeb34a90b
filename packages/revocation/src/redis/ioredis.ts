import type { Link, Send } from './link.ts';

/** The part of ioredis that the feed uses. */
export interface IoredisClient {
  readonly status: string;
  call(command: string, args: string[]): Promise<unknown>;
  duplicate(): object;
}

interface OwnClient extends IoredisClient {
  connect(): Promise<unknown>;
  disconnect(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

interface Duplicable extends IoredisClient {
  duplicate(options?: object): OwnClient;
}

interface DuplicableCluster {
  duplicate(nodes: readonly object[], options: object): OwnClient;
}

// The feed connects again by itself, with a new client: after a pause of the process, the old socket may be dead, which
// ioredis notices late. `undefined` switches off time limits that would end a blocking command.
const options = {
  lazyConnect: true,
  retryStrategy: () => null,
  reconnectOnError: null,
  enableReadyCheck: false,
  enableAutoPipelining: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  monitor: false,
  commandTimeout: undefined,
  socketTimeout: undefined,
  disconnectTimeout: 100,
  blockingTimeout: undefined,
};

export function isIoredis(value: unknown): value is IoredisClient {
  const { call, duplicate, status } = fieldsOf(value);
  return typeof call === 'function' && typeof duplicate === 'function' && typeof status === 'string';
}

export function isIoredisCluster(value: unknown): value is IoredisClient {
  return isIoredis(value) && fieldsOf(value)['isCluster'] === true;
}

export function sendToIoredis(client: IoredisClient): Send {
  return async ([command = '', ...args]) => client.call(command, args);
}

export function openIoredis(client: IoredisClient): Link {
  return linkTo((client as Duplicable).duplicate(options));
}

export function openIoredisCluster(client: IoredisClient): Link {
  const { lazyConnect, ...redisOptions } = options;
  const cluster = { lazyConnect, redisOptions, clusterRetryStrategy: () => null, scaleReads: 'master' };
  return linkTo((client as unknown as DuplicableCluster).duplicate([], cluster));
}

function linkTo(own: OwnClient): Link {
  let problem: unknown;
  // ioredis rejects with "Connection is closed.". The reason is only in the event.
  own.on('error', (error) => {
    problem = error;
  });
  const send = sendToIoredis(own);
  return {
    async connect() {
      await own.connect().catch(explain);
    },
    send: (args) => send(args).catch(explain),
    close: () => own.disconnect(),
  };

  function explain(error: unknown): never {
    throw String(fieldsOf(error)['message']).startsWith('Connection is closed') ? (problem ?? error) : error;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
}
