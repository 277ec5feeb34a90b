import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetch } from '@torii/core';
import {
  assertOption,
  emitterFor,
  omitUndefined,
  readFlag,
  readFunction,
  readKnownOptions,
  readWhole,
} from '@torii/core/adapter';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { propagationMs, readGateway, type ServedAnswer, waitUntilServed } from '../keys/gateway.ts';
import { readPublicKey } from '../keys/rsa-key.ts';
import { servedKeySeconds } from '../keys/served-key.ts';
import { type KeyStore, readStore, Slot, type SlotEntry, type SlotOptions } from '../keys/slot.ts';
import { drainTtlRule, maxTtlRule } from '../token/signer.ts';
import { withPatience } from './patience.ts';
import { describeRotation } from './plan-text.ts';
import { type RotationRecord, RotationRecords } from './record.ts';
import {
  cancelLost,
  cancelledTooLate,
  type Intent,
  type NextStep,
  nextStep,
  otherRotation,
  type RotationStep,
  recordGone,
  shadowed,
} from './step.ts';

export interface RotationOptions extends SlotOptions {
  readonly kv: KeyStore;
  /** The public key that is in use. */
  readonly from: string | KeyObject | undefined;
  /** The public key that is to follow: every node holds its private half as `nextPrivateKey` by now. */
  readonly to: string | KeyObject | null | undefined;
  /** Where the gateway is: it is asked before anything is changed, and afterwards. */
  readonly gatewayUrl: string | undefined;
  /**
   * The longest lifetime that nodes of the release before gave a token: their `maxTtlSeconds`.
   *
   * @default 86_400
   */
  readonly maxTtlSeconds?: number | undefined;
  /**
   * The longest lifetime that nodes give a token now: their `drainTtlSeconds`. Decides nothing, and is told in the plan.
   *
   * @default 60
   */
  readonly drainTtlSeconds?: number | undefined;
  /**
   * Flips at once. Whoever has the old key can make tokens until then, and every token of it is refused from then on.
   *
   * @default false
   */
  readonly oldKeyLeaked?: boolean | undefined;
  readonly fetch?: Fetch | undefined;
  /** Told of every step, and of a store or a gateway that keeps `run` waiting. */
  readonly onEvent?: StreamEventListener | undefined;
}

/** Where a rotation is. */
export interface RotationPlan {
  /** What comes next, or `done`. */
  readonly step: RotationStep;
  /** How long until there is something to do: more than 0 in `drain`. */
  readonly waitSeconds: number;
  /** From the flip on, how long a client's token may be refused on a reconnect, until it gets a fresh one. */
  readonly refusalSeconds: number;
  /** The same for people. */
  readonly text: string;
}

/** A change of keys. Holds no state of its own: a deploy that crashed makes another of the same options and goes on. */
export interface Rotation {
  /** Looks, and changes nothing. */
  plan(): Promise<RotationPlan>;
  /** Does all that is due, and waits for nothing but the gateway: at most some seconds. */
  advance(): Promise<RotationPlan>;
  /**
   * Goes on to the end, which takes `maxTtlSeconds` and a little. Bears with a store or a gateway that is away for up to a
   * minute; a store that is away at the very start is an error at once, since nobody could tell whether `cancel` came
   * meanwhile. Stop it with the signal, or by any other means, and run it again.
   */
  run(options?: { readonly signal?: AbortSignal | undefined }): Promise<RotationPlan>;
  /**
   * Gives up before the flip, so that a later rotation drains anew, and a `run` that is under way ends with
   * `rotation_conflict` or `publish_conflict`: once this resolves, it flips no more. Under way is what has read the store
   * once. Take `nextPrivateKey` from the nodes, too.
   *
   * @throws ToriiStreamError `rotation_conflict` after the flip (rotate back instead), and where it may go on:
   * another rotation is under way, or somebody wrote at the same moment
   */
  cancel(): Promise<void>;
}

const optionNames = [
  'kv',
  'from',
  'to',
  'gatewayUrl',
  'bucket',
  'key',
  'maxTtlSeconds',
  'drainTtlSeconds',
  'oldKeyLeaked',
  'fetch',
  'onEvent',
] as const;

/** How often `run` looks while it waits. */
const longestNapMs = 15_000;

const notAsked: ServedAnswer = { isServed: false, keyId: null };

/** How often `cancel` writes into the slot while others write the same there. */
const mostCancelTries = 20;

/** What one call of `advance` or `run` remembers: a note that was there and is gone was taken away by somebody. */
interface Progress {
  /** The note's, before anything else was looked at. `cancel` writes one even where there is none. */
  readonly firstRevision: number;
  sawRecord?: boolean;
  hasBegun?: boolean;
}

/** What one look saw, and what follows from it. */
interface World {
  readonly next: NextStep;
  readonly slotEntry: SlotEntry;
  readonly record: RotationRecord | null;
  readonly recordRevision: number;
}

