import { elapsedMs, type Instant, instantNow, steadyMs, wallMs } from '@torii/core/internal';

/** If the wall clock and the steady clock differ by more, one was set or has stopped. */
const maxDifferenceMs = 5_000;

/** The present time by the server's clock, as its answers show it. */
export interface StoreClock {
  /** A moment that the server has just named. */
  set(ms: number): void;
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
  const set = (ms: number): void => {
    if (Number.isFinite(ms)) known = { ms, at: instantNow() };
  };
  const isSure = (): boolean =>
    Math.abs(wallMs() - known.at.wallMs - (steadyMs() - known.at.steadyMs)) <= maxDifferenceMs;
  return {
    set,
    atLeast: (ms) => {
      if (!isSure() || ms > now()) set(ms);
    },
    now,
    sureNow: () => (isSure() ? now() : Number.NaN),
  };
}
