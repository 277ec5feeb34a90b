import { withoutDocsUrl } from '../errors/docs-url.ts';
import { ToriiConfigError } from '../errors.ts';
import type { VerifierEventListener } from '../events.ts';
import { RefusedIssuer } from '../keys/approved-keys.ts';
import { type ApprovalAnswer, IssuerApprovals, NoAnswerError, refusedIssuer } from '../keys/issuer-approvals.ts';
import { keySetFor } from '../keys/key-sources.ts';
import { loggable } from '../logs/loggable.ts';
import { type Fetch, platformFetch } from '../platform.ts';
import { withoutTrailingSlash } from '../token/claims.ts';
import type { IssuerLookup } from '../token/verify.ts';
import { readEnvironments } from './environments.ts';
import { problemOfIssuer } from './issuer-url.ts';
import { readFunction, readKnownOptions, readNumber, readText, readWhole, wrongOption, wrongValue } from './reader.ts';

/** An issuer that your app accepts. Both values must come from your own records, never from the token. */
export interface ApprovedIssuer {
  /** The issuer URL, from which the keys are fetched. It must be equal to the `iss` claim, except for a trailing slash. */
  readonly issuer: string;
  /** The accepted environments of this issuer: `pid` must be one of them. By default all are accepted. */
  readonly environmentId?: string | readonly string[];
}

/** Accepts the issuers that a function of your app approves, for example one issuer for each tenant. */
export interface IssuerApproval {
  /**
   * Called with the `iss` claim of a token, without a trailing slash, before the token is verified: anyone can write one. Look it
   * up in your own records, and return the URL from the record, or an {@link ApprovedIssuer}. Never return the argument. Return
   * `null`, `undefined` or `false` to refuse the issuer. If the function throws, or returns anything else, requests with tokens
   * of this issuer get 503.
   */
  readonly approve: (
    issuer: string,
    context: { readonly signal: AbortSignal },
  ) => ApproveResult | PromiseLike<ApproveResult>;
  /**
   * For how many seconds an approval is remembered, from 1 to 3600. After half of that time, it is renewed in the background. A
   * refusal is remembered for ten seconds.
   * @default 300 (five minutes)
   */
  readonly rememberSeconds?: number;
  /**
   * How long `approve` may take, in milliseconds, from 100 to 30000, and not longer than `rememberSeconds`. After that, `signal`
   * is aborted, and the request gets 503.
   * @default 5000, or `rememberSeconds` if that is shorter
   */
  readonly timeoutMs?: number;
  /**
   * How many unknown issuers `approve` may be called for in a minute, from 1 to 100000. At most 100 of these calls run at
   * once, and 900 wait for their turn. Further requests with tokens of unknown issuers get 503 with `Retry-After`.
   * @default 1000
   */
  readonly newPerMinute?: number;
}

/** What `approve` returns. */
export type ApproveResult = ApprovedIssuer | string | null | undefined | false;

const optionNames = ['approve', 'rememberSeconds', 'timeoutMs', 'newPerMinute'] as const;
const example = "issuer: 'https://acme.torii.so', or issuer: { approve: (issuer) => findTenant(issuer)?.issuerUrl }";

/** Whether the option `issuer` is an {@link IssuerApproval}. Calls no getter. */
export function isApproval(given: unknown): given is IssuerApproval {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && 'approve' in given;
}

