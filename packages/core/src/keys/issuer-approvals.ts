import type { Auth } from '../auth.ts';
import { type ToriiAuthError, ToriiUnavailableError } from '../errors.ts';
import { refusal, type VerifierEventListener, withDetail } from '../events.ts';
import { innermostProblem, loggableCause } from '../logs/cause.ts';
import { loggable } from '../logs/loggable.ts';
import { isPromise } from '../promises/is-promise.ts';
import { CallLimit } from '../time/call-limit.ts';
import { elapsedMs, type Instant, instantNow } from '../time/instant.ts';
import { type Patience, RemoteValue, TimeLimitError } from '../time/remote-value.ts';
import { ApprovedKeys, RefusedIssuer, type RememberedApproval } from './approved-keys.ts';
import { FetchBudget } from './fetch-budget.ts';
import type { KeySource } from './remote-key-set.ts';

/** The accepted environments of an issuer (`undefined` accepts all), or why the issuer was refused. */
export type ApprovalAnswer = { readonly environments: ReadonlySet<string> | undefined } | RefusedIssuer;

export interface ApprovalSource {
  /** Calls `approve` of the app. Rejects if it fails, or if its answer cannot be used. */
  ask(issuer: string, signal: AbortSignal): Promise<ApprovalAnswer>;
  /** The keys of an approved issuer. */
  keysOf(issuer: string): KeySource;
  readonly rememberMs: number;
  /** How many unknown issuers `approve` may be called for in a minute. */
  readonly newPerMinute: number;
}

/** The settings of the verifier that asks. */
export interface ApprovalCaller extends Patience {
  readonly emit: VerifierEventListener;
}

/** `approve` did not answer, or its answer cannot be used. The message is safe to log. */
export class NoAnswerError extends Error {}

const refusedMs = 10_000;
const maxApproved = 10_000;
const maxRefused = 10_000;
const maxNew = 1_000;
const maxNewCalls = 100;
const maxWaiting = 10_000;
// The time limit of a call is at most 30 seconds.
const forgetCallMs = 31_000;

/**
 * Asks the app which issuers it accepts, and remembers the answers. Anyone can make up an issuer. So unknown issuers are stored
 * separately and never replace approved ones, and the limits on calls for unknown issuers do not apply to renewals.
 */
export class IssuerApprovals {
  readonly #source: ApprovalSource;
  readonly #budget: FetchBudget;
  readonly #newCalls: CallLimit = new CallLimit(maxNewCalls, forgetCallMs, maxNew - maxNewCalls);
  readonly #approved: Map<string, RememberedApproval> = new Map();
  readonly #new: Map<string, RememberedApproval> = new Map();
  readonly #refused: Map<string, { readonly by: RefusedIssuer; readonly at: Instant }> = new Map();
  readonly #waiting: { approved: number; new: number } = { approved: 0, new: 0 };

  constructor(source: ApprovalSource) {
    this.#source = source;
    this.#budget = new FetchBudget(source.newPerMinute, 60_000 / source.newPerMinute);
  }

  /**
   * Returns the keys of a token's issuer: the same object as before, unless the approval has changed.
   * @param issuer The `iss` claim without its trailing slash.
   */
  async keysFor(
    { environmentId }: Pick<Auth, 'environmentId'>,
    issuer: string,
    caller: ApprovalCaller,
  ): Promise<KeySource> {
    const found = await this.#find(issuer, caller);
    const { environments } = found;
    if (environments === undefined || (environmentId !== null && environments.has(environmentId))) return found;
    throw refusal('environment_refused', 'The token is for another environment.', {
      claim: 'pid',
      actual: environmentId,
      expected: [...environments],
    });
  }

