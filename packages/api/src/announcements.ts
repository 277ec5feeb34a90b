import { ToriiConfigError, ToriiRevocationError } from '@torii/core';
import { type Announcer, parseHttpDate, parseRfc3339, wallMs } from '@torii/core/internal';
import type { ApiResponse, Operation } from './operation.ts';

/** Announces that an operation revokes the tokens of a user. */
export interface Announcement {
  /** Never rejects. */
  readonly beforeRequest?: (signal: AbortSignal) => Promise<void>;
  /** @throws ToriiRevocationError with the API's answer, if it could not be announced */
  afterAnswer(response: ApiResponse<unknown>, signal: AbortSignal): Promise<void>;
}

// The request is sent after this time even if the first announcement has not been accepted.
const firstTimeoutMs = 5_000;
// Only for an announcer without a time limit. Longer than the largest `announceTimeoutMs` of createRevocations.
const lastTimeoutMs = 65_000;

export function announcementFor(announcer: Announcer | undefined, operation: Operation): Announcement | undefined {
  const { what, userId } = operation.revokes ?? {};
  if (announcer === undefined || typeof userId !== 'string') return undefined;
  if (what === 'session' && !announcer.announcesSessions) return undefined;
  const afterAnswer: Announcement['afterAnswer'] = (response, signal) =>
    announceAnswered(announcer, userId, response, signal);
  if (what !== 'user') return { afterAnswer };
  return {
    // The process may end after Torii has banned the user and before the last announcement. If the call fails instead, new tokens
    // of the user are refused for up to 30 seconds.
    beforeRequest: (signal) => announcer.announceUser(userId, undefined, firstTimeoutMs, signal).catch(() => {}),
    afterAnswer,
  };
}

async function announceAnswered(
  announcer: Announcer,
  userId: string,
  { data: answer, headers }: ApiResponse<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const at = momentOf(answer, headers);
  const attempt = async (ending?: AbortSignal): Promise<void> => {
    try {
      assertEnvironment(announcer, answer);
      await announcer.announceUser(userId, at, lastTimeoutMs, ending);
    } catch (cause) {
      throw new ToriiRevocationError({ answer, announce: () => attempt() }, { cause });
    }
  };
  await attempt(signal);
}

/**
 * A moment at which the operation had been carried out, by Torii's clock. `Date` may be a little behind `updatedAt`, because it
 * has no fractions of a second and servers keep its text for a while. `updatedAt` is old if the user had been banned before.
 */
function momentOf(answer: unknown, headers: Headers): string | undefined {
  const date = parseHttpDate(headers.get('date') ?? '', wallMs());
  const moments = [parseRfc3339(memberOf(answer, 'updatedAt')), date].filter((ms) => ms !== undefined);
  return moments.length === 0 ? undefined : new Date(Math.max(...moments)).toISOString();
}

/** Throws if `revocations` is for another environment, because announcing there would have no effect. */
function assertEnvironment({ environmentId }: Announcer, answer: unknown): void {
  const own = memberOf(answer, 'environmentId');
  if (typeof own !== 'string' || own === environmentId) return;
  const remedy = 'Use the secret key and the `environmentId` of the same environment.';
  throw new ToriiConfigError('revocations', `\`revocations\` is for another environment than \`secretKey\`. ${remedy}`);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
