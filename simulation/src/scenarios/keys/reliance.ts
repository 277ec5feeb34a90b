import type { Ask } from './ask.ts';
import type { Fetch } from './fetch-book.ts';
import { driftMs, staleAfterMs } from './key-view.ts';

/** A signature of a crowd is checked in the thread pool: a virtual millisecond, or two if the clock of the process is slow. */
export const poolMs = 2;

/** Whether the key that has signed a token may be relied on, by what its process knows. */
export function isReliable(ask: Ask, nowMs: number): boolean {
  const { asked, token, view, begun } = ask;
  if (ask.usesFile && asked.file?.names.get(token.kid) === token.signedBy) return true;
  const waitedMs = nowMs - begun.atMs;
  const { maxStaleMs, timeoutMs } = asked.settings;
  const slackMs = waitedMs > 0 ? poolMs : 0;
  if (view.keys?.get(token.kid) === token.signedBy) {
    const age = view.ageMs() - slackMs;
    if (age < staleAfterMs) return true;
    const mayBeOld =
      (view.isInOutage(timeoutMs + slackMs) && view.hasFailedFor(timeoutMs)) ||
      fetchesOf(ask).some(({ hasFailed }) => hasFailed) ||
      (view.isFailing && (!view.hasPermit || view.crowdedAtMs >= begun.atMs)) ||
      (view.isFetching && waitedMs >= timeoutMs - driftMs(timeoutMs));
    if (age < maxStaleMs && mayBeOld) return true;
  }
  // Whether the keys changed, or the process was frozen, between the lookup of the key and the end of the signature check.
  const { frozenAtMs, thawedAtMs } = asked.process;
  const wasStopped = thawedAtMs >= nowMs - poolMs && thawedAtMs > begun.atMs;
  if (ask.wasGood && (waitedMs <= poolMs || (wasStopped && frozenAtMs <= begun.atMs + poolMs))) return true;
  const lookedUpMs = wasStopped ? frozenAtMs - poolMs : nowMs - poolMs;
  return [view.current, view.previous].some((fetch) => {
    if (fetch === undefined) return false;
    const ended = fetch.ended?.atMs ?? Number.POSITIVE_INFINITY;
    if (fetch.keys?.get(token.kid) !== token.signedBy || waitedMs === 0 || view.replacedAtMs < lookedUpMs) return false;
    return (
      ended <= (wasStopped ? frozenAtMs : nowMs) && lookedUpMs - fetch.begun.atMs < Math.max(staleAfterMs, maxStaleMs)
    );
  });
}

/** The fetches that were under way while the request waited. */
export function fetchesOf({ view, turn }: Ask): readonly Fetch[] {
  const found: Fetch[] = [];
  for (let i = view.fetches.length - 1; i >= 0 && found.length < 5; i--) {
    const fetch = view.fetches[i] as Fetch;
    if (fetch.endedTurn <= turn) break;
    found.push(fetch);
  }
  return found;
}
