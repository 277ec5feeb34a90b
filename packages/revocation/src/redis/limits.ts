import { raceDeadline } from '@torii/core/internal';
import { FeedError } from './problems.ts';

/** How long the server may take to accept a connection or to answer a command that does not block. */
export const answerMs = 5_000;
/** Two of these must fit into the default `waitMs`, for which a request waits after a pause of the process. */
export const quickAnswerMs = 1_000;

/** Waits for work with a time limit. A later result or error is ignored. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return raceDeadline(work, ms, () => {
    throw new FeedError(`Redis did not answer within ${ms} ms. Check whether it is running, paused or busy.`);
  });
}
