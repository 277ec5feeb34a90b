import type { Claims } from './auth.ts';
import { authenticate, finderOf, type Pipeline, type TokenPipeline } from './authenticate.ts';
import { combine } from './makers/combine.ts';
import { noWholeOptions, rememberMaker } from './makers/maker.ts';
import { readKnownOptions } from './options/reader.ts';
import { readVerifyOptions, type VerifyOptions, verifyOptionNames } from './options/verify-options.ts';
import { type CheckResult, checkResult } from './promises/check-result.ts';
import { bearerScheme } from './request/bearer.ts';
import { compilePublicPaths } from './request/path.ts';
import type { RequestView } from './request/request-view.ts';
import { TokenCache } from './token/token-cache.ts';
import { verify } from './token/verify.ts';

/** What a filter needs to know of an app. The values are not checked again: read them with this module's readers. */
export interface FilterSettings {
  readonly cookie: string;
  readonly origins: readonly string[];
  readonly publicPaths: readonly string[];
  readonly allowPreflight: boolean;
}

/** Authenticates a request as `check` of a verifier does. */
export type RequestFilter<Custom extends object = Claims> = (
  request: RequestView,
) => Promise<CheckResult<Custom, null>>;

/**
 * Creates the filter of an adapter that knows method, path and headers of each request itself, and has no checks. It adds less
 * code to an edge bundle than `createVerifier`, which reads the requests of all frameworks.
 * @param combine The option `verifier` of the adapter, if the app has set it.
 * @throws ToriiConfigError if an option is wrong. The message says what to write.
 */
export function createRequestFilter<Custom extends object = Claims>(
  options: VerifyOptions,
  { cookie, origins, publicPaths, allowPreflight }: FilterSettings,
  given?: { readonly combine: unknown },
): RequestFilter<Custom> {
  const settings = readVerifyOptions(readKnownOptions(options, verifyOptionNames, ''));
  const { emit, refuseRevoked, keySources } = settings;
  const verification = { ...settings, cache: new TokenCache(settings.cachedTokens) };
  const ownPipeline: TokenPipeline = {
    emit,
    refuseRevoked,
    verify: (token, parsed) => verify(token, verification, parsed),
  };
  const places = { header: 'authorization', scheme: bearerScheme, cookie, origins };
  const isKnown = (token: string): boolean => verification.cache.has(token);
  const own = { emit, find: finderOf(ownPipeline, places, isKnown), hasChecks: false };
  const { find, hasChecks, ...used } = given === undefined ? own : combined(given.combine);
  const pipeline: Pipeline = {
    emit: used.emit,
    find,
    hasChecks,
    isPublic: compilePublicPaths(publicPaths),
    allowPreflight,
  };
  return (request) => checkResult(() => authenticate(request, pipeline, false)) as Promise<CheckResult<Custom, null>>;

  function combined(combination: unknown): Pipeline {
    // Has no methods: the function `verifier` only puts it into a list of `anyVerifier`.
    const torii = Object.freeze({});
    rememberMaker(torii, {
      issuers: [...keySources.keys()],
      approves: false,
      places,
      pipeline: ownPipeline,
      isKnown,
      wholeOptions: noWholeOptions,
    });
    return combine(torii, combination).list.pipeline;
  }
}
