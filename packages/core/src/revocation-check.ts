import { ToriiAuthError, ToriiUnavailableError } from './errors.ts';
import { withDetail } from './events.ts';
import { innermostProblem, loggableCause } from './logs/cause.ts';
import { describeValue } from './logs/found-value.ts';
import { isPromise } from './promises/is-promise.ts';
import type { RevocableToken } from './revocations.ts';

/** `check` of a RevocationSource. What it returns is not trusted. */
export type CheckRevocation = (token: RevocableToken) => unknown;

/** Throws, or rejects, unless the source says that it accepts the token. */
export function refuseRevoked(token: RevocableToken | undefined, check: CheckRevocation): void | Promise<void> {
  if (token === undefined) throw new Error('Every token has a digest if there are revocations.');
  let verdict: unknown;
  try {
    verdict = check(token);
    // Not async: a request with a known token should not wait for a promise.
    if (isPromise(verdict)) return refuseLater(verdict);
  } catch (thrown) {
    throw unknownVerdict(thrown);
  }
  refuseUnlessAccepted(verdict);
}

async function refuseLater(verdict: Promise<unknown>): Promise<void> {
  let settled: unknown;
  try {
    settled = await verdict;
  } catch (thrown) {
    throw unknownVerdict(thrown);
  }
  refuseUnlessAccepted(settled);
}

function refuseUnlessAccepted(verdict: unknown): void {
  if (verdict === 'accepted') return;
  if (verdict === 'revoked') throw new ToriiAuthError('token_revoked', 'The token was revoked.');
  if (verdict === 'unavailable') throw unavailable('the source of the option `revocations` is not up to date');
  throw unavailable(`\`check\` of \`revocations\` returned ${describeValue(verdict)}`);
}

// An error of the source, even a ToriiAuthError, says nothing about the token.
function unknownVerdict(thrown: unknown): ToriiUnavailableError {
  const cause = loggableCause(thrown);
  return unavailable(`\`check\` of \`revocations\` failed: ${innermostProblem(cause)}`, cause);
}

function unavailable(problem: string, cause?: Error): ToriiUnavailableError {
  const message = 'It is not known at the moment which tokens were revoked.';
  return withDetail(new ToriiUnavailableError('revocations_unavailable', message, cause && { cause }), { problem });
}
