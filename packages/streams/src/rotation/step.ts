import { ToriiStreamError } from '../errors.ts';
import type { ServedAnswer } from '../keys/gateway.ts';
import type { SlotEntry } from '../keys/slot.ts';
import type { RotationRecord } from './record.ts';

/**
 * A step of a rotation:
 *
 * - `begin` records in the store that app processes mint only short-lived tokens from now on.
 * - `drain` waits until all tokens with a longer lifetime have expired.
 * - `flip` writes the new key to the store entry that the gateway reads its key from (the slot). From then on, the
 *   gateway refuses tokens signed with the old key.
 * - `confirm` waits until the gateway uses the new key.
 * - `done` means that the gateway uses the new key.
 */
export type RotationStep = 'begin' | 'drain' | 'flip' | 'confirm' | 'done';

export interface Observation {
  readonly slot: SlotEntry;
  readonly record: RotationRecord | null;
  readonly served: ServedAnswer;
  /** In seconds since 1970. */
  readonly now: number;
}

export interface Intent {
  readonly slotName: string;
  readonly from: string;
  readonly to: string;
  readonly maxTtlSeconds: number;
  readonly oldKeyLeaked: boolean;
}

export interface NextStep {
  readonly step: RotationStep;
  readonly waitSeconds: number;
}

const clockMarginSeconds = 2;
// In seconds. A record from further in the future is ignored: a machine with a wrong clock wrote it.
const maxAheadSeconds = 60;
// In seconds. A record whose `drain` ended longer ago is ignored: app processes may mint long-lived tokens again by
// now.
const staleAfterSeconds = 86_400;

export function nextStep(intent: Intent, { slot, record, served, now }: Observation): NextStep {
  const held = slot.publicKey?.keyId;
  if (held === intent.to) return { step: served.isServed ? 'done' : 'confirm', waitSeconds: 0 };
  if (held !== intent.from) throw wrongSlot(intent, slot);
  // Publish the new key even if the gateway is unavailable: once it is available again, it must refuse the attacker's
  // tokens.
  if (intent.oldKeyLeaked) return { step: 'flip', waitSeconds: 0 };
  if (served.problem !== undefined) {
    throw new ToriiStreamError('gateway_unavailable', served.problem, { cause: served.cause });
  }
  if (!served.isServed) throw shadowed('Nothing was changed', served.keyId);

  const drainSeconds = intent.maxTtlSeconds + clockMarginSeconds;
  const age = record === null ? Number.NaN : now - record.drainStartedAt;
  const isLive = record?.from === held && age >= -maxAheadSeconds && age <= drainSeconds + staleAfterSeconds;
  if (!record || !isLive) return { step: 'begin', waitSeconds: 0 };
  if (record.to !== intent.to) throw otherRotation(record.to);
  const waitSeconds = Math.max(0, Math.ceil(record.drainStartedAt + drainSeconds - now));
  return { step: waitSeconds > 0 ? 'drain' : 'flip', waitSeconds };
}

export function shadowed(state: string, servedKeyId: string | null): ToriiStreamError {
  const uses = servedKeyId === null ? 'no key' : `the key ${servedKeyId}`;
  const remedy =
    'If TURBOCABLE_JWT_PUBLIC_KEY_PATH is set on the gateway, that file overrides the slot: unset it and restart the ' +
    'gateway. Otherwise, check that the gateway is connected to NATS, reads this bucket, and that the slot holds SPKI PEM.';
  return new ToriiStreamError(
    'key_not_served',
    `The gateway uses ${uses}, not the key in the slot. ${state}. ${remedy}`,
  );
}

function wrongSlot({ slotName, from }: Intent, slot: SlotEntry): ToriiStreamError {
  if (slot.isEmpty) {
    const remedy =
      'Publish the old key first with publishPublicKey. If no client has a token, publish the new key instead';
    return new ToriiStreamError('slot_empty', `${slotName} is empty, so there is no key to rotate from. ${remedy}.`);
  }
  const held = slot.publicKey === null ? 'something other than a key' : `the key ${slot.publicKey.keyId}`;
  const remedy = `\`from\` is ${from}. Pass the key that is in use, or find out who published the key in the slot`;
  return new ToriiStreamError('slot_taken', `${slotName} holds ${held}, neither \`from\` nor \`to\`. ${remedy}.`);
}

export function otherRotation(to: string): ToriiStreamError {
  const remedy = 'Finish it, or cancel() it with the same options and that key as `to`';
  return new ToriiStreamError('rotation_conflict', `A rotation to another key, ${to}, is in progress. ${remedy}.`);
}

export function recordGone(): ToriiStreamError {
  const causes =
    'the rotation was canceled, the bucket of the note was deleted, or the clock of this machine differs from the clock ' +
    'of the store by more than a minute';
  const remedy = 'Run the rotation again. It starts with a new drain';
  return new ToriiStreamError(
    'rotation_conflict',
    `The note of this rotation in the store is gone: ${causes}. ${remedy}.`,
  );
}

export function canceledTooLate(): ToriiStreamError {
  const remedy = 'To go back, rotate with `from` and `to` exchanged';
  return new ToriiStreamError('rotation_conflict', `The slot already holds the new key. ${remedy}.`);
}

export function cancelLost(): ToriiStreamError {
  const problem = 'Another process wrote at the same time, so a run in progress may continue';
  return new ToriiStreamError('rotation_conflict', `${problem}. Stop the deploys that run it, then cancel again.`);
}
