import { type Auth, isAuth } from './auth.ts';
import { idsOf } from './authenticate.ts';
import { denialFor } from './denial.ts';
import type { Decision, VerifierEventListener } from './events.ts';
import { loggableCause } from './logs/cause.ts';
import type { ObservedVerifier } from './options/observe-option.ts';
import { startTimer } from './platform.ts';
import { copyRequest, type RequestView } from './request/request-view.ts';
import { CallLimit } from './time/call-limit.ts';

/** Decides about a request, and then asks another verifier about a copy of it. */
export function observeRequest(
  decide: () => Auth | null | Promise<Auth | null>,
  request: RequestView,
  optional: boolean,
  observed: ObservedVerifier,
  emit: VerifierEventListener,
): Promise<Auth | null> {
  // Copy it now: the app can change the request after the decision.
  const prepare = (): Ask => {
    const copy = copyRequest(request);
    return () => observed.authenticate(copy, { optional });
  };
  return decideAndObserve(decide, prepare, emit);
}

/** Decides about a token, and then asks another verifier about it. */
export function observeToken(
  decide: () => Promise<Auth>,
  token: unknown,
  observed: ObservedVerifier,
  emit: VerifierEventListener,
): Promise<Auth> {
  return decideAndObserve(decide, () => () => observed.verify(token as string), emit);
}

type Ask = () => Promise<unknown>;

// Shared by all verifiers of the process. A run no longer counts after a minute, because a check may hang.
const runs: CallLimit = /* @__PURE__ */ new CallLimit(1_000, 60_000);

async function decideAndObserve<A extends Auth | null>(
  decide: () => A | Promise<A>,
  prepare: () => Ask,
  emit: VerifierEventListener,
): Promise<A> {
  const ask = askOrReport(prepare, emit);
  let auth: A;
  try {
    auth = await decide();
  } catch (error) {
    compareLater(ask, refusedBy(error), null, emit);
    throw error;
  }
  compareLater(ask, acceptedBy(auth), auth, emit);
  return auth;
}

function askOrReport(prepare: () => Ask, emit: VerifierEventListener): Ask | undefined {
  try {
    return prepare();
  } catch (error) {
    reportFailure(error, emit);
    return undefined;
  }
}

// Runs in a timer, so that the response is sent first.
function compareLater(
  ask: Ask | undefined,
  decided: Decision | undefined,
  auth: Auth | null,
  emit: VerifierEventListener,
): void {
  if (ask === undefined || decided === undefined) return;
  try {
    startTimer(() => {
      if (runs.mayBegin()) void runs.run(() => compare(ask, decided, auth, emit));
      else emit({ type: 'not_observed', why: 'busy' });
    }, 0);
  } catch (error) {
    reportFailure(error, emit);
  }
}

// Never rejects.
async function compare(ask: Ask, decided: Decision, auth: Auth | null, emit: VerifierEventListener): Promise<void> {
  try {
    const other = await ask();
    if (other !== null && !isAuth(other)) throw new Error('The observed verifier returned neither an Auth nor null.');
    report(decided, acceptedBy(other), differences(auth, other), emit);
  } catch (error) {
    const refused = refusedBy(error);
    if (refused === undefined) reportFailure(error, emit);
    else report(decided, refused, [], emit);
  }
}

type Difference = 'outcome' | 'userId' | 'environmentId' | 'organization';

function report(
  decided: Decision,
  observed: Decision,
  fields: readonly Difference[],
  emit: VerifierEventListener,
): void {
  const differs: readonly Difference[] = decided.outcome === observed.outcome ? fields : ['outcome'];
  if (differs.length > 0) emit({ type: 'disagreed', decided, observed, differs });
  else emit({ type: 'agreed', outcome: decided.outcome });
}

function differences(auth: Auth | null, other: Auth | null): readonly Difference[] {
  if (auth === null || other === null) return [];
  const differs: Difference[] = auth.userId === other.userId ? [] : ['userId'];
  // Tokens of other issuers have neither an environment nor an organization.
  if (auth.environmentId === null || other.environmentId === null) return differs;
  if (auth.environmentId !== other.environmentId) differs.push('environmentId');
  const [ours, theirs] = [auth.organization, other.organization];
  if (ours?.id !== theirs?.id || ours?.role !== theirs?.role) differs.push('organization');
  return differs;
}

function acceptedBy(auth: Auth | null): Decision {
  return auth === null ? { outcome: 'passed' } : { outcome: 'accepted', ...idsOf(auth) };
}

// `undefined` if it is not a decision about the caller: keys that cannot be fetched, or an error of a check.
function refusedBy(error: unknown): Decision | undefined {
  const denial = denialFor(error);
  if (denial === undefined || denial.status === 503) return undefined;
  return { outcome: 'refused', reason: denial.body.error.reason };
}

function reportFailure(error: unknown, emit: VerifierEventListener): void {
  emit({ type: 'not_observed', why: 'failed', cause: loggableCause(error) });
}
