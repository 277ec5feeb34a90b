import { isError } from '@torii/core/adapter';
import { startTimer, stopTimer } from '@torii/core/internal';

/** The requests that wait for an answer of NATS. */
export interface Requests {
  /** The answer to a request, or an error that `isInterrupted` or `isLate`. `limitMs` can make the wait shorter. */
  inTime<T>(answer: Promise<T>, limitMs?: number): Promise<T>;
  /** Ends all waits, because requests that were sent on a connection that broke get no answer. */
  interrupt(): void;
}

class Interruption extends Error {}

/** Whether the request may be sent again without a pause. */
export function isInterrupted(error: unknown): boolean {
  return error instanceof Interruption;
}

/** Whether there was no answer in time. The server may have done what was asked. */
export function isLate(error: unknown): boolean {
  return isError(error) && error.name === 'TimeoutError';
}

export function createRequests(timeoutMs: number): Requests {
  const waits = new Set<(error: Error) => void>();
  return {
    inTime: (answer, limitMs = timeoutMs) =>
      new Promise((resolve, reject) => {
        const waitMs = Math.min(limitMs, timeoutMs);
        const late = Object.assign(new Error(`no answer within ${waitMs} ms`), { name: 'TimeoutError' });
        const timer = startTimer(() => end(late), waitMs);
        const end = (error: Error): void => {
          stopTimer(timer);
          waits.delete(end);
          reject(error);
        };
        waits.add(end);
        answer.then(resolve, reject).finally(() => {
          stopTimer(timer);
          waits.delete(end);
        });
      }),
    interrupt() {
      for (const end of [...waits]) end(new Interruption('the connection was lost'));
    },
  };
}
