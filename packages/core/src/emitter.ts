export const silent = (): void => {};

/** Wraps a listener so that its errors and rejections are ignored: they must not affect a request or crash the process. */
export function emitterFor<Event>(listener: ((event: Event) => unknown) | undefined): (event: Event) => void {
  if (listener === undefined) return silent;
  return (event) => {
    try {
      const result = listener(event);
      if (Object(result) === result) Promise.resolve(result).catch(() => {});
    } catch {}
  };
}
