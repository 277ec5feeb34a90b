import type { PlantedChange } from '../product/bundle.ts';
import type { PlantedFault } from './planted-fault.ts';

const gateway = 'packages/streams/src/keys/gateway.ts';
const publication = 'packages/streams/src/keys/publication.ts';
const servedKey = 'packages/streams/src/keys/served-key.ts';
const slot = 'packages/streams/src/keys/slot.ts';
const rotation = 'packages/streams/src/rotation/rotation.ts';
const step = 'packages/streams/src/rotation/step.ts';
const claims = 'packages/streams/src/token/claims.ts';
const signer = 'packages/streams/src/token/signer.ts';
const verify = 'packages/streams/src/token/verify.ts';

/** Faults of stream tokens, of what is published, and of operators who meet. */
export const streamKeyFaults: readonly PlantedFault[] = [
  fault(38, 'the second outage is not reported', 'Operators learn only of the first outage of the gateway.', {
    file: servedKey,
    from: 'this.#isDown = false;\n      },',
    to: '},',
  }),
  fault(36, 'a question that hangs is not ended', 'Each question to a gateway that hangs keeps its connection.', {
    file: gateway,
    from: '      abort.abort();\n',
    to: '',
  }),
  fault(36, 'an answer of any size is read', 'A gateway that answers with gigabytes fills the memory.', {
    file: gateway,
    from: 'if (size > maxBytes)',
    to: 'if (size < 0)',
  }),
  fault(34, 'the last question is dated from its answer', 'After a pause, a key in use is reported as unused.', {
    file: gateway,
    from: 'askedAt + pauseMs >= deadline',
    to: 'steadyMs() >= deadline',
  }),
  fault(
    28,
    'a gateway that does not answer counts as one with another key',
    '`served` is false, and the key is used.',
    {
      file: publication,
      from: 'served: served.problem === undefined ? served.isServed : null };',
      to: 'served: served.isServed };',
    },
  ),
  fault(28, 'a key in another form counts as published', 'The gateway cannot read the key, and knows none.', {
    file: publication,
    from: 'before.isPlain && before.publicKey?.keyId === keyId',
    to: 'before.publicKey?.keyId === keyId',
  }),
  fault(28, 'a key that another process wrote in another form counts as written', 'The gateway cannot read the key.', {
    file: slot,
    from: 'entry.isPlain && entry.publicKey?.pem',
    to: 'entry.publicKey?.pem',
  }),
  fault(28, '`replaces` allows to replace any key', 'A process replaces a key that it does not know.', {
    file: publication,
    from: 'if (before.isEmpty || (before.publicKey &&',
    to: 'if (before.isEmpty || replaced || (before.publicKey &&',
  }),
  fault(28, 'the flip leaves its note', 'After a crash, the next rotation from the same key does not drain.', {
    file: rotation,
    from: '      if (record !== null) await records.write(null, recordRevision);\n',
    to: '',
  }),
  fault(34, 'a note of a rotation from another key counts', 'A rotation flips without a drain.', {
    file: step,
    from: 'record?.from === held && age',
    to: 'age',
  }),
  fault(28, 'the slot is not read again after the gateway', 'Of two deploys that run the plan, one fails.', {
    file: rotation,
    from: '      if (!isUrgent && (await slot.read()).revision !== slotEntry.revision) continue;\n',
    to: '',
  }),
  fault(28, 'a cancel is content with the write of another process', 'A run flips after it was canceled.', {
    file: rotation,
    from: 'if ((await slot.tryWrite(from, revision))?.changed) return;',
    to: 'if (await slot.tryWrite(from, revision)) return;',
  }),
  fault(28, 'a cancel does not notice the flip', 'A deploy is told that the key was not changed.', {
    file: rotation,
    from: '        if (publicKey?.keyId === to.keyId) throw canceledTooLate();\n        if (publicKey?.keyId !== from',
    to: '        if (publicKey?.keyId !== from',
  }),
  fault(36, 'a run leaves a listener on its signal', 'A long-lived signal collects listeners.', {
    file: rotation,
    from: '      unsubscribe?.();\n',
    to: '',
  }),
  fault(28, 'a request is read after the key is chosen', 'What was checked is not what is signed.', {
    file: signer,
    from: '    const request = readRequest(given, maxTtlSeconds);\n    const askedSeconds = request.ttlSeconds;\n    const { key, isDraining } = await chooseKey();\n',
    to: '    const { key, isDraining } = await chooseKey();\n    const request = readRequest(given, maxTtlSeconds);\n    const askedSeconds = request.ttlSeconds;\n',
  }),
  fault(28, 'an expired user gets a stream token', 'A user whose token has expired connects for another hour.', {
    file: signer,
    from: 'if (!(auth.expiresAt > wallMs() / 1000))',
    to: 'if (!(auth.expiresAt + 30 > wallMs() / 1000))',
  }),
  fault(28, 'a stream token verifies after its end', 'Tests accept a token that the gateway refuses.', {
    file: verify,
    from: 'clockTolerance: 0,',
    to: 'clockTolerance: 5,',
  }),
  fault(28, '`iat` is rounded', 'A gateway without leeway refuses a token from the future.', {
    file: claims,
    from: 'const iat = Math.floor(wallMs() / 1000);',
    to: 'const iat = Math.round(wallMs() / 1000);',
  }),
  fault(28, 'a lifetime is short if the drain shortens it', 'Each token of a drain is reported as too short.', {
    file: signer,
    from: "if (askedSeconds < lifetimeSeconds.shortUnder) emit({ type: 'lifetime_short', ttlSeconds: askedSeconds });",
    to: "if (ttlSeconds < lifetimeSeconds.shortUnder) emit({ type: 'lifetime_short', ttlSeconds });",
  }),
  fault(28, 'a gateway without a key brings the old key back', 'Clients get tokens that the gateway refuses.', {
    file: signer,
    from: 'publicKey.keyId === servedId) ?? used;',
    to: 'publicKey.keyId === servedId) ?? current;',
  }),
];

function fault(statement: number, name: string, harm: string, change: PlantedChange): PlantedFault {
  return { name, statement, scenario: 'streams', harm, changes: [change] };
}
