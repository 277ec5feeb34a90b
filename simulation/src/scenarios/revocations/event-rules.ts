import type { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import { startMs } from './bounds.ts';
import type { Judge } from './judge.ts';
import type { Node } from './node.ts';
import type { RevocationsPlan } from './plan.ts';
import type { Sockets } from './sockets.ts';
import type { StoreFacts } from './store-facts.ts';
import { subjectName } from './subjects.ts';
import { epochS } from './tokens.ts';
import type { Traffic } from './traffic.ts';

interface EventParts {
  readonly world: World;
  readonly plan: RevocationsPlan;
  readonly store: StreamStore;
  readonly facts: StoreFacts;
  readonly judge: Judge;
  readonly traffic: Traffic;
  readonly sockets: Sockets;
}

/** What the events of a node say must be true, and what must be reported is. */
export class EventRules {
  readonly #parts: EventParts;

  constructor(parts: EventParts) {
    this.#parts = parts;
  }

  hear(node: Node, event: Node['events'][number]): void {
    const { cause, error, ...rest } = event as Readonly<Record<string, unknown>>;
    const text = JSON.stringify(rest);
    const all = `${text} ${String(cause)} ${String(Object(cause)['cause'])} ${String(error)}`;
    if (all.includes('eyJhbGciOi'))
      this.#parts.world.violate(44, `${node.process.name}: a token in the event ${event.type}`);
    const { durationMs, ...stable } = rest;
    this.#parts.world.note(
      node.process.name,
      `event ${JSON.stringify(stable)}${cause === undefined ? '' : `: ${String(cause)}`}`,
    );
    if (event.type === 'feed_stale') {
      node.isStale = true;
      this.#parts.sockets.judgeAllStale(node);
    }
    if (event.type === 'feed_current') {
      this.#checkReady(node);
      // The last entries of a long stream come some milliseconds later.
      if (this.#parts.plan.history > 0)
        this.#parts.traffic.probe(`snapshot of ${node.process.name} ${this.#parts.world.nowMs}`, 0);
    }
    if (event.type === 'feed_recovered') node.isStale = false;
    if (event.type === 'feed_reset') {
      this.#judgeReset(node);
      node.resetAtMs = this.#parts.world.nowMs;
    }
    if (event.type === 'entries_compacted') {
      this.#hearCompaction(node, Math.floor(Date.parse(event.issuedBefore) / 1000));
    }
    if (event.type === 'feed_refused')
      this.#parts.world.violate(42, `${node.process.name} refuses the feed: ${String(error)}`);
  }

  /** A node that finds an empty store tells that all may be lost. */
  expectReset(node: Node): void {
    if (this.#parts.plan.feed.kind === 'redis' || this.#parts.store.entriesAt(this.#parts.world.nowMs) > 0) return;
    const entries = this.#parts.facts.count;
    this.#parts.world.schedule.after(startMs, () => {
      const isSure =
        node.calm.sinceMs <= node.startedAtMs && !node.process.isDead && this.#parts.facts.count === entries;
      if (!isSure || node.resetAtMs > Number.NEGATIVE_INFINITY) return;
      this.#parts.world.violate(43, `${node.process.name} does not report that the store is empty`);
    });
  }

  /** Operators are told of lost data only if it is true. */
  #judgeReset(node: Node): void {
    if (this.#parts.plan.feed.kind === 'redis' || this.#parts.store.hasLost) return;
    // Of two slow reads, the one that began later may be answered with what was there earlier.
    if (this.#parts.plan.feed.kind === 'poll' && !this.#parts.judge.isCurrent(node)) return;
    const isFirst = node.resetAtMs === Number.NEGATIVE_INFINITY;
    if (isFirst && this.#parts.store.entriesAt(node.startedAtMs) === 0) return;
    this.#parts.world.violate(43, `${node.process.name} reports that the store has lost data, and it has not`);
  }

  #checkReady(node: Node): void {
    this.#parts.world.schedule.after(0, () =>
      node.process.deliver(() => {
        if (!node.isReady)
          this.#parts.world.violate(42, `${node.process.name} has its first snapshot, and ready() still waits`);
      }),
    );
  }

  /** The older half of the entries becomes one: the younger half is still there. */
  #hearCompaction(node: Node, before: number): void {
    node.compactedBefore = Math.max(node.compactedBefore, before);
    this.#parts.facts.allow({ subject: subjectName({ kind: 'environment' }), before });
    const left = node.list()?.length ?? 0;
    if (left + this.#parts.facts.countAt(before) >= this.#parts.plan.maxEntries / 2) return;
    this.#parts.world.violate(43, `${node.process.name} keeps ${left} entries in a compaction at ${before - epochS}`);
  }
}
