import { describeValue } from './logs/found-value.ts';
import { type Options, readFlag, wrongOption } from './options/reader.ts';
import type { RevocationAnnouncer } from './revocations.ts';
import { raceDeadline } from './time/deadline.ts';

/** How to announce that a user's tokens are revoked. */
export interface Announcer {
  readonly environmentId: string;
  /** Whether the end of one session is announced, although that revokes the tokens of all sessions of the user. */
  readonly announcesSessions: boolean;
  /** Rejects if the announcement failed, took longer than `timeoutMs`, or if `signal` was aborted. */
  announceUser(userId: string, at: string | undefined, timeoutMs: number, signal?: AbortSignal): Promise<void>;
}

export const announcerNames = ['revocations', 'announceSessions'] as const;

export function readAnnouncer(options: Options<(typeof announcerNames)[number]>): Announcer | undefined {
  if (!('revocations' in options)) {
    if (!('announceSessions' in options)) return undefined;
    throw wrongOption(
      'announceSessions',
      'has no effect without `revocations`. Add that option, or leave this one out',
    );
  }
  const given = options.revocations;
  if (!isAnnouncer(given)) {
    const found = `Found: ${describeValue(given)}. Write revocations: createRevocations({ … }), or leave it out`;
    throw wrongOption('revocations', `must be what createRevocations of @torii/revocation returned. ${found}`);
  }
  return {
    environmentId: given.environmentId,
    announcesSessions: !('announceSessions' in options) || readFlag(options, 'announceSessions'),
    async announceUser(userId, at, timeoutMs, signal) {
      const revoke = async (id: string): Promise<void> => given.revokeUser(id, ...(at === undefined ? [] : [{ at }]));
      const work = Promise.all(spellingsOf(userId).map(revoke));
      await raceDeadline(work, timeoutMs, () => fail(timeoutMs, signal), signal);
    },
  };
}

const uuid = /^[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}$/i;

// Torii's ids are UUIDs. RFC 9562 4: a UUID in capital letters is the same one, so the API bans the user whose tokens have it in
// small letters.
function spellingsOf(userId: string): readonly string[] {
  const small = userId.toLowerCase();
  return uuid.test(userId) && small !== userId ? [userId, small] : [userId];
}

function fail(timeoutMs: number, signal: AbortSignal | undefined): never {
  const problem = signal?.aborted ? 'was aborted' : `took longer than ${timeoutMs / 1000} seconds`;
  throw new Error(`The announcement ${problem}. It may still arrive.`);
}

function isAnnouncer(value: unknown): value is RevocationAnnouncer {
  if (typeof value !== 'object' || value === null) return false;
  const [environmentId, revokeUser] = [Reflect.get(value, 'environmentId'), Reflect.get(value, 'revokeUser')];
  return typeof environmentId === 'string' && environmentId !== '' && typeof revokeUser === 'function';
}
