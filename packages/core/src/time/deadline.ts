const over = Symbol('over');

/**
 * Settles as `work` does, or as `late` does if time is up or `signal` is aborted first. Abort the work in `late`: not every
 * `fetch` heeds its signal, so the race does not rely on it.
 *
 * Each call sets its own timer. Edge runtimes end the timers of a request with that request, so a shared one could leave
 * the other waiters hanging.
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
