// Statement 29: an event is handled once, except as docs/webhooks.md says under "Repeats".
import type { StoreCall } from '../../world/key-value-store.ts';
import type { World } from '../../world/world.ts';
import { type Delivery, isLate, isOfEvent, leaseOf, markOf, storeTimeoutMs, waitedMs } from './delivery.ts';
import type { WebhookPlan } from './plan.ts';

/** Decides whether a handler may be called. Keeps the deliveries of each event that have called it. */
export class Once {
  readonly #world: World;
  readonly #leaseMs: number;
  readonly #keepMs: number;
  readonly #handled: Map<string, Delivery[]> = new Map();

  constructor(world: World, { leaseSeconds, rememberSeconds }: WebhookPlan) {
    this.#world = world;
    this.#leaseMs = leaseSeconds * 1000;
    this.#keepMs = rememberSeconds * 1000;
  }

  /** Deliveries of an event whose handler was called. */
  of(id: string): readonly Delivery[] {
    return this.#handled.get(id) ?? [];
  }

  /** Checks that a delivery may call its handler now. With a store that all processes share. */
  checkShared(delivery: Delivery): void {
    const problem =
      this.#unguarded(delivery) ??
      this.of(delivery.message.id)
        .map((earlier) => this.#twice(delivery, earlier))
        .find((text) => text !== undefined);
    if (problem !== undefined) this.#world.violate(29, `delivery ${delivery.number} is handled ${problem}`);
    this.#add(delivery);
  }

  /** The same for a receiver with `store: 'memory'`. */
  checkMemory(delivery: Delivery): void {
    const { process, receiver } = delivery;
    for (const earlier of this.of(delivery.message.id)) {
      const { handling } = earlier;
      if (earlier.process !== process || earlier.receiver !== receiver || handling?.outcome === 'threw') continue;
      const isGuarded =
        handling?.outcome === 'done'
          ? process.wallMs < handling.endedWallMs + this.#keepMs
          : process.steadyMs - steadyAtBegin(earlier) < this.#leaseMs;
      if (isGuarded) {
        this.#world.violate(29, `delivery ${delivery.number} is handled although delivery ${earlier.number} has it`);
      }
    }
    this.#add(delivery);
  }

  /** A write or a deletion has reached the store: it may end the guard of other deliveries of the event. */
  onDone(by: Delivery, call: StoreCall, all: readonly Delivery[]): void {
    if (call.operation === 'get' || !isOfEvent(call) || call.isFalse) return;
    for (const other of all) {
      if (other === by) continue;
      // The mark of a delivery takes the place of the leases and marks of others.
      const isExcused =
        call === markOf(by) ||
        isLate(call) ||
        (call.operation === 'set' ? this.#hasMissed(by, other) : hasSeenItsOwn(by));
      if (isExcused) other.voidAtMs = this.#world.nowMs;
    }
  }

  /** Why a delivery may not be handled, and its event not be announced: it does not hold the lease. */
  problemOfLease(delivery: Delivery): string | undefined {
    return this.#unguarded(delivery);
  }

  #add(delivery: Delivery): void {
    const { id } = delivery.message;
    const known = this.#handled.get(id);
    if (known === undefined) this.#handled.set(id, [delivery]);
    else known.push(delivery);
  }

  // The handler may be called only if the store has confirmed the lease, and nothing has contradicted this since.
  #unguarded(delivery: Delivery): string | undefined {
    const lease = leaseOf(delivery);
    if (lease === undefined) return 'without a lease';
    const { process } = delivery;
    const passedMs = Math.max(process.wallMs - lease.calledWallMs, process.steadyMs - lease.calledSteadyMs);
    if (passedMs > this.#leaseMs / 2) return 'although more than half of its lease is over';
    const { calls } = delivery;
    if (
      !calls.slice(calls.indexOf(lease)).some((call) => call.operation === 'get' && call.found?.writtenBy === lease)
    ) {
      return 'although the store has not confirmed the lease';
    }
    for (const call of calls) {
      if (waitedMs(call) > storeTimeoutMs + 1) return 'although the store took more than three seconds';
      if (call.isGarbled) return 'although the store returned something else';
      const by = call.found?.writtenBy;
      if (by === undefined || !isOfEvent(call) || by.purpose === delivery) continue;
      if (isLive(call)) return 'although the store said that another delivery has it';
    }
    return undefined;
  }

  #twice(delivery: Delivery, earlier: Delivery): string | undefined {
    const { process } = delivery;
    const lease = leaseOf(earlier);
    if (lease === undefined) return undefined;
    if (
      earlier.process === process &&
      earlier.settledAtMs === undefined &&
      process.steadyMs - lease.calledSteadyMs < this.#leaseMs
    ) {
      return `while delivery ${earlier.number} handles it in the same process`;
    }
    if (this.#hasMissed(delivery, earlier)) return undefined;
    return `although delivery ${earlier.number} ${earlier.handling?.outcome === 'done' ? 'has handled it' : 'handles it'}`;
  }

  /** Whether a delivery could not know of an earlier one: two lookups said so, or one that told the truth. */
  #hasMissed(delivery: Delivery, earlier: Delivery): boolean {
    const lease = leaseOf(delivery);
    const lookups = delivery.calls.filter((call) => call.operation === 'get' && isOfEvent(call));
    const before =
      lease === undefined
        ? lookups
        : lookups.slice(0, lookups.filter((call) => isBefore(call, lease, delivery)).length);
    const answered = before.filter((call) => call.answeredAtMs !== undefined && !call.hasFailed);
    const truths = answered.filter((call) => !call.isFalse);
    // A wrong answer excuses the delivery only if another read found the entry at that time. Otherwise the failure was visible.
    const lies = answered.filter((call) => call.isFalse && hasCompany(call, delivery));
    if (lies.length >= 2) return true;
    if (truths.length > 0) {
      return !truths.some((call) => this.#guards(earlier, call.doneAtMs ?? 0, call.answeredWallMs ?? 0));
    }
    return !this.#guards(earlier, this.#world.nowMs, delivery.process.wallMs);
  }

  /** Whether the store must show a delivery to one that looks at this time, and reads the answer at this time of its clock. */
  #guards(delivery: Delivery, atMs: number, wallMs: number): boolean {
    const { handling, notedAtMs, voidAtMs } = delivery;
    if (handling === undefined || (handling.outcome === 'threw' && (handling.endedAtMs ?? 0) <= atMs)) return false;
    const mark = markOf(delivery);
    const isMarked =
      (notedAtMs ?? Number.POSITIVE_INFINITY) <= atMs || (mark?.doneAtMs ?? Number.POSITIVE_INFINITY) < atMs;
    if (isMarked && handling.endedAtMs !== undefined) {
      if ((mark?.doneAtMs ?? 0) <= voidAtMs) return false;
      return wallMs < handling.endedWallMs + this.#keepMs && atMs < handling.endedAtMs + this.#keepMs;
    }
    const lease = leaseOf(delivery);
    // In the same millisecond, the look may have come first.
    if (lease?.doneAtMs === undefined || lease.doneAtMs >= atMs || lease.doneAtMs <= voidAtMs) return false;
    return wallMs < lease.calledWallMs + this.#leaseMs && atMs < lease.doneAtMs + this.#leaseMs;
  }
}

