import type { RevocationRecord } from '@torii/revocation';
import type { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import { recoveryMs, writeBackMs } from './bounds.ts';
import type { Node } from './node.ts';
import { canBeConfirmed, isTimeless, type RevocationsPlan } from './plan.ts';
import type { StoreFacts } from './store-facts.ts';
import { type Subject, subjectName } from './subjects.ts';

/** What `retentionSeconds` is at least, without the lifetime of tokens. */
const retentionSeconds = 1_500;
/** How far the clock of a store may jump ahead. */
const marginSeconds = 900;

interface CheckedParts {
  readonly world: World;
  readonly plan: RevocationsPlan;
  readonly store: StreamStore;
  readonly facts: StoreFacts;
}

/** What the store and the nodes hold some time after everything went well again. */
export class StoreChecks {
  readonly #parts: CheckedParts;
  /** When an operator removed single messages of a bucket. */
  readonly #removals: number[] = [];

  constructor(parts: CheckedParts) {
    this.#parts = parts;
  }

  noteRemoval(): void {
    this.#removals.push(this.#parts.world.nowMs);
  }

  /** The store holds everything that the node knows. */
  checkStore(node: Node): void {
    if (node.process.isDead || node.isClosed || node.server.isReplica || node.compactedBefore > 0) return;
    const { nowMs } = this.#parts.world;
    for (const { subject, before, untilMs, learnedAtMs } of node.learned.values()) {
      if (untilMs <= nowMs + 1_000 || learnedAtMs > nowMs - writeBackMs) continue;
      // Both the clock of the process and the clock of the store may be ahead.
      const storeMs = isTimeless(this.#parts.plan) ? node.process.wallMs : this.#parts.store.wallMs;
      const presentMs = Math.min(node.process.wallMs, storeMs) + 10_000;
      if ((before + this.#parts.plan.maxTokenSeconds + 600) * 1000 < presentMs) continue;
      if (this.#isRemovalHidden(node)) continue;
      if (this.#parts.facts.holds(subject, before) || this.#parts.facts.isTooFarAhead({ subject, before })) continue;
      this.#parts.world.violate(
        43,
        `${node.process.name} knows that "${subject}" is revoked, and has not written it back`,
      );
    }
    const { status, pending } = node.revocations.health();
    if (status !== 'current')
      this.#parts.world.violate(42, `${node.process.name} is "${status}", although nothing disturbs it`);
    // Replicas that are too far behind confirm nothing.
    if (pending > 0 && node.announcing === 0 && canBeConfirmed(this.#parts.plan))
      this.#parts.world.violate(44, `${node.process.name} still has ${pending} revocations to announce`);
  }

  /** A message that is removed is not noticed if another one is written between two checks. */
  #isRemovalHidden(node: Node): boolean {
    const written = [...this.#parts.store.streams.values()].flatMap(({ past }) =>
      past.map(({ addedAtMs }) => addedAtMs),
    );
    return this.#removals.some((atMs) => {
      return written.some((ms) => ms >= atMs - 2 * node.silenceMs - 5_000 && ms <= atMs + recoveryMs(node));
    });
  }

  /** Statement 43: entries are kept for longer than they are needed, by as much as a clock may jump ahead. */
  checkTrim(beforeMs: number): void {
    const keptMs = (this.#parts.plan.maxTokenSeconds + retentionSeconds + marginSeconds) * 1_000;
    // The writer has read the clock some time before, and it may have been set back since.
    const youngMs = beforeMs + keptMs - this.#parts.store.highestMs;
    if (youngMs > 0)
      this.#parts.world.violate(43, `The stream is trimmed by an entry that is ${youngMs} ms too young for that`);
  }

  /** Statement 36: entries that are over are forgotten. */
  checkMemory(node: Node): void {
    const presentS = Math.min(node.process.wallMs, this.#parts.store.wallMs) / 1000;
    const keptSeconds = this.#parts.plan.maxTokenSeconds + 600;
    // Each read of everything brings an entry again, until the store need not keep it.
    const hasReadAgain = node.resetAtMs > this.#parts.world.nowMs - (keptSeconds + 180) * 1_000;
    const isReadAgain =
      this.#parts.plan.feed.kind === 'poll' || (this.#parts.plan.feed.kind === 'nats' && hasReadAgain);
    const lifeSeconds = isReadAgain ? 2 * keptSeconds + 900 : keptSeconds;
    const old = node.list()?.find(({ issuedBefore }) => Date.parse(issuedBefore) / 1000 + lifeSeconds + 180 < presentS);
    if (old !== undefined)
      this.#parts.world.violate(
        36,
        `${node.process.name} still holds "${subjectName(nameable(old))}", which is long over`,
      );
  }
}

function nameable({ kind, id, organizationId }: RevocationRecord): Subject {
  return { kind, ...(id !== null && { id }), ...(organizationId !== undefined && { organizationId }) };
}
