import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { demand, demandFunction, demandKnown, demandWhole } from './demand.ts';
import { ToriiStreamError } from './errors.ts';
import { emitterFor, type StreamEventListener } from './events.ts';
import { type Fetch, readGateway } from './gateway.ts';
import { readPublicKey } from './keys.ts';
import { propagationMs, waitUntilServed } from './publish.ts';
import { RotationRecords } from './rotation-record.ts';
import { type Intent, type NextStep, nextStep, type RotationStep, shadowed } from './rotation-step.ts';
import { describeRotation } from './rotation-text.ts';
import { servedKeySeconds } from './served-key.ts';
import { defaultDrainTtlSeconds } from './signer.ts';
import { type KeyStore, Slot, type SlotEntry, type SlotOptions } from './slot.ts';
import { lifetimes } from './token.ts';

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
   * minute. Stop it with the signal, or by any other means, and run it again.
   */
  run(options?: { readonly signal?: AbortSignal | undefined }): Promise<RotationPlan>;
  /**
   * Gives up before the flip, so that a later rotation drains anew. Take `nextPrivateKey` from the nodes, too.
   *
   * @throws ToriiStreamError `rotation_conflict` after the flip: rotate back instead
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

/** How long `run` bears with a store or a gateway that is away, and how often it looks while it waits. */
const patienceMs = 60_000;
const retryMs = 1_000;
const longestNapMs = 15_000;

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
  demandKnown(options, optionNames);
  const { maxTtlSeconds = lifetimes.most, drainTtlSeconds = defaultDrainTtlSeconds, oldKeyLeaked = false } = options;
  const from = readPublicKey('from', options.from);
  const to = readPublicKey('to', options.to);
  demand('to', from.keyId !== to.keyId, 'is `from` again: pass the new key');
  demandWhole('maxTtlSeconds', maxTtlSeconds, lifetimes.least, lifetimes.most);
  demandWhole('drainTtlSeconds', drainTtlSeconds, lifetimes.least, lifetimes.most);
  demand('oldKeyLeaked', typeof oldKeyLeaked === 'boolean', 'is neither true nor false');
  demandFunction('fetch', options.fetch);
  demandFunction('onEvent', options.onEvent);
  const gateway = readGateway(options.gatewayUrl, options.fetch);
  const slot = new Slot(options.kv, options);
  const records = new RotationRecords(options.kv, slot);
  const emit = emitterFor(options.onEvent);

  const intent: Intent = { slotName: slot.name, from: from.keyId, to: to.keyId, maxTtlSeconds, oldKeyLeaked };
  const shortest = oldKeyLeaked ? maxTtlSeconds : Math.min(drainTtlSeconds, maxTtlSeconds);
  const cost = { drainTtlSeconds, refusalSeconds: shortest + servedKeySeconds };

  async function look(): Promise<{ next: NextStep; slotEntry: SlotEntry; recordRevision: number }> {
    const slotEntry = await slot.read();
    const { record, revision } = await records.read();
    // Patient: whoever published a moment ago must not be told that the gateway is in the wrong.
    const served = await waitUntilServed(gateway, slotEntry.publicKey?.keyId ?? from.keyId, propagationMs);
    const next = nextStep(intent, { slot: slotEntry, record, served, now: Date.now() / 1000 });
    return { next, slotEntry, recordRevision: revision };
  }

  async function take(step: RotationStep, { revision }: SlotEntry, recordRevision: number): Promise<void> {
    if (step === 'begin') {
      const drainStartedAt = Math.floor(Date.now() / 1000);
      // Where another deploy was first, its record counts: the next look finds it.
      await records.write({ from: from.keyId, to: to.keyId, drainStartedAt }, recordRevision);
    } else if (step === 'flip') {
      await slot.write(to, revision);
    } else if (step === 'confirm') {
      const served = await waitUntilServed(gateway, to.keyId, propagationMs);
      if (served.problem !== undefined) throw new ToriiStreamError('gateway_unavailable', served.problem);
      if (!served.isServed)
        throw shadowed('Nodes go on with the key that it uses, so that nothing is lost', served.keyId);
    }
  }

  function planFor(next: NextStep): RotationPlan {
    return { ...next, refusalSeconds: cost.refusalSeconds, text: describeRotation(intent, next, cost) };
  }

  async function advance(): Promise<RotationPlan> {
    for (;;) {
      const { next, slotEntry, recordRevision } = await look();
      if (next.step === 'drain' || next.step === 'done') {
        emit({ type: 'rotation_step', step: next.step, text: planFor(next).text });
        return planFor(next);
      }
      await take(next.step, slotEntry, recordRevision);
      emit({ type: 'rotation_step', step: next.step, text: planFor(next).text });
    }
  }

  return {
    plan: async () => planFor((await look()).next),
    advance,
    async run({ signal } = {}) {
      for (;;) {
        const plan = await withPatience(advance, signal, emit);
        if (plan.step === 'done') return plan;
        await sleep(Math.min(plan.waitSeconds * 1000, longestNapMs), undefined, { signal });
      }
    },
    async cancel() {
      const entry = await slot.read();
      if (entry.publicKey?.keyId === to.keyId) {
        const remedy = 'Rotate back: the same, with `from` and `to` exchanged';
        throw new ToriiStreamError('rotation_conflict', `The new key is in the slot already. ${remedy}.`);
      }
      const { record, revision } = await records.read();
      if (record?.to === to.keyId) await records.write(null, revision);
    },
  };
}

/** Tries again while the store or the gateway is away. */
async function withPatience<T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
  emit: StreamEventListener,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const isAway =
        error instanceof ToriiStreamError &&
        (error.reason === 'store_unavailable' || error.reason === 'gateway_unavailable');
      if (!isAway || performance.now() > deadline) throw error;
      emit({ type: 'rotation_step', step: 'retry', text: error.message });
      await sleep(retryMs, undefined, { signal });
    }
  }
}