export function readApproval(
  given: IssuerApproval,
  fetch: Fetch | undefined,
  emit: VerifierEventListener,
): IssuerLookup {
  const options = readKnownOptions(given, optionNames, example, 'issuer');
  const approve = readFunction<IssuerApproval['approve']>(options, 'approve');
  if (approve === undefined) throw wrongValue('approve', 'a function', approve, example);
  const seconds = readNumber(options, 'rememberSeconds', { from: 1, to: 3600, absent: 300 });
  const newPerMinute = readWhole(options, 'newPerMinute', { from: 1, to: 100_000, absent: 1_000 });
  const rememberMs = seconds * 1000;
  const timeoutMs = readNumber(options, 'timeoutMs', { from: 100, to: 30_000, absent: Math.min(5_000, rememberMs) });
  // The age of an answer counts from when the call began.
  if (timeoutMs > rememberMs)
    throw wrongOption(
      'timeoutMs',
      `must not be longer than \`rememberSeconds\`: an answer would be too old when it arrives. Write at most ${rememberMs}, or leave it out`,
    );
  const approvals = approvalsOf(approve, fetch ?? platformFetch, rememberMs, newPerMinute);
  const caller = { emit, timeoutMs, maxStaleMs: 0 };
  return {
    async keysFor(token) {
      const issuer = withoutTrailingSlash(token.issuer ?? '');
      // `approve` can only return a valid URL that is equal to `issuer`, so do not call it for anything else.
      if (issuer.length > maxLength || issuer.endsWith('/') || problemOfIssuer(issuer) !== undefined)
        throw refusedIssuer(issuer, new RefusedIssuer('it is not an issuer URL, so `approve` was not called'));
      return approvals.keysFor(token, issuer, caller);
    },
  };
}

const maxLength = 500;

type Shared = Map<string, IssuerApprovals>;

const shared: WeakMap<IssuerApproval['approve'], WeakMap<Fetch, Shared>> = /* @__PURE__ */ new WeakMap();

// Verifiers with the same functions share what they remember: an app may create several, and so do the one-call forms.
function approvalsOf(
  approve: IssuerApproval['approve'],
  fetch: Fetch,
  rememberMs: number,
  newPerMinute: number,
): IssuerApprovals {
  const byFetch = shared.get(approve) ?? new WeakMap<Fetch, Shared>();
  shared.set(approve, byFetch);
  const bySettings: Shared = byFetch.get(fetch) ?? new Map();
  byFetch.set(fetch, bySettings);
  const key = `${rememberMs} ${newPerMinute}`;
  const known = bySettings.get(key);
  if (known !== undefined) return known;
  const approvals = new IssuerApprovals({
    ask: async (issuer, signal) => readAnswer(await approve(issuer, { signal }), issuer),
    keysOf: (issuer) => keySetFor(`${issuer}/_torii/.well-known/jwks.json`, fetch),
    rememberMs,
    newPerMinute,
  });
  bySettings.set(key, approvals);
  return approvals;
}

const remedy = 'Return the issuer URL from your own records, { issuer, environmentId }, or null';

/** Reads what `approve` returned. Nothing about it is trusted. */
function readAnswer(answer: unknown, issuer: string): ApprovalAnswer {
  if (answer === null || answer === undefined || answer === false)
    return new RefusedIssuer(`\`approve\` returned ${answer}`);
  try {
    return readApproved(answer, issuer);
  } catch (error) {
    if (!(error instanceof ToriiConfigError)) throw error;
    throw new NoAnswerError(
      `\`approve\` returned a value that cannot be used. ${withoutDocsUrl(error.message)} ${remedy}.`,
    );
  }
}

function readApproved(answer: unknown, issuer: string): ApprovalAnswer {
  if (answer === true) throw wrongOption('true', 'is not enough: the token would choose the URL of its keys');
  const isObject = typeof answer === 'object' && !Array.isArray(answer);
  if (typeof answer !== 'string' && !isObject) throw wrongValue('the result', 'a URL or an object', answer);
  const given = typeof answer === 'string' ? { issuer: answer } : (answer as ApprovedIssuer);
  const options = readKnownOptions(given, ['issuer', 'environmentId'], remedy, 'the result');
  const url = readText(options, 'issuer', "issuer: 'https://acme.torii.so'") ?? '';
  const problem = problemOfIssuer(url);
  if (problem !== undefined) throw wrongOption('issuer', problem);
  const environments = readEnvironments(options);
  // Happens, for example, if `approve` looks up only the host.
  return withoutTrailingSlash(url) === issuer
    ? { environments }
    : new RefusedIssuer(`\`approve\` returned another issuer: ${loggable(url)}`);
}
