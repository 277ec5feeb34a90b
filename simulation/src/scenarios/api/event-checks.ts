import type * as Api from '@torii/api';
import type { World } from '../../world/world.ts';
import type { Attempt, CallWatch } from './call-watch.ts';
import { earlyMs } from './waiting.ts';

/**
 * Finds the call that an event of a client is about, and checks what it says. Calls that begin at the same moment may have
 * equal events: then the first one is taken.
 */
export function checkEvent(world: World, watches: readonly CallWatch[], event: Api.ApiEvent): void {
  const matching = watches.filter((watch) => isAbout(watch, event));
  const [watch] = matching;
  const attempt = watch?.last;
  if (watch === undefined || attempt === undefined) {
    world.violate(31, `An event says that ${describe(event)}, which did not happen.`);
    return;
  }
  attempt.hasEvent = true;
  attempt.retryInMs = event.retryInMs;
  attempt.isEventSure = matching.length === 1;
  const { verdict } = watch;
  const isRetry = event.retryInMs !== null;
  if (verdict?.kind === 'retries' && isRetry) checkWait(watch, event.retryInMs, verdict);
  if (isRetry && (event.retryInMs ?? 0) > watch.leftMs)
    watch.violate(31, 'An event announces a retry after the time limit.');
  // A caller's id may be long, or look like a secret (statement 35).
  if (event.path.length > 201 || /[^\x20-\x7e…]|eyJ/.test(event.path))
    watch.violate(35, 'An event has an unsafe path.');
}

function checkWait(
  watch: CallWatch,
  waitMs: number | null,
  { leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number },
): void {
  if (waitMs !== null && (waitMs < leastMs - 0.001 || waitMs > mostMs + 0.001))
    watch.violate(31, `An event announces a retry in ${waitMs} ms, instead of ${leastMs} to ${mostMs} ms.`);
}

function isAbout(watch: CallWatch, event: Api.ApiEvent): boolean {
  const { attempt: number, error, retryInMs, durationMs } = event;
  const { last: attempt, verdict, process } = watch;
  if (attempt === undefined || attempt.hasEvent || watch.attempts.length !== number) return false;
  if (event.method !== watch.method || !isPathOf(watch, event.path)) return false;
  if (Math.abs(durationMs - (process.steadyMs - attempt.sentSteadyMs)) > 0.001) return false;
  if (attempt.outcome === undefined) return endsNow(watch, error) && retryInMs === null;
  if (attempt.endedAtMs !== watch.world.nowMs) return false;
  if ((error === null) !== (verdict?.kind === 'done')) return false;
  if (retryInMs === null && verdict?.kind === 'retries' && verdict.isSure) return false;
  if (retryInMs !== null && verdict?.kind !== 'retries') return false;
  return error === null || isErrorOf(attempt, error);
}

/** Ids in a path are shortened for logs. */
function isPathOf({ path }: CallWatch, shown: string): boolean {
  return shown.endsWith('…') ? path.includes(shown.slice(0, -1)) : path.endsWith(shown);
}

function endsNow({ world, abortedAtMs, leftMs }: CallWatch, error: Api.ApiEvent['error']): boolean {
  if (error === null || !('reason' in error)) return false;
  if (error.reason === 'aborted') return abortedAtMs === world.nowMs;
  return error.reason === 'timeout' && leftMs <= earlyMs;
}

function isErrorOf({ outcome }: Attempt, error: NonNullable<Api.ApiEvent['error']>): boolean {
  if (outcome?.kind === 'failure') return 'reason' in error && error.reason === 'network';
  return 'status' in error && error.status === (outcome && outcome.status >= 400 ? outcome.status : 502);
}

function describe({ attempt, error, retryInMs }: Api.ApiEvent): string {
  const what = error === null ? 'succeeded' : `failed (${'status' in error ? error.status : error.reason})`;
  return `request ${attempt} ${what} and is ${retryInMs === null ? 'not retried' : `retried in ${retryInMs} ms`}`;
}
