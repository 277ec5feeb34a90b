import { wrongOption, wrongValue } from '@torii/core/internal';
import type { StoreClock } from './store-clock.ts';

/** Less than other servers accept, because the clock of the store may be set back meanwhile. */
const maxAheadMs = 720_000;
/** The largest accepted difference between the clocks of this server and of Torii. */
const toleranceMs = 30_000;
const example = "at: user.updatedAt, a Date or text such as '2026-11-29T15:00:00Z'";

/** The cut-off of a revocation, in Unix seconds. */
export function readMoment(at: unknown, clock: StoreClock): number {
  if (at === undefined) return Math.floor((clock.latestMs + toleranceMs) / 1000);
  const ms = msOf(at);
  if (ms === undefined) throw wrongValue('at', 'a moment', at, example);
  if (!(ms >= 1000)) throw wrongOption('at', `is not a moment after 1970. Write ${example}`);
  if (ms > clock.nowMs + maxAheadMs)
    throw wrongOption('at', 'is more than 12 minutes ahead. Write the moment at which Torii carried out the change');
  return Math.floor(ms / 1000);
}

/** The Unix milliseconds of a Date, or of ISO 8601 with a time zone. `undefined` for any other value. */
export function msOf(at: unknown): number | undefined {
  if (typeof at === 'string') {
    const hasZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(at);
    return hasZone ? Date.parse(at) : undefined;
  }
  // Not `instanceof`: the Date may come from another realm.
  const isDate = Object.prototype.toString.call(at) === '[object Date]';
  return isDate ? Number(at as Date) : undefined;
}
