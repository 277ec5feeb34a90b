// What docs/webhooks.md says under "Responses": 200 only for what was handled, 503 only with a reason, 400 only for what is wrong.
import type { WebhookAnswer } from '@torii/core/webhooks';
import type { World } from '../../world/world.ts';
import { announceTimeoutMs } from './announcements.ts';
import { type Delivery, isLate, isOfEvent, leaseOf, storeTimeoutMs } from './delivery.ts';
import { isLive } from './once.ts';
import type { WebhookPlan } from './plan.ts';

/** A claim, a mark and a release, each written, read back, and looked up twice, with the receiver's own entry. */
const maxCalls = 24;

export type Result = WebhookAnswer | { readonly thrown: unknown };

export class Answers {
  readonly #world: World;
  readonly #leaseMs: number;
  readonly #keepMs: number;
  readonly #isShared: boolean;
  /** Good deliveries by the id of their event. */
  readonly #all: Map<string, Delivery[]> = new Map();

  constructor(world: World, { leaseSeconds, rememberSeconds, store }: WebhookPlan) {
    this.#world = world;
    this.#leaseMs = leaseSeconds * 1000;
    this.#keepMs = rememberSeconds * 1000;
    this.#isShared = store === 'shared';
  }

  of(id: string): readonly Delivery[] {
    return this.#all.get(id) ?? [];
  }

  add(delivery: Delivery): void {
    const { id } = delivery.message;
    const known = this.#all.get(id);
    if (known === undefined) this.#all.set(id, [delivery]);
    else known.push(delivery);
  }

  check(delivery: Delivery, result: Result): void {
    const problem = this.#problemOf(delivery, result) ?? this.#delayOf(delivery);
    if (problem === undefined) return;
    const [statement, text] = problem;
    this.#world.violate(statement, `delivery ${delivery.number}, answered with ${textOf(result)}: ${text}`);
  }

