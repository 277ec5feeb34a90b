import { elapsedMs, type Instant, instantNow } from '@torii/core/internal';

/** An answer that took longer does not tell the present time. It may have waited through a pause of the process. */
const maxAnswerMs = 5_000;

/** The present time by the server's clock, as its answers show it. */
export interface StoreClock {
  /** The present that the server has named, when it was asked at `askedAt`. */
  set(ms: number, askedAt: Instant): void;
  /** A moment that the server named when it wrote something: the present cannot be earlier. */
  atLeast(ms: number): void;
  /** `NaN` before the first answer. */
  now(): number;
}

export function createStoreClock(): StoreClock {
  let known: { readonly ms: number; readonly at: Instant } = { ms: Number.NaN, at: instantNow() };
  const now = (): number => Math.trunc(known.ms + elapsedMs(known.at));
  const set = (ms: number, askedAt: Instant): void => {
    if (Number.isFinite(ms) && elapsedMs(askedAt) < maxAnswerMs) known = { ms, at: askedAt };
  };
  return {
    set,
    atLeast: (ms) => {
      if (ms > now()) set(ms, instantNow());
    },
    now,
  };
}
