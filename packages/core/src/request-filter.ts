import type { Claims } from './auth.ts';
import { authenticate, finderOf, type Pipeline } from './authenticate.ts';
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
 * @throws ToriiConfigError if an option is wrong. The message says what to write.
 */
export function createRequestFilter<Custom extends object = Claims>(
  options: VerifyOptions,
  { cookie, origins, publicPaths, allowPreflight }: FilterSettings,
): RequestFilter<Custom> {
  const settings = readVerifyOptions(readKnownOptions(options, verifyOptionNames, ''));
  const { emit, refuseRevoked } = settings;
  const verification = { ...settings, cache: new TokenCache(settings.cachedTokens) };
  const pipeline: Pipeline = {
    emit,
    find: finderOf(
      { emit, refuseRevoked, verify: (token, parsed) => verify(token, verification, parsed) },
      { header: 'authorization', scheme: bearerScheme, cookie, origins },
      (token) => verification.cache.has(token),
    ),
    isPublic: compilePublicPaths(publicPaths),
    allowPreflight,
    hasChecks: false,
  };
  return (request) => checkResult(() => authenticate(request, pipeline, false)) as Promise<CheckResult<Custom, null>>;
}