/**
 * Plans a change of keys. All methods throw a ToriiStreamError where the world is not as it must be, saying what to do.
 *
 * @example
 * const rotation = createRotation({ kv, from: signer.publicKey, to: signer.nextPublicKey, gatewayUrl, maxTtlSeconds: 3600 });
 * console.log((await rotation.plan()).text);
 * await rotation.run();
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createRotation(options: RotationOptions): Rotation {
  const example = 'createRotation({ kv, from: signer.publicKey, to: signer.nextPublicKey, gatewayUrl })';
  const given = readKnownOptions(options, optionNames, example);
  const own = omitUndefined(given, ['bucket', 'key', 'maxTtlSeconds', 'drainTtlSeconds', 'oldKeyLeaked']);
  const from = readPublicKey('from', own.from);
  const to = readPublicKey('to', own.to);
  assertOption('to', from.keyId !== to.keyId, 'is `from` again: pass the new key');
  const maxTtlSeconds = readWhole(own, 'maxTtlSeconds', maxTtlRule);
  const drainTtlSeconds = readWhole(own, 'drainTtlSeconds', drainTtlRule);
  const oldKeyLeaked = readFlag(own, 'oldKeyLeaked');
  const gateway = readGateway(own.gatewayUrl, readFunction<Fetch>(own, 'fetch'));
  const kv = readStore(own.kv);
  const slot = new Slot(kv, own);
  const records = new RotationRecords(kv, slot);
  const emit = emitterFor(readFunction<StreamEventListener>(own, 'onEvent'));

  const intent: Intent = { slotName: slot.name, from: from.keyId, to: to.keyId, maxTtlSeconds, oldKeyLeaked };
  const shortest = oldKeyLeaked ? maxTtlSeconds : Math.min(drainTtlSeconds, maxTtlSeconds);
  const cost = { drainTtlSeconds, refusalSeconds: shortest + servedKeySeconds };

  async function look(progress?: Progress): Promise<World> {
    for (;;) {
      const slotEntry = await slot.read();
      const held = slotEntry.publicKey?.keyId ?? from.keyId;
      const { record, revision } = await records.read();
      if (progress !== undefined && record?.to === to.keyId) progress.sawRecord = true;
      // Patient: whoever published a moment ago must not be told that the gateway is in the wrong.
      const isUrgent = oldKeyLeaked && held === from.keyId;
      const served = isUrgent ? notAsked : await waitUntilServed(gateway, held, propagationMs);
      // Another deploy flipped while we looked: then the gateway is right, and what we read is of two moments.
      if (!isUrgent && (await slot.read()).revision !== slotEntry.revision) continue;
      const next = nextStep(intent, { slot: slotEntry, record, served, now: Date.now() / 1000 });
      return { next, slotEntry, record, recordRevision: revision };
    }
  }

  async function take({ next: { step }, slotEntry, record, recordRevision }: World): Promise<void> {
    if (step === 'begin') {
      const drainStartedAt = Math.floor(Date.now() / 1000);
      // Where another deploy was first, its record counts: the next look finds it.
      await records.write({ from: from.keyId, to: to.keyId, drainStartedAt }, recordRevision);
    } else if (step === 'flip') {
      await slot.write(to, slotEntry.revision);
      // Nothing drains any more. A note that stayed would let a later rotation from this key go without its drain.
      if (record !== null) await records.write(null, recordRevision);
    } else if (step === 'confirm') {
      const served = await waitUntilServed(gateway, to.keyId, propagationMs);
      if (served.problem !== undefined) throw new ToriiStreamError('gateway_unavailable', served.problem);
      if (!served.isServed)
        throw shadowed('Nodes go on with the key that it uses, so that nothing is lost', served.keyId);
    } else if (step === 'done' && record?.from === from.keyId) {
      // Left behind by a deploy that ended right after the flip.
      await records.write(null, recordRevision);
    }
  }

  function planFor(next: NextStep): RotationPlan {
    return { ...next, refusalSeconds: cost.refusalSeconds, text: describeRotation(intent, next, cost) };
  }

  async function startProgress(): Promise<Progress> {
    return { firstRevision: (await records.read()).revision };
  }

  /** Whether somebody cancelled since we came, or what we began does not stay. */
  function isCancelled({ next: { step }, record, recordRevision }: World, progress: Progress): boolean {
    const isMoved = recordRevision !== progress.firstRevision;
    if (step === 'begin') return progress.hasBegun || isMoved || (progress.sawRecord === true && record === null);
    // Where the key leaked there need be no note. One that was written meanwhile is another deploy's, which goes our way.
    return step === 'flip' && record === null && isMoved;
  }

  async function advance(progress: Progress, signal?: AbortSignal): Promise<RotationPlan> {
    for (;;) {
      const world = await look(progress);
      const { step } = world.next;
      if (isCancelled(world, progress)) throw recordGone();
      signal?.throwIfAborted();
      await take(world);
      if (step === 'begin') progress.hasBegun = true;
      const plan = planFor(world.next);
      emit({ type: 'rotation_step', step, text: plan.text });
      if (step === 'drain' || step === 'done') return plan;
    }
  }

  return {
    plan: async () => planFor((await look()).next),
    advance: async () => advance(await startProgress()),
    async run({ signal } = {}) {
      // Not with patience: a cancellation that came while the store was away would not be seen.
      const progress = await startProgress();
      for (;;) {
        const plan = await withPatience(() => advance(progress, signal), signal, emit);
        if (plan.step === 'done') return plan;
        await sleep(Math.min(plan.waitSeconds * 1000, longestNapMs), undefined, { signal });
      }
    },
    async cancel() {
      if ((await slot.read()).publicKey?.keyId === to.keyId) throw cancelledTooLate();
      const { record, revision: recordRevision } = await records.read();
      if (record !== null && (record.from !== from.keyId || record.to !== to.keyId)) throw otherRotation(record.to);
      // The note first, and even where there is none: a deploy that looks from here on finds nothing begun, and one that is
      // about to write its note loses. Then the slot: a flip that is on its way goes by a revision from before, and loses
      // too. The write has to be ours: one of the same key by somebody else may be what that flip goes by.
      if (!(await records.write(null, recordRevision))) throw cancelLost();
      for (let tries = 0; tries < mostCancelTries; tries++) {
        const { publicKey, revision } = await slot.read();
        if (publicKey?.keyId === to.keyId) throw cancelledTooLate();
        if (publicKey?.keyId !== from.keyId) return;
        if ((await slot.tryWrite(from, revision))?.changed) return;
      }
      throw cancelLost();
    },
  };
}
