import {
  type Auth,
  type Check,
  createVerifier,
  type RevocableToken,
  type RevocationSource,
  refuse,
  ToriiError,
  type Verifier,
  type VerifierEvent,
} from '@torii/core';
import type { CheckName, KeyAnswer, PlainRevocations, Step, VerifierQuestion } from '../case.ts';
import { showRequest } from './show-request.ts';

const realSetTimeout = globalThis.setTimeout;

const checks: Readonly<Record<CheckName, Check>> = {
  yes: () => true,
  no: () => false,
  // A check in plain JavaScript can return a truthy value that is not `true`. Only `true` lets a request through.
  truthy: () => JSON.parse('1'),
  refuse: () => refuse('Not on Sundays.', 'it is Sunday'),
  throw: () => {
    throw new TypeError('The check is broken.');
  },
};

/** Returns an item for each step, then the number of key fetches if `keyAnswers` is set, then the events if `listen` is set. */
export async function takeSteps(question: VerifierQuestion): Promise<string> {
  const events: VerifierEvent[] = [];
  const endpoint = question.keyAnswers && makeEndpoint(question.keyAnswers);
  const revoked = new Set(question.revocations?.revoked);
  const realNow = Date.now;
  try {
    const verifier = createVerifier({
      issuer: undefined,
      ...question.options,
      ...(endpoint && { fetch: endpoint.fetch }),
      ...(question.revocations && { revocations: makeSource(question.revocations, revoked) }),
      ...(question.checks && { checks: question.checks.map((name) => checks[name]) }),
      ...(question.listen && { onEvent: (event) => void events.push(event) }),
    });
    const items: string[] = [];
    for (const step of question.steps) {
      if ('clockAheadMs' in step) Date.now = () => realNow() + step.clockAheadMs;
      else if ('revoke' in step) revoked.add(step.revoke);
      else if ('fakeTimers' in step) Object.assign(globalThis, { setTimeout: () => 0 });
      else items.push(await take(step, verifier));
    }
    if (endpoint) items.push(`${endpoint.count()} fetched`);
    if (question.listen) items.push(events.map(describeEvent).join(' '));
    return items.join('; ');
  } finally {
    Date.now = realNow;
    globalThis.setTimeout = realSetTimeout;
  }
}

async function take(
  step: Exclude<Step, { clockAheadMs: number } | { revoke: string } | { fakeTimers: true }>,
  verifier: Verifier,
): Promise<string> {
  if ('check' in step) {
    const { auth, denial } = await verifier.check(showRequest(step.check));
    return denial === undefined ? describeAuth(auth) : `${denial.status} ${denial.body.error.reason}`;
  }
  if ('authenticate' in step) {
    const { authenticate, optional = false } = step;
    return outcomeOf(verifier.authenticate(showRequest(authenticate), { optional }));
  }
  const { token, times = 1 } = step;
  const outcomes = await Promise.all(Array.from({ length: times }, () => outcomeOf(verifier.verify(token))));
  const distinct = [...new Set(outcomes)].join(' or ');
  return times === 1 ? distinct : `${times} times ${distinct}`;
}

async function outcomeOf(work: Promise<Auth | null>): Promise<string> {
  try {
    return describeAuth(await work);
  } catch (error) {
    return describeError(error);
  }
}

function describeAuth(auth: Auth | null): string {
  return auth === null ? 'signed out' : `${auth.userId} of ${auth.environmentId}`;
}

/** The reason of a Torii error, or any other error as text. */
export function describeError(error: unknown): string {
  if (!(error instanceof ToriiError)) return String(error);
  const { reason, code } = error.toJSON();
  return reason ?? ('option' in error ? `${code}: ${error.option}` : code);
}

function describeEvent(event: VerifierEvent): string {
  switch (event.type) {
    case 'verified':
      return event.fromCache ? 'verified_again' : 'verified';
    case 'passed':
      return `passed:${event.why}`;
    case 'refused':
      return `refused:${describeError(event.error)}${event.detail.check === undefined ? '' : `:${event.detail.check}`}`;
    case 'keys_fetched':
      return `keys_fetched:${event.kids.join('+')}`;
    default:
      return event.type;
  }
}

function makeSource(
  { maxTokenSeconds, isLate, fails }: PlainRevocations,
  revoked: ReadonlySet<string>,
): RevocationSource {
  const judge = ({ auth, digest }: RevocableToken) => {
    if (fails) throw new TypeError('The store is gone.');
    return revoked.has(auth.userId) || revoked.has(digest) ? 'revoked' : 'accepted';
  };
  const issuer = 'https://acme.torii.test';
  const check: RevocationSource['check'] = isLate ? async (token) => judge(token) : judge;
  return { issuer, environmentId: 'env_1', maxTokenSeconds, check };
}

/** A key endpoint in memory. It responds after a delay, so that concurrent requests meet a fetch in flight. */
function makeEndpoint(answers: readonly KeyAnswer[]): { fetch: typeof fetch; count: () => number } {
  let count = 0;
  return {
    count: () => count,
    async fetch() {
      const { status = 200, body } = answers[Math.min(count, answers.length - 1)] ?? { status: 500, body: {} };
      count += 1;
      await new Promise((resolve) => realSetTimeout(resolve, 20));
      return new Response(JSON.stringify(body), { status });
    },
  };
}
