import type { Reading } from '../keys/fetch-book.ts';
import { driftMs } from '../keys/key-view.ts';
import { poolMs } from '../keys/reliance.ts';
import type { Accepted, Outcome, Refused } from './clients.ts';
import { type Call, graceMs, refusedMs } from './issuer-view.ts';
import { type Ask, needsApproval } from './judge.ts';
import { maxNew } from './process-view.ts';

/** The statement that an answer breaks, and how. */
export type Problem = readonly [statement: number, text: string];

type Trouble = (sinceMs: number) => boolean;

const keySetMs = 5 * 60_000;
const maxStaleMs = 3_600_000;
const maxWaiting = 9_990;

export function problemOf(ask: Ask, outcome: Outcome, nowMs: number, hadTrouble: Trouble): Problem | undefined {
  const { client } = ask;
  if (outcome.kind === 'failed') {
    // The mistake of the app: a 500, and the request is not let through.
    if (client.hasChecks && client.plan.isMisused && outcome.text.includes('reportOnly')) return undefined;
    return [18, `failed: ${outcome.text}`];
  }
  if (outcome.kind === 'accepted') return problemOfAccepted(ask, outcome, nowMs, hadTrouble);
  return problemOfRefused(ask, outcome, nowMs, hadTrouble);
}

function problemOfAccepted(ask: Ask, outcome: Accepted, nowMs: number, hadTrouble: Trouble): Problem | undefined {
  const { token, client, decider } = ask;
  const [flaw] = ask.flaws;
  if (flaw !== undefined) return [flaw === 'token_expired' ? 7 : 6, `was accepted in spite of ${flaw}`];
  const hasChecks = client.hasChecks && decider === 'approve';
  if (hasChecks && client.plan.isMisused) return [27, 'was let through by a check that is only reported'];
  const isRefused = decider === 'listed' || (hasChecks && client.plan.refusesImpersonated);
  if (token.isImpersonated && isRefused) return [27, 'passed although impersonated'];
  const isSame =
    outcome.userId === token.userId &&
    outcome.environmentId === token.environmentId &&
    outcome.isImpersonated === token.isImpersonated;
  if (!isSame) return [11, `gave the Auth of another token: ${outcome.userId}`];
  if (needsApproval(ask)) {
    const problem = problemOfApproval(ask, nowMs);
    if (problem !== undefined) return problem;
  }
  return problemOfKey(ask, nowMs, hadTrouble);
}

/** The answers of `approve` that may have counted for a request. */
function answersFor({ newest, issuer, begun }: Ask): readonly Call[] {
  const since = issuer.states.filter(({ atMs }) => atMs >= begun.atMs).map(({ call }) => call);
  return newest === undefined ? since : [newest, ...since];
}

/** Whether an approval was young enough when it counted. */
function isYoung(ask: Ask, call: Call, slackMs = 0): boolean {
  const { begun, view } = ask;
  const ended = call.ended;
  if (ended === undefined) return false;
  const at = ended.atMs > begun.atMs ? ended : begun;
  const age = msBetween(call.begun, at);
  return (age < -1_000 ? Number.POSITIVE_INFINITY : age) < view.rememberMs + slackMs;
}

function approves(call: Call, environmentId: string): boolean {
  const { answer } = call;
  return answer?.kind === 'approved' && (answer.environments?.includes(environmentId) ?? true);
}

function problemOfApproval(ask: Ask, nowMs: number): Problem | undefined {
  const answers = answersFor(ask).filter((call) => approves(call, ask.token.environmentId));
  if (answers.some((call) => isYoung(ask, call))) return undefined;
  // A request that waited for its keys was approved a little earlier.
  if (nowMs - ask.begun.atMs > poolMs && answers.some((call) => isYoung(ask, call, 1))) return undefined;
  const age = Math.round(ask.approvalAgeMs);
  if (answers.length > 0) return [11, `was accepted although its approval is ${age} ms old`];
  const known = ask.newest?.answer?.kind ?? 'no answer';
  return [known === 'no answer' ? 6 : 11, `was accepted although approve has not approved it (${known})`];
}

function problemOfKey({ token, server }: Ask, nowMs: number, hadTrouble: Trouble): Problem | undefined {
  if (token.signedBy === undefined) return [10, 'was accepted, although its signature is wrong'];
  if (server === undefined) return [6, 'was accepted, although no issuer has its name'];
  if (!server.hasPublished(token.signedBy, nowMs - maxStaleMs - keySetMs))
    return [5, 'was accepted, although its issuer has not published its key'];
  const sinceMs = nowMs - keySetMs - 20_000;
  if (hadTrouble(sinceMs - 120_000) || server.hasPublished(token.signedBy, sinceMs)) return undefined;
  return [12, 'was accepted, although its key was withdrawn more than five minutes ago'];
}

