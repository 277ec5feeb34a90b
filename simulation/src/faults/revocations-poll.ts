import type { PlantedFault } from './planted-fault.ts';

const poller = 'packages/revocation/src/poller.ts';

/** Faults in how entries travel over a store that is polled. */
export const pollFaults: readonly PlantedFault[] = [
  fault(40, 'a pause is up to two fifths longer', 'Bans arrive later than documented.', [
    '(0.8 + 0.4 * random())',
    '(1 + 0.4 * random())',
  ]),
  fault(43, 'each read counts as a read of everything', 'Lost revocations are never written back.', [
    'if (since === undefined) this.#fullAt = run.begunAt;',
    'this.#fullAt = run.begunAt;',
  ]),
  fault(43, 'everything is read every ten minutes', 'Lost revocations are written back too late.', [
    'const fullEveryMs = 60_000;',
    'const fullEveryMs = 600_000;',
  ]),
  fault(43, 'a failed read does not lead to a full one', 'What was lost in an outage is noticed too late.', [
    '// The next read must find out what the store holds.\n      this.#fullAt = undefined;',
    '',
  ]),
  fault(40, 'the last minute is not read again', 'A ban whose transaction takes longer arrives a minute late.', [
    'new Date(this.#storeMs - overlapMs)',
    'new Date(this.#storeMs)',
  ]),
  fault(40, 'since is a time of the clock of the process', 'With a clock that is ahead, bans arrive a minute late.', [
    'this.#storeMs = found.storeMs;',
    'this.#storeMs = found.storeMs && askedAt.wallMs;',
  ]),
  fault(42, 'a proof is dated from the end of the read', 'What a slow read has missed counts as known.', [
    'this.#reader.proven(askedAt);',
    'this.#reader.proven(this.#reader.now());',
  ]),
  fault(42, 'a snapshot is dated from its arrival', 'What a slow read has missed counts as known.', [
    'this.#reader.snapshotBegins({ reset: !this.#hasRead && texts.length === 0, askedAt });',
    'this.#reader.snapshotBegins({ reset: !this.#hasRead && texts.length === 0 });',
  ]),
  fault(40, 'a notification during a read is forgotten', 'A ban arrives with the next read instead of at once.', [
    'if (this.#running.size > 0) this.#isWanted = true;',
    'if (this.#running.size > 0) return;',
  ]),
  fault(40, 'a notification only shortens the pause', 'A ban arrives late, although the store has told of it.', [
    'else this.#schedule(0);',
    'else this.#schedule(this.#everyMs / 2);',
  ]),
  fault(36, 'notifications are not limited', 'A burst of notifications is a burst of reads.', [
    'Math.max(afterMs, minPauseMs - youngMs, 0)',
    'Math.max(afterMs, 0)',
  ]),
  fault(42, 'the pause after failures has no bound', 'After a long outage, every request gets 503 for minutes.', [
    'Math.min(maxPauseMs, this.#everyMs * 2 ** this.#failures * random())',
    'this.#everyMs * 2 ** this.#failures * random()',
  ]),
  fault(40, 'failures are never forgotten', 'After some failures, bans arrive half a minute late.', [
    '      this.#failures = 0;\n',
    '',
  ]),
  fault(42, 'a read has no time limit', 'After one read that hangs, every request gets 503.', [
    'const { read, timeoutMs } = this.#settings;',
    'const { read } = this.#settings;\n    const timeoutMs = 3_600_000;',
  ]),
  fault(36, 'a read that takes too long is not aborted', 'Queries pile up in a store that is slow.', [
    'abort.abort();\n      throw new TimeLimitError(`\\`read\\`',
    'throw new TimeLimitError(`\\`read\\`',
  ]),
  fault(36, 'a write that takes too long is not aborted', 'Queries pile up in a store that is slow.', [
    'abort.abort();\n      throw new TimeLimitError(`\\`write\\`',
    'throw new TimeLimitError(`\\`write\\`',
  ]),
  fault(36, 'a read goes on after close', 'A process that should end is kept by its query.', [
    'for (const { abort } of this.#running) abortSafely(abort);',
    '',
  ]),
  fault(36, 'reading goes on after close', 'A process reads for ever, also without revocations.', [
    'if (this.#isClosed) return;\n    this.#stopTimer();\n    this.#isWanted = false;',
    'this.#stopTimer();\n    this.#isWanted = false;',
    'if (this.#isClosed || this.#running.size > 0) return;',
    'if (this.#running.size > 0) return;',
  ]),
  fault(43, 'each empty store counts as one that was lost', 'Operators are told of lost data every minute.', [
    'reset: !this.#hasRead && texts.length === 0',
    'reset: texts.length === 0',
  ]),
  fault(43, 'a store that is empty at the start is not reported', 'Nothing tells that all revocations were lost.', [
    'reset: !this.#hasRead && texts.length === 0',
    'reset: false',
  ]),
  fault(44, 'a write is not awaited', 'A ban counts as announced before the store has it, or never gets it.', [
    'const writing = (async () => write(entries, { signal: abort.signal, retentionSeconds }))();',
    'const writing = (async () => void write(entries, { signal: abort.signal, retentionSeconds }).catch(() => {}))();',
  ]),
  fault(42, 'reads are as rare as the option says', 'With a short maxStaleSeconds, requests get 503 again and again.', [
    'Math.min(settings.everyMs, reader.silenceMs)',
    'settings.everyMs',
  ]),
  fault(
    42,
    'a result that cannot be used counts as an empty store',
    'A mistake in `read` looks like a store without revocations.',
    [
      "if (!Array.isArray(texts)) throw wrongValue('read', 'a function that resolves with a list of texts', result, example);",
      'if (!Array.isArray(texts)) return { texts: [], storeMs: undefined };',
    ],
  ),
];

type Replacement = readonly [from: string, to: string, ...more: string[]];

function fault(statement: number, name: string, harm: string, [from, to, ...more]: Replacement): PlantedFault {
  const changes = [{ file: poller, from, to }];
  for (let at = 0; at < more.length; at += 2)
    changes.push({ file: poller, from: more[at] ?? '', to: more[at + 1] ?? '' });
  return { name, statement, scenario: 'revocations-poll', harm, changes };
}
