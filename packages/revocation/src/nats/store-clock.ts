import { elapsedMs, type Instant, instantNow, steadyMs, wallMs } from '@torii/core/internal';

/** If the wall clock and the steady clock differ by more, one was set or has stopped. */
const maxDifferenceMs = 5_000;

/** An answer that took longer does not tell the present time. It may have waited through a pause of the process. */
const maxAnswerMs = 5_000;

/** The present time by the server's clock, as its answers show it. */
export interface StoreClock {
  /** The present that the server has named, when it was asked at `askedAt`. */
  set(ms: number, askedAt: Instant): void;
  /** A moment that the server named when it wrote something that has just arrived: the present cannot be earlier. */
  atLeast(ms: number): void;
  /** `NaN` before the first answer. */
  now(): number;
  /** `NaN` also if a clock of this process was set or has stopped: `now` can then be ahead. */
  sureNow(): number;
}

export function createStoreClock(): StoreClock {
  let known: { readonly ms: number; readonly at: Instant } = { ms: Number.NaN, at: instantNow() };
  const now = (): number => Math.trunc(known.ms + elapsedMs(known.at));
  const set = (ms: number, askedAt: Instant): void => {
    if (Number.isFinite(ms) && elapsedMs(askedAt) < maxAnswerMs) known = { ms, at: askedAt };
  };
  const isSure = (): boolean =>
    Math.abs(wallMs() - known.at.wallMs - (steadyMs() - known.at.steadyMs)) <= maxDifferenceMs;
  return {
    set,
    atLeast: (ms) => {
      if (!isSure() || ms > now()) set(ms, instantNow());
    },
    now,
    sureNow: () => (isSure() ? now() : Number.NaN),
  };
}
