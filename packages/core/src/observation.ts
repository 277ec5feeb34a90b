import { type Auth, isAuth } from './auth.ts';
import { idsOf } from './authenticate.ts';
import { denialFor } from './denial.ts';
import type { Decision, VerifierEventListener } from './events.ts';
import { loggableCause } from './logs/cause.ts';
import type { ObservedVerifier } from './options/observe-option.ts';
import { startTimer, steadyMs } from './platform.ts';
import { copyRequest, type RequestView } from './request/request-view.ts';

/** Decides about a request, and then asks another verifier about a copy of it. */
export function observeRequest(
  decide: () => Auth | null | Promise<Auth | null>,
  request: RequestView,
  optional: boolean,
  observed: ObservedVerifier,
  emit: VerifierEventListener,
): Promise<Auth | null> {
  // Now, because the app can change the request after the decision.
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

interface Observation {
  readonly ask: Ask;
  readonly emit: VerifierEventListener;
  readonly beganAt: number;
}

// Those of all verifiers of the process, the oldest first.
const running = new Set<Observation>();
const maxRunning = 1_000;

// Then it no longer counts: the platform may have dropped it with its request (edge runtimes), or a check hangs.
const forgottenAfterMs = 60_000;

async function decideAndObserve<A extends Auth | null>(
  decide: () => A | Promise<A>,
  prepare: () => Ask,
  emit: VerifierEventListener,
): Promise<A> {
  const observation = begin(prepare, emit);
  let auth: A;
  try {
    auth = await decide();
  } catch (error) {
    compareLater(observation, refusedBy(error), null);
    throw error;
  }
  compareLater(observation, acceptedBy(auth), auth);
  return auth;
}

function begin(prepare: () => Ask, emit: VerifierEventListener): Observation | undefined {
  try {
    const [oldest] = running;
    const beganAt = steadyMs();
    if (oldest !== undefined && running.size >= maxRunning) {
      if (beganAt - oldest.beganAt < forgottenAfterMs) {
        emit({ type: 'not_observed', why: 'busy' });
        return undefined;
      }
      running.delete(oldest);
    }
    const observation = { ask: prepare(), emit, beganAt };
    running.add(observation);
    return observation;
  } catch (error) {
    reportFailure(error, emit);
    return undefined;
  }
}

// With a timer, so that the answer is sent first.
function compareLater(observation: Observation | undefined, decided: Decision | undefined, auth: Auth | null): void {
  if (observation === undefined) return;
  try {
    if (decided === undefined) running.delete(observation);
    else startTimer(() => void compare(observation, decided, auth), 0);
  } catch (error) {
    running.delete(observation);
    reportFailure(error, observation.emit);
  }
}

async function compare(observation: Observation, decided: Decision, auth: Auth | null): Promise<void> {
  const { ask, emit } = observation;
  try {
    const other = await ask();
    if (other !== null && !isAuth(other)) throw new Error('The observed verifier returned neither an Auth nor null.');
    report(decided, acceptedBy(other), differences(auth, other), emit);
  } catch (error) {
    const refused = refusedBy(error);
    if (refused === undefined) reportFailure(error, emit);
    else report(decided, refused, [], emit);
  } finally {
    running.delete(observation);
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
  // A verifier of other tokens than Torii's knows neither.
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
