import { type Ask, flawsOf } from './ask.ts';
import { ageMs, type Fetch } from './fetch-book.ts';
import { driftMs, maxWaiting, staleAfterMs } from './key-view.ts';
import { fetchesOf, isReliable, poolMs } from './reliance.ts';

export interface Accepted {
  readonly kind: 'accepted';
  readonly userId: string;
  readonly environmentId: string | null;
  readonly isImpersonated: boolean;
  readonly expiresAtMs: number;
}

export interface Refused {
  readonly kind: 'refused';
  readonly status: number;
  readonly reason: string;
  readonly retryAfter: unknown;
}

/** What a verifier answered. */
export type Outcome = Accepted | Refused | { readonly kind: 'failed'; readonly text: string };

/** The statement that an answer breaks, and how. */
export type Problem = readonly [statement: number, text: string];

/** A request that is paused again and again gives up after three fetches. */
export const maxLoads = 3;
const timeReasons = ['token_expired', 'token_not_yet_valid'];

export function problemOf(ask: Ask, outcome: Outcome, nowMs: number): Problem | undefined {
  if (outcome.kind === 'failed') return [18, `failed: ${outcome.text}`];
  return outcome.kind === 'accepted' ? problemOfAccepted(ask, outcome, nowMs) : problemOfRefused(ask, outcome, nowMs);
}

function problemOfAccepted(ask: Ask, outcome: Accepted, nowMs: number): Problem | undefined {
  const { asked, token } = ask;
  const [flaw] = flawsOf(token, asked);
  if (flaw !== undefined) return [timeReasons.includes(flaw) ? 7 : 6, `was accepted in spite of ${flaw}`];
  if (token.isImpersonated && asked.settings.refusesImpersonated) return [27, 'passed although impersonated'];
  const isSame =
    outcome.userId === token.userId &&
    outcome.environmentId === token.environmentId &&
    outcome.isImpersonated === token.isImpersonated &&
    outcome.expiresAtMs === token.untilMs;
  if (!isSame) return [11, `gave the Auth of another token: ${outcome.userId}`];
  return problemOfKey(ask, 'was accepted', nowMs);
}

/** The key must verify the token, and may be relied on. */
function problemOfKey(ask: Ask, what: string, nowMs: number): Problem | undefined {
  const { token, view, asked } = ask;
  if (token.signedBy === undefined) return [10, `${what}, although its signature is wrong`];
  if (isReliable(ask, nowMs)) return undefined;
  if (view.current === undefined) return [12, `${what}, although no keys are known`];
  const name = view.keys?.get(token.kid);
  if (name === undefined) return [11, `${what}, although its key has left the key set`];
  if (name !== token.signedBy) return [5, `${what}, although ${token.kid} of its issuer is another key`];
  return [12, `${what} by keys that are ${Math.round(view.ageMs())} ms old (${asked.settings.maxStaleMs} may be)`];
}

function problemOfRefused(ask: Ask, { status, reason, retryAfter }: Refused, nowMs: number): Problem | undefined {
  const { asked, token } = ask;
  const expected = reason === 'keys_unavailable' ? 503 : reason === 'not_allowed' ? 403 : 401;
  const isTold = status !== 503 || (Number.isInteger(retryAfter) && Number(retryAfter) >= 1);
  if (status !== expected || !isTold) return [12, `was answered with ${status} ${reason}, Retry-After ${retryAfter}`];
  const flaws = flawsOf(token, asked);
  if (flaws.includes(reason)) return undefined;
  if (timeReasons.includes(reason)) return [7, `was refused as ${reason}, although it is in time`];
  if (ask.wasCheap && ask.clockChanges === asked.process.clockChanges) {
    return [6, `was refused as ${reason}, although ${flaws.join(' and ')} comes first`];
  }
  switch (reason) {
    case 'not_allowed':
      if (!token.isImpersonated || !asked.settings.refusesImpersonated) return [27, 'was refused by a check'];
      return problemOfKey(ask, 'was refused as impersonated', nowMs);
    case 'signature_invalid':
      return problemOfInvalid(ask);
    case 'key_unknown':
      return problemOfUnknown(ask);
    case 'keys_unavailable':
      return problemOfUnavailable(ask, nowMs) ?? problemOfRetryAfter(ask, Number(retryAfter));
    default:
      return [6, `was refused as ${reason}`];
  }
}

