// Statements 40, 43 and 44, and docs/webhooks.md, "Revoke tokens".
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Result } from './answers.ts';
import { type Announcement, type Delivery, leaseOf } from './delivery.ts';
import type { Once } from './once.ts';
import type { WebhookPlan } from './plan.ts';
import type { EventState } from './run.ts';
import { type Expected, expectedOf, momentOf } from './story.ts';

/** docs/webhooks.md: an event is announced within ten seconds, and within half of its lease, or not at all. */
export const announceTimeoutMs = 10_000;

/** Checks which revocations the receivers announce, and when. */
export class Announcements {
  readonly #world: World;
  readonly #plan: WebhookPlan;
  readonly #once: Once;

  constructor(world: World, plan: WebhookPlan, once: Once) {
    [this.#world, this.#plan, this.#once] = [world, plan, once];
  }

  /** A receiver announces a revocation. */
  begin(delivery: Delivery, event: EventState | undefined, announcement: Announcement): void {
    const { flaws, message, isBroken } = delivery;
    this.#world.note(delivery.process.name, `announces ${announcement.userId} in delivery ${delivery.number}`);
    const expected = this.#expected(event);
    if (event === undefined || flaws.length > 0 || isBroken) this.#violate(43, delivery, 'must be refused');
    else if (expected?.userId !== announcement.userId) this.#violate(43, delivery, `does not revoke this user`);
    else {
      const atMs = momentOf(event.createdMs, Number(message.timestamp) * 1000);
      if (announcement.atMs > atMs) this.#violate(43, delivery, 'is about an earlier moment');
      else if (announcement.atMs !== atMs) this.#violate(40, delivery, 'is about a later moment');
    }
    if (this.#plan.store === 'shared') {
      const problem = this.#once.problemOfLease(delivery);
      if (problem !== undefined) this.#violate(43, delivery, `may not be handled: ${problem}`);
    }
    delivery.announcements.push(announcement);
  }

  /** The handler is called. */
  checkHandling(delivery: Delivery, event: EventState): void {
    const expected = this.#expected(event);
    if (expected?.userId === undefined || delivery.announcements.some(({ outcome }) => outcome === 'accepted')) return;
    this.#world.violate(44, `delivery ${delivery.number} is handled, but ${expected.userId} was not announced`);
  }

  /** A delivery is answered. */
  check(delivery: Delivery, event: EventState | undefined, result: Result): void {
    const { announcements, notAnnounced, handling, number, process, calls } = delivery;
    const why = handling === undefined ? undefined : this.#expected(event)?.why;
    if (notAnnounced.join() !== (why ?? '')) {
      this.#world.violate(
        44,
        `delivery ${number} reports as not announced: "${notAnnounced.join()}" instead of "${why ?? ''}"`,
      );
    }
    const [announcement] = announcements;
    const isUnavailable =
      !('thrown' in result) && 'error' in result.body && result.body.error.reason === 'revocations_unavailable';
    if (announcement === undefined || !isUnavailable) {
      if (isUnavailable) this.#world.violate(44, `delivery ${number} is refused, but nothing was announced`);
      else if (announcement !== undefined && handling === undefined)
        this.#world.violate(44, `delivery ${number} is announced, but neither handled nor refused for that`);
      return;
    }
    const limitMs = this.#limitMsOf(delivery, announcement);
    const hasFailed = announcements.some(({ outcome }) => outcome === 'failed');
    if (!hasFailed && passedMs(process, announcement) < limitMs - 1)
      this.#world.violate(44, `delivery ${number} is refused, although the announcement has not failed`);
    const endedMs = calls[announcement.callsBefore]?.calledAtMs ?? this.#world.nowMs;
    const tookMs = endedMs - Math.max(announcement.begunAtMs, process.thawedAtMs);
    if (tookMs > limitMs * 1.001 + 2) this.#world.violate(44, `delivery ${number} was announced for ${tookMs} ms`);
  }

  #expected(event: EventState | undefined): Expected | undefined {
    return event === undefined ? undefined : expectedOf(event.story, event.event, this.#plan);
  }

  #limitMsOf(delivery: Delivery, { begunWallMs, begunSteadyMs }: Announcement): number {
    if (this.#plan.store === 'none') return announceTimeoutMs;
    const lease = leaseOf(delivery);
    const before =
      lease === undefined ? 0 : Math.max(begunWallMs - lease.calledWallMs, begunSteadyMs - lease.calledSteadyMs);
    return Math.min(announceTimeoutMs, this.#plan.leaseSeconds * 500 - before);
  }

  #violate(statement: number, { number }: Delivery, problem: string): void {
    this.#world.violate(statement, `delivery ${number} is announced, but ${problem}`);
  }
}

function passedMs({ wallMs, steadyMs }: VirtualProcess, { begunWallMs, begunSteadyMs }: Announcement): number {
  return Math.max(wallMs - begunWallMs, steadyMs - begunSteadyMs);
}
