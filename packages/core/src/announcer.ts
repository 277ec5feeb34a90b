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
      const work = Promise.resolve(at === undefined ? given.revokeUser(userId) : given.revokeUser(userId, { at }));
      await raceDeadline(work, timeoutMs, () => fail(timeoutMs, signal), signal);
    },
  };
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
