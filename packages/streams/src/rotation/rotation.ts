import type { KeyObject } from 'node:crypto';
import type { Fetch } from '@torii/core';
import {
  type AwaitGuard,
  assertOption,
  createAwaitGuard,
  emitterFor,
  omitUndefined,
  onAbort,
  pause,
  readFlag,
  readFunction,
  readKnownOptions,
  readWhole,
  wallMs,
} from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { maxPropagationMs, readGateway, type ServedAnswer, waitUntilServed } from '../keys/gateway.ts';
import { readPublicKey } from '../keys/rsa-key.ts';
import { servedKeySeconds } from '../keys/served-key.ts';
import { type KeyStore, readStore, Slot, type SlotEntry, type SlotOptions } from '../keys/slot.ts';
import { drainTtlRule, maxTtlRule } from '../token/signer.ts';
import { describeRotation, describeStep } from './plan-text.ts';
import { type RotationRecord, RotationRecords } from './record.ts';
import { retryWhileUnavailable } from './retry.ts';
import {
  canceledTooLate,
  cancelLost,
  type Intent,
  type NextStep,
  nextStep,
  otherRotation,
  type RotationStep,
  recordGone,
  shadowed,
} from './step.ts';

export interface RotationOptions extends SlotOptions {
  /** The store that the gateway reads its key from, such as the result of `connectStore` in `@torii/streams/nats`. */
  readonly kv: KeyStore;
  /** The public key in use: `signer.publicKey`. */
  readonly from: string | KeyObject | undefined;
  /**
   * The new public key: `signer.nextPublicKey`. Every process of your app must already have its private half as
   * `nextPrivateKey`.
   */
  readonly to: string | KeyObject | null | undefined;
  /** The gateway's address. The gateway is asked which key it uses, before and after the new key is published. */
  readonly gatewayUrl: string | undefined;
  /**
   * The `maxTtlSeconds` of the previous release, in seconds: 1 to 86,400. The rotation waits this long, so that every
   * token of that release has expired before the new key is published.
   *
   * @default 86_400
   */
  readonly maxTtlSeconds?: number | undefined;
  /**
   * The `drainTtlSeconds` of the signers that have both keys, in seconds: 1 to 86,400. Only used to describe the
   * rotation, in `refusalSeconds` and `text` of the plan.
   *
   * @default 60
   */
  readonly drainTtlSeconds?: number | undefined;
  /**
   * Publishes the new key immediately, without waiting for tokens of the old key to expire. As soon as the gateway uses
   * the new key, it refuses every token of the old key, including those of the attacker.
   *
   * @default false
   */
  readonly oldKeyLeaked?: boolean | undefined;
  /** The function that sends requests to the gateway. Defaults to the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Called with `rotation_step` for every step and every retry. Errors that the listener throws are ignored. */
  readonly onEvent?: StreamEventListener | undefined;
}

/** The state of a rotation. */
export interface RotationPlan {
  /** The next step, or `done`. */
  readonly step: RotationStep;
  /** Seconds until the next step can be done: more than 0 only if `step` is `drain`. */
  readonly waitSeconds: number;
  /**
   * For this many seconds after the new key is published, the gateway may refuse a client until the client fetches a
   * new token.
   */
  readonly refusalSeconds: number;
  /** The plan as text for people, in several lines. */
  readonly text: string;
}

const planFields = {
  step: true,
  waitSeconds: true,
  refusalSeconds: true,
  text: true,
} satisfies Record<keyof RotationPlan, true>;
const guardPlan: AwaitGuard = createAwaitGuard(planFields);

