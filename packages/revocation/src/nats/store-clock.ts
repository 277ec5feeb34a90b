import { elapsedMs, type Instant, instantNow } from '@torii/core/internal';

/** The present time by the server's clock, as its answers show it. */
export interface StoreClock {
  /** A moment that the server has just named. */
  set(ms: number): void;
  /** A moment that the server named when it wrote something: the present cannot be earlier. */
  atLeast(ms: number): void;
  /** `NaN` before the first answer. */
  now(): number;
}

export function createStoreClock(): StoreClock {
  let known: { readonly ms: number; readonly at: Instant } = { ms: Number.NaN, at: instantNow() };
  const now = (): number => Math.trunc(known.ms + elapsedMs(known.at));
  const set = (ms: number): void => {
    if (Number.isFinite(ms)) known = { ms, at: instantNow() };
  };
  return {
    set,
    atLeast: (ms) => {
      if (ms > now()) set(ms);
    },
    now,
  };
}
