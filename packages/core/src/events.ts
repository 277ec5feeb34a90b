import { type AuthReason, type Reason, ToriiAuthError, ToriiError } from './errors.ts';
import { loggable } from './logs/loggable.ts';
import { SharedMap } from './registry.ts';

/** Details of a refusal, for logs only. They can contain expected values, which must not be sent to the caller. */
export interface RefusalDetail {
  /** The name of the claim that was refused. */
  readonly claim?: string;
  /** The values that the verifier accepts. */
  readonly expected?: readonly string[];
  /** The value of that claim. Safe to log: shortened, printable ASCII only, and `[withheld]` if it looks like a secret. */
  readonly actual?: string;
  /** What to change in the options of the verifier, if the token should be accepted. */
  readonly hint?: string;
  /** The key id in the token. Safe to log: shortened, printable ASCII only, and `[withheld]` if it looks like a secret. */
  readonly kid?: string;
  /** The `detail` passed to `refuse`. Safe to log: shortened, printable ASCII, `[withheld]` if it looks like a secret. */
  readonly check?: string;
  /**
   * Why the keys, the revocations or `approve` are not available, why the key that the token names cannot be used, or why the
   * issuer was not approved.
   */
  readonly problem?: string;
  /** The function name of the check that refused. Safe to log. Absent if the check has no name. */
  readonly checkName?: string;
  /** The position of the check that refused among the checks that ran together, from 0. */
  readonly checkPosition?: number;
  /** What the check returned, if it was not a boolean or a refusal: `undefined`, `a number`, `an object`. Never the value. */
  readonly returned?: string;
}

/** What a verifier did, for logs and metrics. Never contains a token. */
export type VerifierEvent =
  /** A token was valid. The checks run after this event, so a `refused` event can follow. */
  | {
      readonly type: 'verified';
      /** Safe to log, like every value of an event that a caller chose. An ordinary id is unchanged. */
      readonly userId: string;
      readonly environmentId: string | null;
      readonly fromCache: boolean;
    }
  /** A request was let through without a token: public path, CORS preflight, or optional auth. */
  | {
      readonly type: 'passed';
      readonly why: 'public_path' | 'preflight' | 'signed_out';
      /** The path as it was sent. Safe to log: shortened, printable ASCII only, and `[withheld]` if it looks like a secret. */
      readonly path: string | undefined;
    }
  /**
   * A request or a token was refused. `error.message` is what the caller gets: for a check, the message that you passed to
   * `refuse`.
   */
  | { readonly type: 'refused'; readonly error: ToriiError; readonly detail: RefusalDetail }
  /**
   * A check in `reportOnly` would have refused a request, which was not refused. `error` is the error that the caller would have
   * got. If it is not a ToriiError, it is a copy that is safe to log.
   */
  | { readonly type: 'would_refuse'; readonly error: Error; readonly detail: RefusalDetail }
  /** A check in `reportOnly` was not run, because 1,000 were running. */
  | { readonly type: 'report_skipped'; readonly detail: RefusalDetail }
  /** The key set of an issuer was fetched. */
  | {
      readonly type: 'keys_fetched';
      readonly url: string;
      readonly kids: readonly string[];
      readonly durationMs: number;
    }
  /** The key set could not be fetched. */
  | {
      readonly type: 'keys_failed';
      readonly url: string;
      readonly problem: string;
      /** A copy of the error, safe to log: name, message, code and causes, without other properties. */
      readonly cause: Error;
      /** Whether the keys from an earlier fetch can still be used. */
      readonly usable: boolean;
    }
  /** `approve` of the option `issuer` failed, or its answer cannot be used. */
  | {
      readonly type: 'approval_failed';
      /** The `iss` claim of a token that is not verified, in a form that is safe to log. */
      readonly issuer: string;
      readonly problem: string;
      /** A copy of the error, safe to log: name, message, code and causes, without other properties. */
      readonly cause: Error;
    }
  /** A key was left out: it cannot be read, has a null member, or shares its `kid`. */
  | {
      readonly type: 'key_ignored';
      /** The URL of the key set. `undefined` for keys that were passed as an option. */
      readonly url: string | undefined;
      /** Safe to log. `undefined` if the key has no `kid`. */
      readonly kid: string | undefined;
      readonly problem: string;
    }
  /**
   * A callback of yours returned a value that cannot be used, and the default was used instead: for `onError`, the default
   * response. The request stays refused.
   */
  | {
      readonly type: 'callback_invalid';
      /** The option that the callback was passed as. */
      readonly callback: 'onError';
      /** What is wrong with the value. Never contains the value. */
      readonly problem: string;
    }
  /** The issuer route of `@torii/next` answered 502, because the issuer could not be reached. */
  | {
      readonly type: 'issuer_unreachable';
      /** The URL that was requested, without its query. Safe to log. */
      readonly url: string;
      readonly problem: string;
      /** A copy of the error, safe to log: name, message, code and causes, without other properties. */
      readonly cause: Error;
    }
  /** The proxy of `@torii/next` renewed the token cookie of a request (option `renewInProxy`). */
  | {
      readonly type: 'token_renewed';
      /** Safe to log. */
      readonly userId: string;
      readonly environmentId: string | null;
    }
  /**
   * The proxy of `@torii/next` got no new token. `session_ended`: the user has to sign in again. `issuer_unavailable`: the issuer
   * cannot be reached, or cannot renew tokens at the moment. `token_refused`: the token of this session is invalid for this app
   * or does not fit into a cookie, or the issuer refused the request.
   */
  | {
      readonly type: 'renewal_failed';
      readonly why: 'session_ended' | 'issuer_unavailable' | 'token_refused';
      /** The URL that was requested. Safe to log. */
      readonly url: string;
      readonly problem: string;
      /** A copy of the error, safe to log: name, message, code and causes, without other properties. */
      readonly cause?: Error;
    }
  /** A token named an unknown key, and the key set was not fetched again because of the rate limit on key fetches. */
  | { readonly type: 'key_search_limited'; readonly url: string }
  /** The verifier in the option `observe` made the same decision: both accepted the same user, or both refused. */
  | { readonly type: 'agreed'; readonly outcome: Decision['outcome'] }
  /** The verifier in the option `observe` would have decided otherwise. Its decision had no effect. */
  | {
      readonly type: 'disagreed';
      readonly decided: Decision;
      /** What the observed verifier would have decided. */
      readonly observed: Decision;
      /**
       * What differs. `environmentId` and `organization` are compared only if both tokens are Torii's. A verifier of
       * `createJwtVerifier` knows neither.
       */
      readonly differs: readonly ('outcome' | 'userId' | 'environmentId' | 'organization')[];
    }
  /**
   * The verifier in the option `observe` was not asked, because 1,000 observations were running (`busy`), or it did not decide
   * (`failed`): a check threw, or its keys or revocations were not available.
   */
  | {
      readonly type: 'not_observed';
      readonly why: 'busy' | 'failed';
      /** A copy of the error, safe to log: name, message, code and causes, without other properties. */
      readonly cause?: Error;
    };