function problemOfInvalid({ token, view, asked, usesFile }: Ask): Problem | undefined {
  if (token.signedBy === undefined) return undefined;
  const known = [view.keys, view.previous?.keys, usesFile ? asked.file?.names : undefined];
  const isAnother = known.some((keys) => (keys?.get(token.kid) ?? token.signedBy) !== token.signedBy);
  return isAnother ? undefined : [12, 'was refused as if its signature were wrong'];
}

function problemOfUnknown(ask: Ask): Problem | undefined {
  const { token, view } = ask;
  if (ask.usesFile) return [12, 'was refused although the file has its key'];
  if (view.keys?.has(token.kid) === true) return [12, 'was refused although its key is known'];
  if (view.keys === undefined || view.keys.size === 0 || view.isFailing) {
    return [12, 'was refused with 401, although the keys are not known for sure'];
  }
  const age = view.ageMs();
  if (age >= staleAfterMs + poolMs) return [12, `was refused with 401 by keys that are ${Math.round(age)} ms old`];
  const wasSearched = fetchesOf(ask).some(({ ended }) => ended !== undefined);
  const mayNotSearch = !view.hasPermit || view.unknown.isFlooded(ask) || view.pending.size >= maxWaiting;
  if (wasSearched || mayNotSearch) return undefined;
  return [4, 'was refused as of an unknown key, although no fetch has looked for the key'];
}

function problemOfUnavailable(ask: Ask, nowMs: number): Problem | undefined {
  const { token, view, asked } = ask;
  const { maxStaleMs, timeoutMs } = asked.settings;
  if (ask.usesFile) return [12, 'got 503 although the file has its key'];
  if (view.pending.size >= maxWaiting) return undefined;
  const age = view.ageMs();
  if (view.keys?.has(token.kid) === true && age < Math.max(staleAfterMs, maxStaleMs)) {
    return [12, `got 503 although its key is known and ${Math.round(age)} ms old`];
  }
  if (view.isFetching && nowMs - ask.begun.atMs >= timeoutMs - driftMs(timeoutMs)) return undefined;
  const isCertain = (view.keys?.size ?? 0) > 0 && age < staleAfterMs && !view.isFailing;
  if (isCertain) return [12, 'got 503 although all keys are known'];
  const isInDelay = view.isInRetryDelay && view.hasFailedFor(timeoutMs);
  if (!view.hasPermit || isInDelay || view.unknown.isFlooded(ask)) return undefined;
  const over = fetchesOf(ask).filter(({ ended }) => ended !== undefined);
  if (over.length >= maxLoads || over.some((fetch) => counts(fetch, timeoutMs))) return undefined;
  // A failure counts from when its fetch began, not from its end.
  return [view.isFailing ? 34 : 12, 'got 503, although the endpoint was not asked'];
}

/**
 * Does not count if the process was paused during the fetch, unless the response is recent enough. Nor if it was ended by the
 * shorter time limit of another caller.
 */
function counts({ begun, ended, keys, view, wasAborted }: Fetch, timeoutMs: number): boolean {
  if (ended === undefined) return false;
  if (wasAborted && keys === undefined && ended.atMs - begun.atMs < timeoutMs - driftMs(timeoutMs)) return false;
  const tookMs = Math.max(ended.wallMs - begun.wallMs, ended.steadyMs - begun.steadyMs);
  return tookMs <= view.maxTimeoutMs + 1_000 || (keys !== undefined && ageMs(view.process, begun) < staleAfterMs);
}

/** A second after the start of a failed fetch, or until the next permit. */
function problemOfRetryAfter({ view }: Ask, seconds: number): Problem | undefined {
  const mostS = view.hasPermit ? 1 : 8;
  return seconds > mostS ? [12, `was told to wait for ${seconds} seconds, although ${mostS} are enough`] : undefined;
}
