import { startTimer, stopTimer } from '@torii/core/adapter';

/** The requests that wait for an answer of NATS. */
export interface Requests {
  /** The answer to a request, or an error that `isInterrupted` or whose name is TimeoutError. */
  inTime<T>(answer: Promise<T>): Promise<T>;
  /** Ends all waits, because requests that were sent on a connection that broke get no answer. */
  interrupt(): void;
}

class Interruption extends Error {}

/** Whether the request may be sent again at once. */
export function isInterrupted(error: unknown): boolean {
  return error instanceof Interruption;
}

export function createRequests(timeoutMs: number): Requests {
  const waits = new Set<(error: Error) => void>();
  return {
    inTime: (answer) =>
      new Promise((resolve, reject) => {
        const timeout = Object.assign(new Error(`no answer within ${timeoutMs} ms`), { name: 'TimeoutError' });
        const timer = startTimer(() => end(timeout), timeoutMs);
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
