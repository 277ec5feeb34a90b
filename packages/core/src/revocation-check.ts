import { ToriiAuthError, ToriiUnavailableError } from './errors.ts';
import { withDetail } from './events.ts';
import { innermostProblem, loggableCause } from './logs/cause.ts';
import { loggable } from './logs/loggable.ts';
import { isPromise } from './promises/is-promise.ts';
import type { RevocableToken } from './revocations.ts';

/** Throws, or rejects, unless the source says that it accepts the token. */
export type RefuseRevoked = (token: RevocableToken | undefined) => void | Promise<void>;

/** @param check `check` of the source. What it returns is not trusted. */
export function refuserFor(source: unknown, check: (this: unknown, token: RevocableToken) => unknown): RefuseRevoked {
  // Not async: a request with a known token should not wait for a promise.
  return (token) => {
    let verdict: unknown;
    try {
      verdict = token && check.call(source, token);
      if (isPromise(verdict)) return Promise.resolve(verdict).then(refuseUnlessAccepted, refuseUnknown);
    } catch (thrown) {
      refuseUnknown(thrown);
    }
    return refuseUnlessAccepted(verdict);
  };
}

function refuseUnlessAccepted(verdict: unknown): void {
  if (verdict === 'accepted') return;
  if (verdict === 'revoked') throw new ToriiAuthError('token_revoked', 'The token was revoked.');
  throw unavailable(loggable(verdict));
}

// An error of the source, even a ToriiAuthError, says nothing about the token.
function refuseUnknown(thrown: unknown): never {
  const cause = loggableCause(thrown);
  throw unavailable(innermostProblem(cause), { cause });
}

function unavailable(problem: string, options?: ErrorOptions): ToriiUnavailableError {
  const message = 'The revoked tokens are not known at the moment.';
  return withDetail(new ToriiUnavailableError('revocations_unavailable', message, options), {
    problem: `revocations.check: ${problem}`,
  });
}
