/** The emitter of a listener that was not given. */
export const silent = (): void => {};

/** Calls a listener, and ignores what it throws or rejects with: it must not decide about a request or end the process. */
export function emitterFor<Event>(listener: ((event: Event) => unknown) | undefined): (event: Event) => void {
  if (listener === undefined) return silent;
  return (event) => {
    try {
      const result = listener(event);
      if (Object(result) === result) Promise.resolve(result).catch(() => {});
    } catch {
      // See above.
    }
  };
}