  async #find(issuer: string, caller: ApprovalCaller): Promise<ApprovedKeys> {
    const refused = this.#refused.get(issuer);
    if (refused !== undefined && elapsedMs(refused.at) < refusedMs) throw refusedIssuer(issuer, refused.by);
    const approval = this.#approved.get(issuer) ?? this.#new.get(issuer) ?? this.#add(issuer);
    const given = approval.current(caller);
    const found = isPromise(given) ? await this.#wait(given, issuer) : given;
    if (found instanceof ApprovedKeys) return found;
    if (found !== undefined) throw refusedIssuer(issuer, found);
    throw unavailable(approval.failure?.cause ?? new NoAnswerError(noAnswer), approval.retryInMs(caller));
  }

  async #wait<Found>(work: Promise<Found>, issuer: string): Promise<Found> {
    const kind = this.#approved.has(issuer) ? 'approved' : 'new';
    if (this.#waiting[kind] >= maxWaiting) throw unavailable(new NoAnswerError('too many requests wait for `approve`'));
    this.#waiting[kind] += 1;
    try {
      return await work;
    } finally {
      this.#waiting[kind] -= 1;
    }
  }

  #add(issuer: string): RememberedApproval {
    const waitMs = this.#budget.waitMs();
    if (waitMs > 0 || !this.#newCalls.mayWait()) throw unavailable(new NoAnswerError(tooMany), waitMs);
    const { rememberMs } = this.#source;
    const isApproved = (): boolean => this.#approved.get(issuer) === approval;
    const approval: RememberedApproval = new RemoteValue({
      renewAfterMs: rememberMs / 2,
      staleAfterMs: rememberMs,
      mayLoad: () => isApproved() || (this.#newCalls.mayWait() && this.#budget.take()),
      load: (signal) => {
        const ask = (): Promise<ApprovedKeys | RefusedIssuer> => this.#ask(issuer, approval, signal);
        return isApproved() ? ask() : this.#newCalls.runInTurn(ask, signal);
      },
      onLoaded: (answer) => this.#keep(issuer, approval, answer),
      onFailed: (thrown, { emit }) =>
        emit({ type: 'approval_failed', issuer: loggable(issuer), ...describeFailure(thrown) }),
    });
    put(this.#new, issuer, approval, maxNew);
    return approval;
  }

  async #ask(issuer: string, approval: RememberedApproval, signal: AbortSignal): Promise<ApprovedKeys | RefusedIssuer> {
    // Call `approve` in a later turn: if it verifies a token of this issuer itself, that waits for this call instead of starting
    // another one.
    await undefined;
    const answer = await this.#source.ask(issuer, signal);
    if (answer instanceof RefusedIssuer) return answer;
    const { environments } = answer;
    const known = approval.latest;
    if (!(known instanceof ApprovedKeys)) return new ApprovedKeys(approval, this.#source.keysOf(issuer), environments);
    // The same object if nothing has changed: remembered tokens stay valid.
    return known.accepts(environments) ? known : new ApprovedKeys(approval, known.keys, environments);
  }

  #keep(issuer: string, approval: RememberedApproval, answer: ApprovedKeys | RefusedIssuer): void {
    // Ignore a late answer if the issuer was removed in the meantime. It may have been refused since.
    if (this.#approved.get(issuer) !== approval && this.#new.get(issuer) !== approval) return;
    this.#approved.delete(issuer);
    this.#new.delete(issuer);
    if (answer instanceof ApprovedKeys) put(this.#approved, issuer, approval, maxApproved);
    else put(this.#refused, issuer, { by: answer, at: instantNow() }, maxRefused);
  }
}

const noAnswer = '`approve` has not answered';
const tooMany = 'tokens name too many issuers that are not known yet';

function put<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.delete(key);
  for (const oldest of map.keys()) {
    if (map.size < max) break;
    map.delete(oldest);
  }
  map.set(key, value);
}

/** @param problem Why the issuer was refused, for logs only. */
export function refusedIssuer(issuer: string, { problem }: RefusedIssuer): ToriiAuthError {
  return refusal('issuer_refused', 'The token comes from another issuer.', { claim: 'iss', actual: issuer, problem });
}

function unavailable(failure: unknown, retryInMs = 0): ToriiUnavailableError {
  const { problem, ...options } = describeFailure(failure);
  const message = 'The issuer of the token cannot be checked at the moment.';
  const error = new ToriiUnavailableError('keys_unavailable', message, {
    ...options,
    retryAfterSeconds: retryInMs / 1000,
  });
  return withDetail(error, { problem });
}

function describeFailure(thrown: unknown): { readonly problem: string; readonly cause: Error } {
  // These messages are written by this package, so they are safe to log.
  if (thrown instanceof NoAnswerError || thrown instanceof TimeLimitError)
    return { problem: thrown.message, cause: thrown };
  const cause = loggableCause(thrown);
  return { problem: `\`approve\` failed: ${innermostProblem(cause)}`, cause };
}