/** A key rotation. Keeps no state in memory: after a crash, create it again with the same options and continue. */
export interface Rotation {
  /** Reads the current state of the rotation. Changes nothing. */
  plan(): Promise<RotationPlan>;
  /**
   * Takes all steps that are possible now. Waits at most a few seconds for the gateway, and does not wait for `drain`.
   */
  advance(): Promise<RotationPlan>;
  /**
   * Runs the rotation to its end, which takes a little longer than `maxTtlSeconds`. If the store or the gateway becomes
   * unavailable, retries for a minute. If the store is unavailable at the start, throws at once. To stop, abort the
   * signal or end the process. To continue, call `run` again.
   */
  run(options?: { readonly signal?: AbortSignal | undefined }): Promise<RotationPlan>;
  /**
   * Cancels the rotation before the new key is published. Once the promise resolves, a `run` in progress no longer
   * changes the key, and throws `rotation_conflict` or `publish_conflict`. A `run` that has not read the store yet is
   * not canceled. Also remove `nextPrivateKey` from your signers. A later rotation waits for the full `drain` again.
   *
   * @throws ToriiStreamError `rotation_conflict` if the new key is already published, if a rotation to another key is
   * in progress, or if another process wrote at the same time, so that a `run` in progress may continue
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

const maxSleepMs = 15_000;

const notAsked: ServedAnswer = { isServed: false, keyId: null };

const maxCancelTries = 20;

interface Progress {
  /**
   * The revision of the stored record at the start. `cancel` always changes it, even if no record is stored, so a
   * changed revision helps to detect that the rotation was canceled.
   */
  readonly firstRevision: number;
  sawRecord?: boolean;
  hasBegun?: boolean;
}

interface World {
  readonly next: NextStep;
  readonly slotEntry: SlotEntry;
  readonly record: RotationRecord | null;
  readonly recordRevision: number;
}

/**
 * Creates a key rotation. Its methods throw a ToriiStreamError if the rotation cannot continue: for example, if the
 * published key is neither `from` nor `to`, or the gateway is unavailable. The message says what to do.
 *
 * @example
 * const rotation = createRotation({ kv, from: signer.publicKey, to: signer.nextPublicKey, gatewayUrl, maxTtlSeconds: 3600 });
 * console.log((await rotation.plan()).text);
 * await rotation.run();
 *
 * @throws ToriiConfigError for a wrong key or option. Its message says what to pass instead.
 */
