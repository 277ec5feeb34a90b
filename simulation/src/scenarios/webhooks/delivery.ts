import type { StoreCall } from '../../world/key-value-store.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { Message, SecretName } from './message.ts';
import type { Lookups } from './plan.ts';

/** What the handler did with the event of a delivery. */
export interface Handling {
  readonly beganAtMs: number;
  readonly beganSteadyMs: number;
  readonly beganWallMs: number;
  endedAtMs: number | undefined;
  endedWallMs: number;
  outcome: 'done' | 'threw' | undefined;
  error: unknown;
}

/** A call of `revokeUser` on behalf of a delivery. */
export interface Announcement {
  readonly userId: string;
  readonly atMs: number;
  readonly begunAtMs: number;
  readonly begunWallMs: number;
  readonly begunSteadyMs: number;
  /** How many calls of the store came before it. */
  readonly callsBefore: number;
  outcome: 'accepted' | 'failed' | undefined;
}

/** One delivery that has reached a process. */
export interface Delivery {
  readonly number: number;
  readonly process: VirtualProcess;
  /** The receiver in its process. Receivers of one process share its store. */
  readonly receiver: object;
  readonly message: Message;
  /** Why it must be refused with 400 or 413. Empty if it is good. */
  readonly flaws: readonly string[];
  readonly isBroken: boolean;
  readonly lookups: Lookups;
  readonly beganAtMs: number;
  /** How long its body takes to arrive. */
  readonly bodyMs: number;
  readonly calls: StoreCall[];
  readonly told: string[];
  readonly announcements: Announcement[];
  /** The reasons in events `not_announced`. */
  readonly notAnnounced: string[];
  handling: Handling | undefined;
  settledAtMs: number | undefined;
  settledWallMs: number;
  /** Since when its lease and mark in the store do not count, because the store has lost them. */
  voidAtMs: number;
  /** Whether a call of the store failed for it, so that it may be refused with 503. */
  isTroubled: boolean;
  /** Whether another delivery changed the entry of the event in the meantime. */
  isOvertaken: boolean;
  /** When the receiver said that the event was handled, and that it was noted. */
  notedAtMs: number | undefined;
}

/** The write that claims the event: the first one to the event's key. */
export function leaseOf({ calls, handling }: Delivery): StoreCall | undefined {
  return calls.find(
    (call) =>
      call.operation === 'set' && isOfEvent(call) && (handling === undefined || call.calledAtMs <= handling.beganAtMs),
  );
}

/** The write that says that the event was handled. */
export function markOf(delivery: Delivery): StoreCall | undefined {
  if (delivery.handling?.endedAtMs === undefined) return undefined;
  const last = delivery.calls.findLast((call) => call.operation === 'set' && isOfEvent(call));
  return last === leaseOf(delivery) ? undefined : last;
}

/** Whether a call is about an event, and not about an entry of the receiver's own. */
export function isOfEvent({ key }: Pick<StoreCall, 'key'>): boolean {
  return /evt_\d+$/.test(key);
}

/** Whether the process may have given up on the call. Timers run on its steady clock, and a drifting one is rounded. */
export function isLate(call: StoreCall): boolean {
  return waitedMs(call) >= storeTimeoutMs - 1;
}

/** How long the process has waited for the answer, by its steady clock. */
export function waitedMs({ process, calledSteadyMs, answeredSteadyMs }: StoreCall): number {
  return (answeredSteadyMs ?? process.steadyMs) - calledSteadyMs;
}

/** docs/webhooks.md: a store has three seconds to respond. */
export const storeTimeoutMs = 3_000;

/** Why a message must be refused by a receiver with these secrets at this time of its clock. */
export function flawsOf(
  message: Message,
  wallMs: number,
  {
    toleranceSeconds,
    maxBytes,
    secrets,
  }: { readonly toleranceSeconds: number; readonly maxBytes: number; readonly secrets: readonly SecretName[] },
): string[] {
  const flaws: string[] = [];
  if (message.flaw !== undefined) flaws.push(message.flaw);
  const age = Math.floor(wallMs / 1000) - Number(message.timestamp);
  if (age > toleranceSeconds) flaws.push('timestamp_too_old');
  if (age < -toleranceSeconds) flaws.push('timestamp_too_new');
  if (Buffer.byteLength(message.body) > maxBytes) flaws.push('payload_too_large');
  if (!message.signedBy.some((name) => secrets.includes(name))) flaws.push('signature_invalid');
  return flaws;
}
