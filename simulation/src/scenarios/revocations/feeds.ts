import type { RevocationFeed } from '@torii/revocation';
import { BucketServer } from '../../world/nats/bucket-server.ts';
import { NatsConnection } from '../../world/nats/connection.ts';
import type { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import { recoveryMs } from './bounds.ts';
import type { Node } from './node.ts';
import { pollOptions } from './poll/client.ts';
import { ReadRules } from './poll/read-rules.ts';
import { Table } from './poll/table.ts';
import { RedisClient } from './redis-client.ts';

/** How the nodes of a scene reach what carries the entries. */
export class StoreAccess {
  readonly world: World;
  readonly store: StreamStore;
  /** Only with `pollFeed`. */
  readonly table: Table | undefined;
  /** Only with NATS. */
  readonly server: BucketServer | undefined;

  constructor(world: World, store: StreamStore, kind: string) {
    [this.world, this.store] = [world, store];
    this.table = kind === 'poll' ? new Table(store) : undefined;
    this.server = kind === 'nats' ? new BucketServer(store) : undefined;
  }
}

/** The feed of a node, with its connection to the store. */
export function openFeed(node: Node, { world, store, table, server }: StoreAccess): RevocationFeed {
  const { process, plan } = node;
  const { feed } = plan;
  if (feed.kind === 'nats' && server !== undefined) {
    const random = world.random.fork(`nats ${process.name} ${world.processes.length}`);
    const connection = new NatsConnection({ world, server, process, random });
    // Each proof begins with a question for the state of the bucket.
    connection.onAsk = ({ op }) => {
      const askedAt = node.reading;
      return () => {
        if (op === 'stream info') node.noteAnswer(askedAt);
      };
    };
    let sinceMs = Number.POSITIVE_INFINITY;
    node.onClosing = () => {
      // In a disturbance, a request to delete an earlier consumer may have failed.
      if (node.calm.sinceMs <= node.startedAtMs) sinceMs = node.startedAtMs;
      else if (node.calm.ms >= recoveryMs(node)) sinceMs = server.newestConsumerMs(process);
    };
    node.judgeClosed = () => {
      if (server.consumersOf(process, sinceMs) > 0)
        world.violate(36, `${process.name} leaves a consumer on the server`);
    };
    return process.product.nats.natsFeed(connection as never, { timeoutMs: feed.timeoutMs });
  }
  if (feed.kind !== 'poll' || table === undefined) {
    const own: Set<RedisClient> = new Set();
    const onAsk = (): void => {
      node.askedAtMs = world.nowMs;
    };
    const client = new RedisClient({ world, server: node.server, process, own, onAsk, wires: 0 });
    node.judgeClosed = () => {
      if (own.size > 0) world.violate(36, `${process.name} leaves ${own.size} connections open`);
    };
    return process.product.redis.redisFeed(client as never, {
      ...(plan.waitsForReplicas > 0 && { waitForReplicas: { replicas: plan.waitsForReplicas, timeoutMs: 1_000 } }),
    });
  }
  const random = world.random.fork(`queries ${process.name} ${world.processes.length}`);
  const rules = new ReadRules(world, node, plan, feed);
  node.judgeClosed = () => rules.judgeClosed();
  const place = { world, store, process, random, heedsSignal: feed.heedsSignal };
  const polled = process.product.revocation.pollFeed(pollOptions(place, table, feed, rules));
  table.listeners.add(() => {
    if (process.isDead || world.network.linkOf(process, store.origin) !== 'open') return;
    world.schedule.after(random.between(1, 30), () =>
      process.deliver(() => {
        rules.noteNotification();
        polled.poll();
      }),
    );
  });
  return polled;
}