/** A decision about a caller, as an event shows it. */
export type Decision =
  | {
      readonly outcome: 'accepted';
      /** Safe to log. */
      readonly userId: string;
      readonly environmentId: string | null;
    }
  | { readonly outcome: 'refused'; readonly reason: Reason }
  /** Let through without a token: auth is optional. */
  | { readonly outcome: 'passed' };

export type VerifierEventListener = (event: VerifierEvent) => void;

const details: SharedMap<ToriiError, RefusalDetail> = new SharedMap('refusals');

// The details that a caller chose, or a check.
const fromCallers = ['actual', 'kid', 'check', 'checkName'] as const;

/** Attaches details that only `onEvent` receives. Not as properties: apps may send an error's properties to the caller. */
export function withDetail<E extends ToriiError>(
  error: E,
  detail: Omit<RefusalDetail, 'actual'> & { readonly actual?: unknown },
): E {
  const safe: Record<string, unknown> = { ...detail };
  for (const name of fromCallers) if (safe[name] !== undefined) safe[name] = loggable(safe[name]);
  details.set(error, safe);
  return error;
}

/** Creates a refusal with details that only `onEvent` receives. */
export function refusal(reason: AuthReason, message: string, detail: Parameters<typeof withDetail>[1]): ToriiAuthError {
  return withDetail(new ToriiAuthError(reason, message), detail);
}

// The listener of each verifier, and of each refusal that was reported.
const listeners: SharedMap<object, VerifierEventListener> = new SharedMap('listeners');

export function rememberListener(source: object, emit: VerifierEventListener): void {
  listeners.set(source, emit);
}

export function recallListener(source: object): VerifierEventListener | undefined {
  const listener = listeners.get(source);
  return typeof listener === 'function' ? (listener as VerifierEventListener) : undefined;
}

/** Reports an error if it is a refusal. Returns the error, to be thrown. */
export function reportRefusal(error: unknown, emit: VerifierEventListener): unknown {
  if (error instanceof ToriiError) {
    rememberListener(error, emit);
    emit({ type: 'refused', error, detail: detailOf(error) });
  }
  return error;
}

/** The details that were attached to an error. */
export function detailOf(error: ToriiError): RefusalDetail {
  return Object(details.get(error));
}
