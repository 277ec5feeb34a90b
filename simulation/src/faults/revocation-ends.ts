import type { PlantedFault } from './planted-fault.ts';

const core = 'packages/core/src/';
const source = 'packages/revocation/src/';
const liveness = `${source}liveness.ts`;
const reading = `${source}redis/reading.ts`;

/** Faults in sockets, in `ready` and `close`, in webhooks, in replicas and in large sets. */
export const revocationEndsFaults: readonly PlantedFault[] = [
  fault(
    40,
    'a socket that is opened late is not looked up',
    'A user banned while a socket is set up stays connected.',
    [`${source}engine.ts`, "    if (this.#memory.set.revokes(auth, digest)) return 'token_revoked';\n", ''],
  ),
  fault(40, 'sockets of a banned impersonator go on', 'A banned admin stays connected as another user.', [
    `${source}watchers.ts`,
    "if (kind !== 'member') this.#endRevoked(",
    "if (kind === 'impersonator') this.#endRevoked(",
  ]),
  fault(42, 'a socket may be opened while the feed is stale', 'A socket goes on whatever whenStale says.', [
    `${source}engine.ts`,
    "    if (this.#liveness.isStaleAndRefusing) return 'revocations_unavailable';\n",
    '',
  ]),
  fault(42, 'a corrected clock does not end the silence', 'Sockets are closed whose requests are accepted.', [
    liveness,
    'if (this.#isStale && this.#silentMs() < this.#settings.maxStaleMs) this.#recover(this.#silentMs());',
    '',
  ]),
  fault(42, 'ready is not woken by the first snapshot', 'A server that waits for its revocations never starts.', [
    `${source}engine.ts`,
    'onFirstSnapshot: () => this.#readiness.settle(),',
    'onFirstSnapshot: () => {},',
  ]),
  fault(42, 'closed revocations refuse at once', 'A server that is shut down answers its last requests with 503.', [
    liveness,
    "if (this.#end === 'refused' || (!this.#hasSnapshot",
    'if (this.#end !== undefined || (!this.#hasSnapshot',
  ]),
  fault(36, 'an entry that is not over when it is looked at stays', 'The memory of old bans fills up.', [
    `${source}set/revocation-set.ts`,
    '      else this.#ends.add(entry, nowSeconds);\n',
    '',
  ]),
  fault(40, 'the ninth newest entry is not looked up', 'A user who is banned with eight others goes on.', [
    `${source}set/recent-entries.ts`,
    'if (to - from > maxEntries) return undefined;',
    'if (to - from > maxEntries + 1) return undefined;',
  ]),
  fault(42, 'a thousand entries are taken for all', 'A server that starts accepts revoked tokens.', [
    reading,
    "if (view.news.length >= batchSize) return 'behind';",
    "if (view.news.length > batchSize) return 'behind';",
  ]),
  fault(
    42,
    'a snapshot of a replica counts as new',
    'A server that reads from a replica accepts revoked tokens for longer.',
    [reading, 'const asOf = before(askedAt, Math.min(lagMsOf(view), maxLagMs));', 'const asOf = askedAt;'],
  ),
  fault(42, 'an answer of a replica counts as new', 'A replica that hears nothing keeps servers from refusing.', [
    reading,
    'this.#reader.proven(before(askedAt, lagMs));',
    'this.#reader.proven(askedAt);',
  ]),
  fault(44, 'one replica is enough', 'A failover loses a ban that was announced.', [
    `${source}redis/writer.ts`,
    'if (confirmed >= replicas) return ids;',
    'if (confirmed > 0) return ids;',
  ]),
  fault(43, 'a webhook counts from its delivery', 'A late webhook signs a user out after an unban.', [
    `${core}webhooks/announcement.ts`,
    'isPlausible ? createdMs : signedAtMs',
    'signedAtMs',
  ]),
  fault(44, 'the webhook of a session names the session', 'The end of a session revokes no token.', [
    `${core}webhooks/announcement.ts`,
    "isSession ? data['userId'] : data['id']",
    "data['id'] ?? data['userId']",
  ]),
  fault(44, 'a webhook is accepted although its announcement failed', 'Torii does not send the ban again.', [
    `${core}webhooks/receiver.ts`,
    'await claim?.release().catch(() => {});\n      return refuse(error);',
    "tell({ type: 'not_noted', ...which, error });",
  ]),
  fault(44, 'a delivery that failed keeps its claim', 'The next delivery of a ban is refused.', [
    `${core}webhooks/receiver.ts`,
    'await claim?.release().catch(() => {});\n      return refuse(error);',
    'return refuse(error);',
  ]),
  fault(36, 'a connection that was left is not closed', 'Each reconnect leaves a connection at Redis.', [
    `${source}redis/connection.ts`,
    '      this.#busySince = undefined;\n      link.close();',
    '      this.#busySince = undefined;',
  ]),
  fault(43, 'the stream is trimmed without a margin', 'A store whose clock jumps ahead drops bans.', [
    `${source}redis/writer.ts`,
    '(kept + marginSeconds) * 1_000',
    'kept * 1_000',
  ]),
  fault(36, 'what nobody watches any more stays in the index', 'Each token of a socket stays in memory.', [
    `${source}watchers.ts`,
    '      if (watchers?.size === 0) this.#index.delete(name);\n',
    '',
  ]),
  fault(34, 'the feed asks once only', 'After a second pause, requests wait as long as they may.', [
    `${source}redis/connection.ts`,
    '    } finally {\n      this.#isAsking = false;\n    }\n    // A connection',
    '    }\n    this.#isAsking = false;\n    // A connection',
  ]),
  fault(40, 'any proof ends the doubt after a pause', 'What was revoked during the pause is accepted.', [
    liveness,
    'if (this.#doubtSince !== undefined && !isBefore(askedAt, this.#doubtSince)) this.#endDoubt();',
    'if (this.#doubtSince !== undefined) this.#endDoubt();',
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
