import type { PlantedFault } from './planted-fault.ts';

const core = 'packages/core/src/';
const source = 'packages/revocation/src/';
const liveness = `${source}liveness.ts`;
const memory = `${source}memory.ts`;
const set = `${source}set/revocation-set.ts`;
const receiver = `${source}receiver.ts`;
const announcements = `${source}announcements.ts`;
const view = `${source}redis/view.ts`;
const reading = `${source}redis/reading.ts`;
const connection = `${source}redis/connection.ts`;
const writer = `${source}redis/writer.ts`;

/** Faults in what is revoked, how it travels over Redis, and what happens when it does not. */
export const revocationsFaults: readonly PlantedFault[] = [
  fault(40, 'remembered tokens are not checked', 'A banned user goes on until the token expires.', [
    `${core}authenticate.ts`,
    'const checking = refuseRevoked?.(revocable);',
    'const checking = fromCache ? undefined : refuseRevoked?.(revocable);',
  ]),
  fault(40, 'a token is hashed with its signature', 'The twin of a revoked token is accepted.', [
    `${core}token/token-digest.ts`,
    'return digestOf(parseToken(token).signedBytes);',
    'return digestOf(new TextEncoder().encode(token) as Uint8Array<ArrayBuffer>);',
  ]),
  fault(41, 'the lifetime of tokens is not checked', 'A token outlives the memory of its revocation.', [
    `${core}token/claims.ts`,
    'checked.expiresAt - checked.issuedAt > maxTokenSeconds',
    'checked.expiresAt - checked.issuedAt > maxTokenSeconds * 2',
  ]),
  fault(41, 'a lifetime of exactly the limit is refused', 'Every user is signed out.', [
    `${core}token/claims.ts`,
    'checked.expiresAt - checked.issuedAt > maxTokenSeconds',
    'checked.expiresAt - checked.issuedAt >= maxTokenSeconds',
  ]),
  fault(40, 'the second of the cut-off is left out', 'A token of the second of the ban is accepted.', [
    set,
    'issuedAt < entry.before + 1',
    'issuedAt < entry.before',
  ]),
  fault(40, 'an earlier cut-off replaces a later one', 'A late webhook lets a banned user in again.', [
    set,
    'if (entry.before > held.before) {',
    'if (entry.before !== held.before) {',
  ]),
  fault(40, 'a known token is not looked up again', 'A banned user goes on with a token that was used before.', [
    `${source}engine.ts`,
    'if (mark.version !== version && !mark.isRevoked) {',
    'if (mark.version > version && !mark.isRevoked) {',
  ]),
  fault(40, 'an actor is not looked up among the users', 'A banned admin goes on as another user.', [
    set,
    'if (isCut(issuedAt, this.#users.get(actorId)) || isCut(',
    'if (isCut(',
  ]),
  fault(43, 'a member is cut off everywhere', 'A lost role signs the user out of other organizations.', [
    set,
    'this.#members.find(auth.userId, auth.organization.id)',
    '[...this.#members.values()].find((member) => member.id === auth.userId)',
  ]),
  fault(40, 'an organization hides the other one', 'A user who lost roles in two organizations keeps one.', [
    `${source}set/members.ts`,
    'if (found === undefined) this.#byUser.set(userId, held);',
    'if (!(found instanceof Map)) this.#byUser.set(userId, held);',
  ]),
  fault(41, 'an entry is kept for the life of a token only', 'Servers with late clocks accept revoked tokens.', [
    `${source}settings.ts`,
    'lifeSeconds: maxTokenSeconds + toleranceSeconds,',
    'lifeSeconds: maxTokenSeconds,',
  ]),
  fault(
    41,
    'an entry ends by the wall clock',
    'A clock that is set forward lets revoked tokens in, when it is set back.',
    [memory, 'return Math.ceil(steadyMs() / 1000 + this', 'return Math.ceil(wallMs() / 1000 + this'],
    [memory, 'this.set.expire(Math.floor(steadyMs() / 1000),', 'this.set.expire(Math.floor(wallMs() / 1000),'],
  ),
  fault(43, 'compaction at the earliest moment', 'A full memory lets half of the revoked users in.', [
    set,
    'organizationId: undefined, before }, latestEnd);',
    'organizationId: undefined, before: moments[0] ?? 0 }, latestEnd);',
  ]),
  fault(43, 'compaction at the latest moment', 'A full memory signs everybody out.', [
    set,
    'moments.sort()[Math.floor((size - 1) / 2)]',
    'moments.sort()[size - 1]',
  ]),
  fault(43, 'unsigned entries are accepted', 'Write access to the store signs everybody out.', [
    `${source}entries/signatures.ts`,
    'if (this.#first === undefined) return true;',
    "if (this.#first === undefined || keyId === '') return true;",
  ]),
  fault(43, 'only the first key is accepted', 'During a rotation of the keys, bans reach half of the servers.', [
    `${source}entries/signatures.ts`,
    'const key = this.#keys.get(keyId);',
    'const key = keyId === this.#first.id ? this.#first : undefined;',
  ]),
  fault(43, 'the signature leaves the content out', 'One entry of the log is enough to sign everybody out.', [
    `${source}entries/entry-text.ts`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    '${this.#environmentId}\\n${json}`',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    '${this.#environmentId}\\n`',
  ]),
  fault(43, 'entries of other environments are accepted', 'A ban in the test environment holds in production.', [
    `${source}entries/entry-text.ts`,
    "|| own(fields, 'environmentId') !== this.#environmentId",
    '',
  ]),
  fault(43, 'entries from the future are accepted', 'An attacker signs a user out for days.', [
    receiver,
    "memory.isFuture(entry) ? 'future' : undefined",
    'undefined',
  ]),
  fault(43, 'a cut-off may be a fraction or text', 'Garbage in the store revokes tokens.', [
    `${source}entries/entry-text.ts`,
    "if (kind === undefined || typeof before !== 'number' || !Number.isSafeInteger(before) || before <= 0)\n    return undefined;",
    '',
  ]),
  fault(42, 'a snapshot ends before its entries', 'A server that starts accepts revoked tokens.', [
    reading,
    'this.#reader.snapshotBegins({ ...(isReset && { reset: true }), askedAt: asOf });',
    'this.#reader.snapshotBegins({ ...(isReset && { reset: true }), askedAt: asOf });\n    this.#reader.snapshotEnds();',
  ]),
  fault(42, 'requests pass before the first snapshot', 'A server that starts accepts revoked tokens.', [
    liveness,
    "if (this.#end === 'refused' || (!this.#hasSnapshot && beforeFirstSnapshot === 'refuse')) return false;",
    "if (this.#end === 'refused') return false;",
  ]),
  fault(42, 'the policy for silence is ignored', 'A server that was cut off accepts revoked tokens for ever.', [
    liveness,
    "return whenStale === 'accept' || this.#silentMs() < maxStaleMs;",
    'return true;',
  ]),
  fault(42, 'silence refuses whatever the policy', 'An outage of Redis is an outage of the app.', [
    liveness,
    "return whenStale === 'accept' || this.#silentMs() < maxStaleMs;",
    'return this.#silentMs() < maxStaleMs;',
  ]),
  fault(
    42,
    'silence counts from the arrival of the answer',
    'An answer from before a pause makes old knowledge look new.',
    [liveness, 'this.#provenAt = askedAt;', 'this.#provenAt = instantNow();'],
  ),
  fault(42, 'silence is measured by the steady clock', 'A laptop that wakes up accepts revoked tokens.', [
    liveness,
    'return elapsedMs(this.#provenAt ?? this.#begunAt);',
    'return instantNow().steadyMs - (this.#provenAt ?? this.#begunAt).steadyMs;',
  ]),
  fault(42, 'no event tells of the silence', 'An outage of the feed goes unnoticed.', [
    liveness,
    "this.#hooks.emit({ type: 'feed_stale', policy, silentSeconds: secondsOf(this.#silentMs()) });",
    '',
  ]),
  fault(40, 'no wait after a pause', 'A server that wakes up accepts tokens that were revoked meanwhile.', [
    liveness,
    'if (pausedMs < longMs || this.#end !== undefined) return;',
    'return;',
  ]),
  fault(
    40,
    'an answer from before a pause ends the wait',
    'A server that wakes up accepts tokens that were revoked meanwhile.',
    [liveness, '&& !isBefore(askedAt, this.#doubtSince)', ''],
  ),
  fault(34, 'a pause does not ask the store', 'A server that wakes up answers 503 for some seconds.', [
    liveness,
    'this.#calmForMs = -1;\n    this.#ask();',
    'this.#calmForMs = -1;',
  ]),
  fault(43, 'lost entries are not written back', 'After a flush, a server that starts accepts revoked tokens.', [
    announcements,
    'for (const entry of entries) this.#addUnstored(entry);',
    '',
  ]),
  fault(43, 'an entry that was read counts as stored for ever', 'A second flush undoes all bans.', [
    receiver,
    'if (entry.generation >= this.#generation || memory.isOver(entry)) continue;',
    'if (entry.generation > 0 || memory.isOver(entry)) continue;',
  ]),
  fault(44, 'a failed announcement is forgotten', 'A ban during an outage of Redis reaches no other server.', [
    announcements,
    '      this.#scheduleFlush(retryWithinMs);\n      throw new ToriiRevocationError',
    '      this.#unstored.delete(held);\n      throw new ToriiRevocationError',
  ]),
  fault(36, 'a failed write is repeated at once', 'A lost replica makes a server fill Redis with copies of one ban.', [
    announcements,
    'const isIdle = this.#flushAt === undefined && this.#flushing === undefined;',
    'const isIdle = true;',
  ]),
  fault(
    34,
    'a pause is longer than the silence that is allowed',
    'After a pause, requests get 503 although Redis answers.',
    [liveness, 'const longMs = Math.min(pauseMs, this.#settings.maxStaleMs / 2);', 'const longMs = pauseMs;'],
  ),
  fault(44, 'a failed announcement is reported as done', 'A ban that reached no server looks announced.', [
    announcements,
    'throw new ToriiRevocationError({ announce: () => this.announce(entry) }, { cause });',
    'return;',
  ]),
  fault(44, 'an announcement ends before the store has accepted it', 'A ban that Redis refused looks announced.', [
    writer,
    'ids.push(...(await Promise.all(replies)).map(String));',
    'for (const reply of replies) reply.catch(() => {});',
  ]),
  fault(44, 'nothing is announced before a ban', 'A process that is killed after the ban announces nothing.', [
    'packages/api/src/announcements.ts',
    'announcer.announceUser(userId, undefined, firstTimeoutMs, signal).catch(() => {})',
    'Promise.resolve()',
  ]),
  fault(44, 'a ban counts from its announcement', 'A retry after an unban signs the user out again.', [
    'packages/api/src/announcements.ts',
    'await announcer.announceUser(userId, at, lastTimeoutMs, ending);',
    'await announcer.announceUser(userId, undefined, lastTimeoutMs, ending);',
  ]),
  fault(44, 'the moment is rounded up', 'A user who signs in again at once is refused.', [
    `${source}moment.ts`,
    'return Math.floor(ms / 1000);',
    'return Math.ceil(ms / 1000);',
  ]),
  fault(44, 'a later moment counts as written with an earlier one', 'A ban that failed is never announced.', [
    `${source}announcements.ts`,
    'for (const { entry, before } of written) if (entry.before === before) this.#unstored.delete(entry);',
    'for (const { entry } of written) this.#unstored.delete(entry);',
  ]),
  fault(44, 'a time that waited through a pause is the present', 'A ban after a pause counts from before it.', [
    `${source}store-clock.ts`,
    'if (!Number.isFinite(storeMs) || elapsedMs(askedAt) >= maxAnswerMs) return;\n    this.#noted = { storeMs: storeMs as number, at: askedAt };',
    'if (!Number.isFinite(storeMs)) return;\n    this.#noted = { storeMs: storeMs as number, at: instantNow() };',
  ]),
  fault(44, 'the clock of the process counts', 'A late server bans a user as of ten minutes ago.', [
    `${source}store-clock.ts`,
    'return this.knownMs ?? wallMs();',
    'return wallMs();',
  ]),
  fault(
    44,
    'the clock of the store is read with entries only',
    'On an empty store, a late server bans as of ten minutes ago.',
    [
      reading,
      'this.#reader.received(texts, storeMs, askedAt);',
      'if (texts.length > 0) this.#reader.received(texts, storeMs, askedAt);',
    ],
  ),
  fault(
    43,
    'the stream is not compared',
    'A flush with a write right after it goes unnoticed.',
    [view, "if (last !== start && !view.holdsLast && !isOld(last)) return 'lost';", ''],
    [
      view,
      "if (first !== undefined && view.first !== first && (!isOld(first) || isBefore(view.first, first))) return 'lost';",
      '',
    ],
  ),
  fault(
    43,
    'neither the last entry nor the replication id counts',
    'A failover that loses the last ban undoes it.',
    [view, "if (last !== start && !view.holdsLast && !isOld(last)) return 'lost';", ''],
    [
      view,
      "return replicationId === undefined || replicationId === replicationIdOf(view) ? 'same' : 'replaced';",
      "return 'same';",
    ],
  ),
  fault(43, 'the stream is trimmed to a minute', 'A server that starts accepts revoked tokens.', [
    writer,
    '(kept + marginSeconds) * 1_000',
    '60_000',
  ]),
  fault(
    43,
    'the stream is trimmed by the clock of the publisher',
    'A server with a wrong clock deletes all bans.',
    [writer, 'readTimeMs(time) - (kept', 'wallMs() - (kept'],
    [
      writer,
      "import { readKnownOptions, readWhole } from '@torii/core/internal';",
      "import { readKnownOptions, readWhole, wallMs } from '@torii/core/internal';",
    ],
  ),
  fault(40, 'an entry is an alarm too late', 'A ban reaches the servers with the next one.', [
    reading,
    'const last = this.#position?.last ?? start;\n    const { stream }',
    "const last = '+';\n    const { stream }",
  ]),
  fault(42, 'a lost connection is noticed after minutes', 'A dead connection stops all requests.', [
    reading,
    'await within(ms + answerMs, news)',
    'await within(ms + answerMs + 120_000, news)',
  ]),
  fault(34, 'a dead connection is opened after a wait', 'After a pause, requests get 503 although Redis answers.', [
    connection,
    '    this.#failures = 0;\n    this.#stopReading();',
    '    this.#stopReading();',
  ]),
  fault(44, 'a lost connection for writes is used once more', 'The first ban after each failover fails.', [
    writer,
    'if (link === undefined || error instanceof FeedError) throw error;',
    'throw error;',
  ]),
  fault(40, 'sockets are not woken by a ban', 'A banned user stays connected.', [
    `${source}engine.ts`,
    'onNews: (entry) => this.#watchers.wake(entry)',
    'onNews: () => {}',
  ]),
  fault(40, 'sockets do not expire', 'A socket outlives its token.', [
    `${source}watchers.ts`,
    "if (watcher.auth.expiresAt <= nowSeconds) watcher.end('token_expired');",
    "if (watcher.auth.expiresAt * 2 <= nowSeconds) watcher.end('token_expired');",
  ]),
];

type Change = readonly [file: string, from: string, to: string];

function fault(statement: number, name: string, harm: string, ...changes: readonly Change[]): PlantedFault {
  return {
    name,
    statement,
    scenario: 'revocations',
    changes: changes.map(([file, from, to]) => ({ file, from, to })),
    harm,
  };
}
