import { ToriiStreamError } from '../errors.ts';
import type { ServedAnswer } from '../keys/gateway.ts';
import type { SlotEntry } from '../keys/slot.ts';
import type { RotationRecord } from './record.ts';

/** What a rotation comes to next. `drain` waits; the others can be done at once. */
export type RotationStep = 'begin' | 'drain' | 'flip' | 'confirm' | 'done';

/** All that a rotation knows of the world. It is looked at anew each time, so that a crash loses nothing. */
export interface Observation {
  readonly slot: SlotEntry;
  readonly record: RotationRecord | null;
  readonly served: ServedAnswer;
  /** Seconds since 1970. */
  readonly now: number;
}

/** What a rotation is to do. */
export interface Intent {
  readonly slotName: string;
  /** Key ids. */
  readonly from: string;
  readonly to: string;
  readonly maxTtlSeconds: number;
  readonly oldKeyLeaked: boolean;
}

export interface NextStep {
  readonly step: RotationStep;
  /** How long until there is something to do. */
  readonly waitSeconds: number;
}

/** By so much the clocks of nodes, gateway and deploy may differ without a long token outliving the drain. */
const clockMarginSeconds = 2;
/** A record from further in the future than this was written by a clock that is wrong, and says nothing. */
const mostAheadSeconds = 60;
/** A record this much older than its drain is of a rotation that was given up: tokens are long again by now. */
const staleAfterSeconds = 86_400;

/**
 * What comes next: a function of what the slot holds, what the gateway says, and what was written down.
 *
 * @throws ToriiStreamError where the world is not as it must be, saying what to do
 */
export function nextStep(intent: Intent, { slot, record, served, now }: Observation): NextStep {
  const held = slot.publicKey?.keyId;
  if (held === intent.to) return { step: served.isServed ? 'done' : 'confirm', waitSeconds: 0 };
  if (held !== intent.from) throw wrongSlot(intent, slot);
  // Whatever the gateway says: a thief's tokens are to be worth nothing when it comes back.
  if (intent.oldKeyLeaked) return { step: 'flip', waitSeconds: 0 };
  if (served.problem !== undefined) throw new ToriiStreamError('gateway_unavailable', served.problem);
  if (!served.isServed) throw shadowed('Nothing was changed', served.keyId);

  const drainSeconds = intent.maxTtlSeconds + clockMarginSeconds;
  const age = record === null ? Number.NaN : now - record.drainStartedAt;
  const isLive = record?.from === held && age >= -mostAheadSeconds && age <= drainSeconds + staleAfterSeconds;
  if (!record || !isLive) return { step: 'begin', waitSeconds: 0 };
  if (record.to !== intent.to) throw otherRotation(record.to);
  const waitSeconds = Math.max(0, Math.ceil(record.drainStartedAt + drainSeconds - now));
  return { step: waitSeconds > 0 ? 'drain' : 'flip', waitSeconds };
}

/** The gateway goes on with a key that is not the slot's. */
export function shadowed(state: string, servedKeyId: string | null): ToriiStreamError {
  const uses = servedKeyId === null ? 'no key' : `the key ${servedKeyId}`;
  const remedy =
    'Is TURBOCABLE_JWT_PUBLIC_KEY_PATH set on the gateway? That file wins over the slot: unset it and restart the gateway. ' +
    'If not, is the gateway connected to NATS, and to this bucket, and does the slot hold plain SPKI PEM?';
  return new ToriiStreamError(
    'key_not_served',
    `The gateway uses ${uses}, and not what the slot holds. ${state}. ${remedy}`,
  );
}

function wrongSlot({ slotName, from }: Intent, slot: SlotEntry): ToriiStreamError {
  if (slot.isEmpty) {
    const remedy = 'Publish the old key first, as every boot does, or the new one if nobody holds tokens';
    return new ToriiStreamError('slot_empty', `${slotName} holds nothing to rotate from. ${remedy}: publishPublicKey.`);
  }
  const held = slot.publicKey === null ? 'something that is no key' : `the key ${slot.publicKey.keyId}`;
  const remedy = `\`from\` is ${from}: pass the key that is in use, or find out who published there`;
  return new ToriiStreamError('slot_taken', `${slotName} holds ${held}, neither \`from\` nor \`to\`. ${remedy}.`);
}

export function otherRotation(to: string): ToriiStreamError {
  const remedy = 'Take that one to its end, or cancel() it: the same options, with its key as `to`';
  return new ToriiStreamError('rotation_conflict', `A rotation to another key is under way, to ${to}. ${remedy}.`);
}

/** What was begun is not there any more. */
export function recordGone(): ToriiStreamError {
  const causes =
    'it was cancelled, its bucket was lost, or the clock of this machine is more than a minute away from the store’s';
  const remedy = 'Run it again to drain anew';
  return new ToriiStreamError('rotation_conflict', `The note of this rotation does not stay: ${causes}. ${remedy}.`);
}

/** A cancellation that came after the flip, or at the same moment. */
export function cancelledTooLate(): ToriiStreamError {
  const remedy = 'Rotate back: the same, with `from` and `to` exchanged';
  return new ToriiStreamError('rotation_conflict', `The new key is in the slot already. ${remedy}.`);
}

/** A cancellation that others' writes came before. */
export function cancelLost(): ToriiStreamError {
  const problem = 'Somebody else wrote at the same moment, and a run that is under way may go on';
  return new ToriiStreamError('rotation_conflict', `${problem}. Stop the deploys that run it, and cancel again.`);
}
