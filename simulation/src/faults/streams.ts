import type { PlantedFault } from './planted-fault.ts';

const scenario = 'streams';
const rotation = 'packages/streams/src/rotation/rotation.ts';
const step = 'packages/streams/src/rotation/step.ts';
const record = 'packages/streams/src/rotation/record.ts';
const retry = 'packages/streams/src/rotation/retry.ts';
const gateway = 'packages/streams/src/keys/gateway.ts';
const servedKey = 'packages/streams/src/keys/served-key.ts';
const publication = 'packages/streams/src/keys/publication.ts';
const signer = 'packages/streams/src/token/signer.ts';

/** Faults of rotations of the stream key, and of the nodes that follow them. */
export const streamsFaults: readonly PlantedFault[] = [
  {
    name: 'the drain lasts as long as a short token',
    statement: 34,
    scenario,
    changes: [
      {
        file: rotation,
        from: 'to: to.keyId, maxTtlSeconds, oldKeyLeaked };',
        to: 'to: to.keyId, maxTtlSeconds: Math.min(maxTtlSeconds, drainTtlSeconds), oldKeyLeaked };',
      },
    ],
    harm: 'The flip comes while tokens of the previous release live, so their clients are refused for up to a day.',
  },
  {
    name: 'the drain is dated by the clock of the machine that began it',
    statement: 34,
    scenario,
    changes: [
      { file: record, from: 'entry?.createdAt ?? record?.drainStartedAt ?? 0', to: 'record?.drainStartedAt ?? 0' },
    ],
    harm: 'A machine whose clock is slow begins a drain that is over too early.',
  },
  {
    name: 'the revision of the slot is read again for the flip',
    statement: 28,
    scenario,
    changes: [
      {
        file: rotation,
        from: 'await slot.write(to, slotEntry.revision);',
        to: 'await slot.write(to, (await slot.read()).revision);',
      },
    ],
    harm: 'A flip that was in progress while the rotation was canceled changes the key nevertheless.',
  },
  {
    name: 'a cancel does not write to the slot',
    statement: 28,
    scenario,
    changes: [
      {
        file: rotation,
        from: 'if ((await slot.tryWrite(from, revision))?.changed) return;',
        to: 'if (revision > 0) return;',
      },
    ],
    harm: 'A flip that was in progress while the rotation was canceled changes the key nevertheless.',
  },
  {
    name: 'a run does not notice that it was canceled',
    statement: 28,
    scenario,
    changes: [{ file: rotation, from: 'if (isCanceled(world, progress)) throw recordGone();', to: '' }],
    harm: 'A canceled rotation begins again by itself, and flips after its drain.',
  },
  {
    name: 'each retry begins to watch for a cancel anew',
    statement: 28,
    scenario,
    changes: [
      {
        file: rotation,
        from: 'retryWhileUnavailable(() => advance(progress, signal), signal, emit)',
        to: 'retryWhileUnavailable(async () => advance(await startProgress(), signal), signal, emit)',
      },
    ],
    harm: 'A run that retries while the rotation is canceled begins it again.',
  },
  {
    name: 'the signal is not looked at before a step',
    statement: 34,
    scenario,
    changes: [{ file: rotation, from: '      signal?.throwIfAborted();\n      await take', to: '      await take' }],
    harm: 'A deploy that was stopped changes the key.',
  },
  {
    name: 'done without the gateway',
    statement: 28,
    scenario,
    changes: [{ file: step, from: "step: served.isServed ? 'done' : 'confirm'", to: "step: 'done'" }],
    harm: 'The rotation is reported as done while the gateway uses the old key.',
  },
  {
    name: 'a leaked key waits for the gateway',
    statement: 34,
    scenario,
    changes: [{ file: step, from: "  if (intent.oldKeyLeaked) return { step: 'flip', waitSeconds: 0 };\n", to: '' }],
    harm: 'An attacker keeps the key for as long as a drain takes.',
  },
  {
    name: 'the note of the next rotation is cleared',
    statement: 28,
    scenario,
    changes: [
      {
        file: rotation,
        from: "step === 'done' && record?.from === from.keyId",
        to: "step === 'done' && record !== null",
      },
    ],
    harm: 'A second run of a finished rotation makes the next one drain again.',
  },
  {
    name: 'the last attempt is dated from its end',
    statement: 34,
    scenario,
    changes: [{ file: retry, from: 'const isOver = begunAt > deadline', to: 'const isOver = steadyMs() > deadline' }],
    harm: 'A run that was paused fails without asking again.',
  },
  {
    name: 'a run retries for half a minute',
    statement: 34,
    scenario,
    changes: [{ file: retry, from: 'const retryForMs = 60_000;', to: 'const retryForMs = 30_000;' }],
    harm: 'A deploy fails in an outage that it should survive.',
  },
  {
    name: 'a failure of the gateway is taken for the right key',
    statement: 28,
    scenario,
    changes: [
      {
        file: gateway,
        from: 'return { isServed: false, keyId: null, problem: error.message, cause: error.cause };',
        to: 'return { isServed: true, keyId: null };',
      },
    ],
    harm: 'The rotation is reported as done while the gateway is down.',
  },
  {
    name: 'nodes remember the key of the gateway for five seconds',
    statement: 34,
    scenario,
    changes: [
      {
        file: servedKey,
        from: 'staleAfterMs: servedKeySeconds * 1000',
        to: 'staleAfterMs: servedKeySeconds * 5000',
      },
    ],
    harm: 'After the flip, nodes mint tokens that the gateway refuses for five seconds.',
  },
  {
    name: 'tokens are long during the drain',
    statement: 28,
    scenario,
    changes: [
      {
        file: signer,
        from: 'isDraining ? Math.min(askedSeconds, drainTtlSeconds) : askedSeconds',
        to: 'askedSeconds',
      },
    ],
    harm: 'Clients are refused for up to a day after the flip.',
  },
  {
    name: 'an old release replaces the key',
    statement: 28,
    scenario,
    changes: [
      {
        file: publication,
        from: '(before.publicKey && replaceable.includes(before.publicKey.keyId))',
        to: 'before.publicKey',
      },
    ],
    harm: 'A node of an old release that starts after the rotation undoes it.',
  },
];