function problemOfRefused(ask: Ask, refused: Refused, nowMs: number, hadTrouble: Trouble): Problem | undefined {
  const { status, reason, retryAfter } = refused;
  const { token, client, server, decider } = ask;
  const expected = reason === 'keys_unavailable' ? 503 : reason === 'not_allowed' ? 403 : 401;
  const isTold = status !== 503 || (Number.isInteger(retryAfter) && Number(retryAfter) >= 1);
  if (status !== expected || !isTold) return [12, `was answered with ${status} ${reason}, Retry-After ${retryAfter}`];
  if (ask.flaws.includes(reason)) return undefined;
  if (ask.flaws.length > 0) return [6, `was refused as ${reason}, although ${ask.flaws.join(' and ')} comes first`];
  const isApproval = refused.message.startsWith('The issuer of the token');
  switch (reason) {
    case 'not_allowed': {
      const mayRefuse = decider === 'listed' || (client.hasChecks && client.plan.refusesImpersonated);
      if (!mayRefuse || !token.isImpersonated) return [27, 'was refused by a check'];
      return decider === 'approve' ? problemOfApproval(ask, nowMs) : undefined;
    }
    case 'issuer_refused':
      return problemOfIssuerRefused(ask);
    case 'environment_refused':
      return problemOfEnvironmentRefused(ask);
    case 'signature_invalid':
      return server?.hasPublished(token.signedBy ?? '', nowMs) && !hadTrouble(nowMs - 20_000)
        ? [12, 'was refused as if its signature were wrong']
        : undefined;
    case 'key_unknown':
      return problemOfUnknownKey(ask, hadTrouble);
    case 'keys_unavailable':
      if (isApproval) return problemOfUnavailable(ask, Number(retryAfter), nowMs);
      if (ask.waiting >= maxWaiting || hadTrouble(ask.begun.atMs - 70_000)) return undefined;
      return [12, 'got 503 although its issuer works'];
    default:
      return [6, `was refused as ${reason}`];
  }
}

function problemOfIssuerRefused(ask: Ask): Problem | undefined {
  if (ask.decider === 'listed') return [6, 'was refused, although a verifier names its issuer'];
  const { issuer, begun } = ask;
  // A refusal counts for ten seconds, also for a request that came before it.
  if (ask.wasRefused || issuer.answeredNoAtMs >= begun.atMs) return undefined;
  if ((ask.wasUnsure || ask.view.isCrowded) && issuer.answeredNoAtMs >= begun.atMs - refusedMs) return undefined;
  return [12, 'was refused, although approve has not refused its issuer in the last ten seconds'];
}

function problemOfEnvironmentRefused(ask: Ask): Problem | undefined {
  if (ask.decider !== 'approve') return [9, 'was refused as of another environment'];
  const answers = answersFor(ask).filter(
    (call) => call.answer?.kind === 'approved' && !approves(call, ask.token.environmentId),
  );
  if (answers.some((call) => isYoung(ask, call))) return undefined;
  return [12, 'was refused as of another environment, although its environment is approved'];
}

function problemOfUnknownKey({ token, server, issuer, begun }: Ask, hadTrouble: Trouble): Problem | undefined {
  if (server === undefined) return [6, 'was refused for its key, although it has no issuer'];
  const sinceMs = begun.atMs - 30_000;
  const isKnown = token.signedBy !== undefined && server.publishesSince(token.signedBy, sinceMs);
  if (!isKnown || token.kid.endsWith('-2') || hadTrouble(sinceMs - 60_000)) return undefined;
  if (issuer.unknownKeyAskAtMs >= sinceMs) return undefined;
  return [12, 'was refused, although its key has been published for half a minute'];
}

function problemOfUnavailable(ask: Ask, retryAfter: number, nowMs: number): Problem | undefined {
  const { view, issuer } = ask;
  if (ask.decider === 'listed') return [12, 'got 503 for an approval that it does not need'];
  const wasApproved = ask.newest?.answer?.kind === 'approved' && !ask.wasUnsure;
  if (wasApproved && ask.approvalAgeMs < view.rememberMs)
    return [12, `got 503 although it was approved ${Math.round(ask.approvalAgeMs)} ms ago`];
  const mostS = Math.max(1, wasApproved ? 1 : Math.ceil(60 / view.newPerMinute));
  if (retryAfter > mostS) return [12, `was told to wait for ${retryAfter} seconds, although ${mostS} are enough`];
  // The call may not have had its turn in all this time.
  if (nowMs - ask.waitsSinceMs >= view.timeoutMs - driftMs(view.timeoutMs)) return undefined;
  if (ask.waiting >= maxWaiting || ask.wasInRetryDelay) return undefined;
  // A call of before a pause, or of before the clock was set, has its place until its time limit. The next one needs another.
  const places = ask.waitingIssuers * (ask.clockChanges > 0 ? 2 : 1);
  const isLimited = !ask.hadPermit || !view.hasPermit || places >= maxNew - 1;
  if (!wasApproved && isLimited) return undefined;
  const tried = issuer.calls.filter((call) => hasFailedFor(ask, call));
  // A call that failed in a pause is repeated, up to three times.
  if (tried.some((call) => !wasPaused(call, view.timeoutMs)) || tried.length >= 3) return undefined;
  return [34, 'got 503, although approve was not asked'];
}

/** Whether a call has failed while a request waited for it. One from before a pause is replaced. */
function hasFailedFor({ begun, view }: Ask, call: Call): boolean {
  const over = call.ended ?? call.aborted;
  if (over === undefined || over.atMs < begun.atMs || (call.aborted === undefined && call.answer?.kind !== 'failed'))
    return false;
  return call.begun.atMs >= begun.atMs || msBetween(call.begun, begun) < view.timeoutMs + graceMs;
}

function wasPaused({ begun, ended, aborted }: Call, timeoutMs: number): boolean {
  const over = aborted ?? ended;
  return over === undefined || msBetween(begun, over) >= timeoutMs + graceMs;
}

function msBetween(from: Reading, to: Reading): number {
  return Math.max(to.wallMs - from.wallMs, to.steadyMs - from.steadyMs);
}
