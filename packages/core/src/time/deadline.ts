import { startTimer, stopTimer } from '../platform.ts';

const over = Symbol('over');

/** Returns the result of `work`, or of `late` if the timeout passes or `signal` is aborted first. */
export async function raceDeadline<T, Late>(
  work: Promise<T>,
  timeoutMs: number,
  late: () => Late,
  signal?: AbortSignal,
): Promise<T | Late> {
  let end = (): void => {};
  const ended = new Promise<typeof over>((resolve) => {
    end = () => resolve(over);
  });
  // One timer per call: edge runtimes cancel the timers of a request when it ends, so a shared timer might never fire.
  const timer = startTimer(end, timeoutMs);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    const first = await Promise.race([work, ended]);
    return first === over ? late() : first;
  } finally {
    stopTimer(timer);
    signal?.removeEventListener('abort', end);
  }
}
