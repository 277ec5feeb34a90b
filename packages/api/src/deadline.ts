/** The end of a call: when its time is over, or as soon as its signal says so. */
export interface Deadline {
  /** For a fetch. */
  readonly signal: AbortSignal;
  /** The result of a piece of work, or a rejection as soon as the call is over: not every fetch heeds a signal. */
  race<T>(work: Promise<T>): Promise<T>;
  wait(ms: number): Promise<void>;
  /** To be called in the end, so that no timer and no listener outlives the call. */
  release(): void;
}

export function startDeadline(timeoutMs: number, given: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const end = (): void => controller.abort();
  const timers = [setTimeout(end, timeoutMs)];
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', reject);
  });
  // Nobody may be racing.
  over.catch(() => {});
  given?.addEventListener('abort', end);
  if (given?.aborted) end();
  const race = <T>(work: Promise<T>): Promise<T> => Promise.race([work, over]);
  return {
    signal,
    race,
    wait: (ms) => race(new Promise((resolve) => timers.push(setTimeout(resolve, ms)))),
    release() {
      for (const timer of timers) clearTimeout(timer);
      given?.removeEventListener('abort', end);
    },
  };
}