export function createRotation(options: RotationOptions): Rotation {
  const example = 'createRotation({ kv, from: signer.publicKey, to: signer.nextPublicKey, gatewayUrl })';
  const given = readKnownOptions(options, optionNames, example);
  const own = omitUndefined(given, ['bucket', 'key', 'maxTtlSeconds', 'drainTtlSeconds', 'oldKeyLeaked']);
  const from = readPublicKey('from', own.from);
  const to = readPublicKey('to', own.to);
  assertOption('to', from.keyId !== to.keyId, 'is the same key as `from`. Pass the new key');
  const maxTtlSeconds = readWhole(own, 'maxTtlSeconds', maxTtlRule);
  const drainTtlSeconds = readWhole(own, 'drainTtlSeconds', drainTtlRule);
  const oldKeyLeaked = readFlag(own, 'oldKeyLeaked');
  const gateway = readGateway(own.gatewayUrl, readFunction<Fetch>(own, 'fetch'));
  const kv = readStore(own.kv);
  const slot = new Slot(kv, own);
  const records = new RotationRecords(kv, slot);
  const emit = emitterFor(readFunction<StreamEventListener>(own, 'onEvent'));

  const intent: Intent = { slotName: slot.name, from: from.keyId, to: to.keyId, maxTtlSeconds, oldKeyLeaked };
  const longestTtl = oldKeyLeaked ? maxTtlSeconds : Math.min(drainTtlSeconds, maxTtlSeconds);
  const cost = { drainTtlSeconds, refusalSeconds: longestTtl + servedKeySeconds };

  async function look(progress?: Progress): Promise<World> {
    for (;;) {
      const slotEntry = await slot.read();
      const held = slotEntry.publicKey?.keyId ?? from.keyId;
      const { record, revision } = await records.read();
      if (progress !== undefined && record?.to === to.keyId) progress.sawRecord = true;
      const isUrgent = oldKeyLeaked && held === from.keyId;
      const served = isUrgent ? notAsked : await waitUntilServed(gateway, held, maxPropagationMs);
      // Start over if another process published a key in the meantime: the gateway's answer may be about that key.
      if (!isUrgent && (await slot.read()).revision !== slotEntry.revision) continue;
      const next = nextStep(intent, { slot: slotEntry, record, served, now: wallMs() / 1000 });
      return { next, slotEntry, record, recordRevision: revision };
    }
  }

  async function take({ next: { step }, slotEntry, record, recordRevision }: World): Promise<void> {
    if (step === 'begin') {
      const drainStartedAt = Math.floor(wallMs() / 1000);
      // Writes nothing if another process wrote a record first: the next call of `look` reads that record.
      await records.write({ from: from.keyId, to: to.keyId, drainStartedAt }, recordRevision);
    } else if (step === 'flip') {
      await slot.write(to, slotEntry.revision);
      // Clear the record: otherwise, a later rotation from the same key would not wait for long-lived tokens to expire.
      if (record !== null) await records.write(null, recordRevision);
    } else if (step === 'confirm') {
      const served = await waitUntilServed(gateway, to.keyId, maxPropagationMs);
      if (served.problem !== undefined) {
        throw new ToriiStreamError('gateway_unavailable', served.problem, { cause: served.cause });
      }
      if (!served.isServed)
        throw shadowed('Nodes sign with the key that the gateway uses, so clients can still connect', served.keyId);
    } else if (step === 'done' && record?.from === from.keyId) {
      await records.write(null, recordRevision);
    }
  }

  function planFor(next: NextStep): RotationPlan {
    return { ...next, refusalSeconds: cost.refusalSeconds, text: describeRotation(intent, next, cost) };
  }

  async function startProgress(): Promise<Progress> {
    return { firstRevision: (await records.read()).revision };
  }

  function isCanceled({ next: { step }, record, recordRevision }: World, progress: Progress): boolean {
    const isMoved = recordRevision !== progress.firstRevision;
    if (step === 'begin') return progress.hasBegun || isMoved || (progress.sawRecord === true && record === null);
    // A missing record alone does not mean that the rotation was canceled: if the old key leaked, no record is written.
    // Nor does a changed revision alone: another process that runs the same rotation also writes the record.
    return step === 'flip' && record === null && isMoved;
  }

  async function advance(progress: Progress, signal?: AbortSignal): Promise<RotationPlan> {
    for (;;) {
      const world = await look(progress);
      const { step } = world.next;
      if (isCanceled(world, progress)) throw recordGone();
      signal?.throwIfAborted();
      await take(world);
      if (step === 'begin') progress.hasBegun = true;
      const plan = planFor(world.next);
      const summary = describeStep(step, intent, world.next, cost);
      emit({ type: 'rotation_step', step, waitSeconds: plan.waitSeconds, summary, text: plan.text });
      if (step === 'drain' || step === 'done') return plan;
    }
  }

  async function run(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<RotationPlan> {
    const given = options.signal;
    // Waits listen to a signal of this run: many runs that listen to one signal make Node 20 warn of a leak.
    const stopping = new AbortController();
    const unsubscribe = given && onAbort(given, () => stopping.abort(given.reason));
    try {
      return await runUntilDone(stopping.signal);
    } finally {
      unsubscribe?.();
    }
  }

  async function runUntilDone(signal: AbortSignal): Promise<RotationPlan> {
    const progress = await startProgress();
    for (;;) {
      const plan = await retryWhileUnavailable(() => advance(progress, signal), signal, emit);
      if (plan.step === 'done') return plan;
      await pause(Math.min(plan.waitSeconds * 1000, maxSleepMs), signal);
    }
  }

  return {
    plan: () => guardPlan(look().then(({ next }) => planFor(next))),
    advance: () => guardPlan(startProgress().then((progress) => advance(progress))),
    run: (runOptions) => guardPlan(run(runOptions)),
    async cancel() {
      if ((await slot.read()).publicKey?.keyId === to.keyId) throw canceledTooLate();
      const { record, revision: recordRevision } = await records.read();
      if (record !== null && (record.from !== from.keyId || record.to !== to.keyId)) throw otherRotation(record.to);
      // The order matters. First clear the record, even if there is none, so that a `run` in progress cannot write a
      // record. Then write the old key over itself, so that the `run` cannot write the new key. If another process
      // wrote the old key first, write again: the `run` may already have read the revision of that write.
      if (!(await records.write(null, recordRevision))) throw cancelLost();
      for (let tries = 0; tries < maxCancelTries; tries++) {
        const { publicKey, revision } = await slot.read();
        if (publicKey?.keyId === to.keyId) throw canceledTooLate();
        if (publicKey?.keyId !== from.keyId) return;
        if ((await slot.tryWrite(from, revision))?.changed) return;
      }
      throw cancelLost();
    },
  };
}
