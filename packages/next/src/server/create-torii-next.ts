import type { Auth, Check, CheckResult, Claims, RequestParts } from '@torii/core';
import { type IssuerRoutes, issuerRoutes } from './issuer-route.ts';
import { readOptions, type ToriiNextOptions } from './options.ts';
import { type Protect, protectWith, recognize } from './protect.ts';
import { type ProxyFunction, type ProxyHandler, proxyWith } from './proxy.ts';
import { type AuthHandler, guardRoutes, type Params, type RouteHandler } from './route.ts';
import { withoutHost } from './shown-request.ts';
import { type TokenRoutes, tokenRoutes } from './token-route.ts';

/** All that an app needs. Every helper verifies the token for itself, and works where no proxy ran. */
export interface ToriiNext<Custom extends object = Claims> {
  /**
   * Who is signed in, or null. For server components, route handlers and server actions.
   *
   * @throws ToriiUnavailableError where the keys cannot be fetched: for error.tsx
   */
  auth(): Promise<Auth<Custom> | null>;
  /**
   * Lets only signed-in people on, for whom every check says `true`. For pages and server actions. A page redirects to the
   * sign-in page otherwise; in an action it throws.
   *
   * @throws ToriiAuthError in an action, for who is not signed in
   * @throws ToriiForbiddenError where a check does not say `true`
   * @throws ToriiUnavailableError where the keys cannot be fetched
   */
  protect: Protect<Custom>;
  /** A route handler that only signed-in callers reach, for whom every check says `true`. The others get JSON: 401, 403, 503. */
  withAuth<P extends object = Params>(
    handler: AuthHandler<Custom, P>,
    ...checks: readonly Check<Custom>[]
  ): RouteHandler<P>;
  /** For `proxy.ts` or `middleware.ts`: a first filter, that lets through what is public or has a good token. */
  proxy(behind?: ProxyHandler<Custom>): ProxyFunction;
  /** For the pages router's API routes and getServerSideProps. */
  fromRequest(request: RequestParts): Promise<CheckResult<Custom>>;
  /** The handlers of `app/api/torii/token/route.ts`: they keep the browser's token in the cookie. */
  readonly tokenRoutes: TokenRoutes;
  /** The handlers of `app/%5Ftorii/[...path]/route.ts`: they pass `/_torii/*` on to the issuer. */
  readonly issuerRoutes: IssuerRoutes;
}

/**
 * Makes everything that guards an app. Do it once, in a file of its own.
 *
 * @example
 * export const torii = createToriiNext({
 *   issuer: process.env.TORII_ISSUER,
 *   signInPath: '/sign-in',
 *   origins: [process.env.APP_ORIGIN],
 * });
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createToriiNext<Custom extends object = Claims>(options: ToriiNextOptions): ToriiNext<Custom> {
  const settings = readOptions(options);
  return Object.freeze({
    auth: recognize<Custom>(settings),
    protect: protectWith<Custom>(settings),
    withAuth: guardRoutes<Custom>(settings),
    proxy: proxyWith<Custom>(settings),
    fromRequest: async (request: RequestParts) => {
      const { method, headers, headersDistinct, rawHeaders } = request;
      const shown = withoutHost({ method, headers, headersDistinct, rawHeaders });
      return settings.guard.check(shown) as Promise<CheckResult<Custom>>;
    },
    tokenRoutes: tokenRoutes(settings),
    issuerRoutes: issuerRoutes(settings),
  });
}
