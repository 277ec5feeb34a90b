const over = Symbol('over');

/**
 * Returns the result of `work`. If the timeout passes or `signal` is aborted first, returns the result of `late`, which
 * should also abort the work. A `fetch` that ignores its signal cannot delay this function.
 *
 * Each call sets its own timer. Edge runtimes cancel the timers of a request when that request ends, so requests that shared
 * a timer could wait forever.
 */
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
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    const first = await Promise.race([work, ended]);
    return first === over ? late() : first;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