/** Whether the entry that a read was answered with was still valid for its reader. */
export function isLive({ found, answeredWallMs = 0 }: StoreCall): boolean {
  if (found === undefined) return false;
  return answeredWallMs < found.writtenBy.calledWallMs + (found.writtenBy.ttlMs ?? Number.POSITIVE_INFINITY);
}

function hasCompany(call: StoreCall, { calls }: Delivery): boolean {
  return calls.some(
    (other) => other.calledAtMs === call.calledAtMs && other.key !== call.key && other.found !== undefined,
  );
}

function isBefore(call: StoreCall, lease: StoreCall, { calls }: Delivery): boolean {
  return calls.indexOf(call) < calls.indexOf(lease);
}

/** Whether the last read of a delivery has shown it its own entry. */
function hasSeenItsOwn(delivery: Delivery): boolean {
  const last = delivery.calls.findLast(
    (call) => call.operation === 'get' && isOfEvent(call) && call.answeredAtMs !== undefined,
  );
  return last?.found?.writtenBy.purpose === delivery;
}

function steadyAtBegin({ handling, process, announcements: [announcement] }: Delivery): number {
  if (announcement !== undefined) return announcement.begunSteadyMs;
  return handling === undefined ? process.steadyMs : handling.beganSteadyMs;
}