  #problemOf(delivery: Delivery, result: Result): readonly [number, string] | undefined {
    const { handling, flaws, isBroken, told } = delivery;
    const isGood = flaws.length === 0 && !isBroken;
    if ('thrown' in result) {
      if (handling?.outcome !== 'threw') return [29, `the handler has not failed: ${String(result.thrown)}`];
      const { error } = handling;
      const isPassedOn = 'status' in Object(error) ? isWrapped(result.thrown, error) : result.thrown === error;
      if (!isPassedOn) return [29, `not with the error of the handler, but ${String(result.thrown)}`];
      return told.join() === 'failed' ? undefined : [29, `the listener was told: ${told.join()}`];
    }
    const { status, headers, body } = result;
    if ('status' in body) {
      if (status !== 200) return [29, 'the status does not match'];
      if (!isGood) return [29, `it must be refused: ${flaws.join()}`];
      if (body.status === 'repeated') {
        if (told.join() !== 'repeated') return [29, `the listener was told: ${told.join()}`];
        const isTrue = this.of(delivery.message.id).some((other) => other.handling?.outcome === 'done');
        return isTrue && handling === undefined ? undefined : [29, 'the event was never handled'];
      }
      if (handling?.outcome !== 'done') return [29, 'the handler has not finished'];
      if (told.join() === 'handled') return undefined;
      if (told.join() !== 'not_noted') return [29, `the listener was told: ${told.join()}`];
      return this.#isShared && this.#mayMissNote(delivery) ? undefined : [38, 'the store could record it'];
    }
    const { reason } = body.error;
    if (handling !== undefined) return [29, 'the handler was called'];
    if (told.join() !== 'refused') return [29, `the listener was told: ${told.join()}`];
    if (status !== 503) {
      if (isBroken && reason === 'payload_incomplete') return undefined;
      if (status !== (reason === 'payload_too_large' ? 413 : 400)) return [29, 'the status does not match'];
      return flaws.includes(reason)
        ? undefined
        : [29, isGood ? 'it is good' : `it must be refused with ${flaws.join()}`];
    }
    if (!isGood) return [29, `it must be refused with ${flaws.join()}`];
    const waitSeconds = Number(headers['Retry-After']);
    if (!(waitSeconds >= 1 && waitSeconds <= 60)) return [29, 'without a Retry-After of at most a minute'];
    if (reason === 'revocations_unavailable') return undefined;
    if (reason === 'in_progress') return this.#mayWait(delivery) ? undefined : [29, 'no other delivery handles it'];
    return this.#isShared && this.#mayBeUnavailable(delivery) ? undefined : [38, 'the store does not fail'];
  }

  /** Whether another delivery was handling the event, or seemed to. */
  #mayWait(delivery: Delivery): boolean {
    const { process, receiver, message, calls } = delivery;
    for (const other of this.of(message.id)) {
      if (other === delivery || other.process !== process) continue;
      if (!this.#isShared && this.#isInMemory(other, receiver)) return true;
      if (other.settledAtMs !== undefined || (!this.#isShared && other.receiver !== receiver)) continue;
      const [announcement] = other.announcements;
      const since =
        (leaseOf(other) ?? other.calls[0])?.calledSteadyMs ??
        announcement?.begunSteadyMs ??
        other.handling?.beganSteadyMs;
      if (since !== undefined && process.steadyMs - since < this.#leaseMs) return true;
    }
    const [first] = calls;
    if (first !== undefined && process.steadyMs - first.calledSteadyMs >= this.#leaseMs) return true;
    const lease = leaseOf(delivery);
    return calls.some((call) => {
      if (call.operation !== 'get' || !isOfEvent(call)) return false;
      if (call.isFalse) return true;
      const by = call.found?.writtenBy;
      const owner = by?.purpose as Delivery | undefined;
      if (by === undefined || owner === undefined || owner === delivery || !isLive(call)) return false;
      const isHandled = by !== leaseOf(owner);
      if (isHandled) return lease !== undefined && calls.indexOf(call) > calls.indexOf(lease);
      // A finished delivery leaves no lease in the store, unless the store failed.
      const wasOver = owner.settledAtMs !== undefined && owner.settledAtMs <= (call.doneAtMs ?? 0);
      // A process does not delete a lease that is over by its clock. The lease then ends by the clocks of the other processes.
      const wasExpired = owner.settledWallMs >= by.calledWallMs + this.#leaseMs;
      return (
        !wasOver || wasExpired || owner.isTroubled || owner.calls.some(isLate) || owner.voidAtMs >= (by.doneAtMs ?? 0)
      );
    });
  }

  /** Whether `store: 'memory'` may hold the lease of a delivery. It lasts by the wall clock, which may have been set back. */
  #isInMemory(
    { receiver, handling, announcements, process, settledAtMs, settledWallMs }: Delivery,
    by: object,
  ): boolean {
    const beganWallMs = announcements[0]?.begunWallMs ?? handling?.beganWallMs;
    if (receiver !== by || beganWallMs === undefined || handling?.outcome === 'done') return false;
    const untilMs = beganWallMs + this.#leaseMs;
    // A lease that was already over is not deleted when the handler fails.
    return process.wallMs < untilMs && (settledAtMs === undefined || settledWallMs >= untilMs);
  }

  #mayBeUnavailable(delivery: Delivery): boolean {
    if (delivery.isTroubled || delivery.isOvertaken || delivery.calls.some(isLate)) return true;
    const [first] = delivery.calls;
    // The receiver's own entry is remembered for as long as an event. If the store takes longer, it seems to be lost.
    if (first !== undefined && delivery.process.wallMs - first.calledWallMs >= this.#keepMs) return true;
    const lease = leaseOf(delivery);
    if (lease === undefined) return false;
    const confirmed = delivery.calls[delivery.calls.indexOf(lease) + 1];
    const { answeredWallMs = 0, answeredSteadyMs = 0 } = confirmed ?? {};
    return Math.max(answeredWallMs - lease.calledWallMs, answeredSteadyMs - lease.calledSteadyMs) > this.#leaseMs / 2;
  }

  #mayMissNote(delivery: Delivery): boolean {
    if (delivery.isTroubled || delivery.isOvertaken || delivery.calls.some(isLate)) return true;
    return delivery.process.wallMs - (delivery.handling?.endedWallMs ?? 0) >= this.#keepMs;
  }

  /** The receiver may wait for its body, its announcement, its handler, and three seconds for each call of the store. */
  #delayOf({
    process,
    calls,
    handling,
    beganAtMs,
    bodyMs,
    announcements,
  }: Delivery): readonly [number, string] | undefined {
    if (calls.length > maxCalls) return [38, `it called the store ${calls.length} times`];
    const { nowMs } = this.#world;
    const handledMs = handling === undefined ? 0 : (handling.endedAtMs ?? nowMs) - handling.beganAtMs;
    const announcedMs = announcements.length === 0 ? 0 : announceTimeoutMs * 1.001 + 1;
    const mostMs = bodyMs + handledMs + announcedMs + calls.length * (storeTimeoutMs + 1);
    const tookMs = nowMs - Math.max(beganAtMs, process.thawedAtMs);
    return tookMs > mostMs ? [38, `it took ${tookMs} ms, and may take ${mostMs}`] : undefined;
  }
}

/** A framework takes the status of its answer from the error: never that of the handler's error. */
function isWrapped(thrown: unknown, error: unknown): boolean {
  const { reason, cause, status = 500 }: Partial<Record<string, unknown>> = Object(thrown);
  return reason === 'handler_failed' && cause === error && Number(status) >= 500;
}

export function textOf(result: Result): string {
  if ('thrown' in result) return 'an error';
  const { status, body } = result;
  return `${status} ${'status' in body ? body.status : body.error.reason}`;
}
