import type { PlantedFault } from './planted-fault.ts';

/** Faults in how entries travel over a bucket of NATS. */
export const natsFaults: readonly PlantedFault[] = [
  fault(
    43,
    'continuity',
    'a bucket that is empty at the start is not reported',
    'Nothing tells that all revocations were lost.',
    ["return present.entries === 0 ? 'lost' : 'same';", "return 'same';"],
  ),
  fault(
    44,
    'write',
    'any text in the bucket is kept',
    'A ban is reported as announced, and an attacker has kept it out.',
    ['return current === ours || reader.later(current, ours) !== ours;', 'return true;'],
  ),
  fault(44, 'write', 'the revision of a key is not used', 'A later ban of a user cannot be announced.', [
    'revision = current?.revision ?? 0;',
    'revision = 0;',
  ]),
  fault(44, 'write', 'a conflict counts as written', 'A later ban of a user is reported as announced, and is not.', [
    'if (isConflict(error)) return false;',
    'if (isConflict(error)) return true;',
  ]),
  fault(44, 'write', 'a write that the connection interrupts is given up', 'A ban during a reconnect never ends.', [
    'if (isInterrupted(error)) continue;',
    'if (isInterrupted(error)) return;',
  ]),
  fault(44, 'write', 'a write without an answer counts as done', 'A ban is reported as announced, and is not.', [
    'if (isLate(error)) continue;',
    'if (isLate(error)) return;',
  ]),
  fault(
    42,
    'bucket',
    'a missing bucket is an error',
    'No server can start before an operator has created the bucket.',
    [
      'if (!isMissingBucket(error)) throw error;\n        await inTime(create());',
      'throw error;\n        await inTime(create());',
    ],
  ),
  fault(
    42,
    'bucket',
    'the end of a snapshot is the last sequence of the stream',
    'A server never starts if the last entry was removed.',
    ['return last?.seq ?? 0;', 'return Math.max(last?.seq ?? 0, state.last_seq);'],
  ),
  fault(
    42,
    'bucket',
    'the last message is asked for by a filter that is too wide',
    'A server that starts accepts banned users.',
    ['{ last_by_subj: `', "{ last_by_subj: '>' || `"],
  ),
  fault(42, 'bucket', 'only the last entry is read at the start', 'A server that starts accepts banned users.', [
    "deliver_policy: 'all', mem_storage",
    "deliver_policy: 'last', mem_storage",
  ]),
  fault(
    42,
    'bucket',
    'what others have in the bucket counts as ours',
    'Deleted entries of another environment are reported as lost.',
    ['owns: (subject) =>', "owns: (subject) => subject !== '' ||"],
  ),
  fault(
    43,
    'continuity',
    'a new bucket of the same name is not noticed',
    'What the old bucket held is not written back.',
    [
      'return present.created !== before.created || present.lastSequence < before.lastSequence;',
      'return present.lastSequence < before.lastSequence;',
    ],
  ),
  fault(43, 'continuity', 'fewer entries are not noticed', 'What an operator has removed is not written back.', [
    "if (present.entries < before.entries && !isOver(before.oldestMs)) return 'lost';",
    '',
  ]),
  fault(43, 'follow', 'what the bucket has lost is not looked at', 'What the bucket has lost is not written back.', [
    "if (verdict !== 'same') return reading.end({ lost: verdict === 'lost' });",
    '',
  ]),
  fault(
    42,
    'follow',
    'an answer counts, whatever has arrived',
    'A server whose consumer makes no progress accepts banned users.',
    [
      'const sequence = hasAll ? proofs.reached : await bucket.lastSequence(inspection.value);',
      'const sequence = proofs.reached;',
      'const hasAll = inspection.value.state.last_seq <= proofs.reached;',
      '',
    ],
  ),
  fault(42, 'follow', 'a lost bucket stops the reading', 'After the bucket was deleted, every request gets 503.', [
    'if (isMissingBucket(inspection.reason)) reading.end({});',
    'if (isMissingBucket(inspection.reason)) proofs.end();',
  ]),
  fault(
    42,
    'follow',
    'the pause after failures has no bound',
    'After a long outage, every request gets 503 for minutes.',
    ['Math.min(minRetryMs * 2 ** failures++, maxRetryMs)', 'minRetryMs * 2 ** failures++'],
  ),
  fault(
    36,
    'follow',
    'a check that is under way goes on after close',
    'A process that should end is kept by a timer.',
    ['if (proofs.isOver) return;\n        timer', 'timer'],
  ),
  fault(36, 'follow', 'close does not end the reading', 'A process that should end is kept by its timers.', [
    'isStopped = true;\n    endReading({});',
    'isStopped = true;',
  ]),
  fault(
    43,
    'follow',
    'the reading goes on after a reconnect',
    'A ban that was made in the meantime arrives late, or never.',
    ['requests.interrupt();\n        endReading({});', 'requests.interrupt();'],
  ),
  fault(42, 'follow', 'a snapshot is dated from its end', 'What a slow start has missed counts as known.', [
    'proofs.add({ askedAt, sequence: lastSequence });',
    'proofs.add({ askedAt: reader.now(), sequence: lastSequence });',
  ]),
  fault(
    43,
    'reading',
    'a key that is deleted is not noticed',
    'A ban that an operator has deleted is not written back.',
    ['if (!isSnapshot) end({ lost: true });', ''],
  ),
  fault(40, 'reading', 'single entries wait for a batch', 'A ban arrives when many others have been made.', [
    'else if (!isFlushPlanned) {',
    'else if (isSnapshot && !isFlushPlanned) {',
  ]),
  fault(
    42,
    'reading',
    'a snapshot ends with the entry after its last',
    'A server does not start before something is announced.',
    ['latest.sequence >= lastSequence) endSnapshot();', 'latest.sequence > lastSequence) endSnapshot();'],
  ),
  fault(42, 'reading', 'an empty bucket has no snapshot', 'The first server does not start.', [
    'if (lastSequence === 0) endSnapshot();',
    '',
  ]),
  fault(36, 'reading', 'consumers are left on the server', 'NATS collects consumers until its memory is full.', [
    'void messages?.close();\n    // Otherwise, the server would keep the consumer for 5 minutes.\n    consumer.delete().catch(() => {});',
    'void messages?.close();',
  ]),
  fault(
    42,
    'proofs',
    'a consumer that is stuck is kept',
    'A server whose consumer is stuck answers 503 until it is restarted.',
    ['else this.#stuck();', ''],
  ),
  fault(42, 'proofs', 'what is proven needs one more entry', 'Without new bans, every request gets 503.', [
    'const proven = this.#pending.filter(({ sequence }) => sequence <= this.#reached);',
    'const proven = this.#pending.filter(({ sequence }) => sequence < this.#reached);',
  ]),
  fault(
    44,
    'store-clock',
    'the time of the bucket stands still',
    'A ban without a moment counts from the start of the server.',
    ['Math.trunc(known.ms + elapsedMs(known.at))', 'Math.trunc(known.ms)'],
  ),
];

type Replacement = readonly [from: string, to: string, ...more: string[]];

function fault(
  statement: number,
  file: string,
  name: string,
  harm: string,
  [from, to, ...more]: Replacement,
): PlantedFault {
  const path = `packages/revocation/src/nats/${file}.ts`;
  const changes = [{ file: path, from, to }];
  for (let at = 0; at < more.length; at += 2) {
    changes.push({ file: path, from: more[at] ?? '', to: more[at + 1] ?? '' });
  }
  return { name, statement, scenario: 'revocations-nats', harm, changes };
}
