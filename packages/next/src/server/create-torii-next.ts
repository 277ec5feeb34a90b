import type { Auth, Check, CheckResult, Claims, RequestParts } from '@torii/core';
import { guardOutcome } from '@torii/core/internal';
import { createGetToken, type GetToken } from './get-token/get-token.ts';
import { type IssuerRoutes, issuerRoutes } from './issuer/issuer-route.ts';
import type { ToriiNextOptions } from './options.ts';
import { createAuth, createProtect, type Protect } from './pages/protect.ts';
import { type AuthHandler, createWithAuth, type Params, type RouteHandler } from './route.ts';
import { readSettings } from './settings.ts';
import { partsOf } from './shown-request.ts';
import { type TokenRoutes, tokenRoutes } from './token-route.ts';

/** The helpers that guard an app. Each helper verifies the token itself, even if the proxy function has verified it. */
export interface ToriiNext<Custom extends object = Claims> {
  /**
   * Returns the Auth (user, organization and other claims) of the signed-in user, or `null` if there is no valid token.
   * For server components, server actions, and route handlers that only read data.
   *
   * @throws ToriiUnavailableError if the issuer's keys cannot be fetched. In a page, the nearest `error.tsx` handles
   * the error
   * @throws ToriiConfigError if it is called inside of a cached function (`'use cache'`, `unstable_cache`)
   */
  auth(): Promise<Auth<Custom> | null>;
  /**
   * Returns the Auth of a signed-in user for whom every check returns `true`. For pages and server actions. If the user is
   * signed out, a page redirects to the sign-in page, and an action throws. If a check does not return `true`, a page shows
   * what the option `refusedPage` says, and an action throws. A form that calls an action without JavaScript is answered
   * like a page.
   *
   * @throws ToriiAuthError if the user is signed out, in a server action
   * @throws ToriiForbiddenError if a check does not return `true`, in a server action
   * @throws ToriiUnavailableError if the issuer's keys cannot be fetched
   * @throws ToriiConfigError if it is called inside of a cached function (`'use cache'`, `unstable_cache`)
   */
  protect: Protect<Custom>;
  /**
   * Returns the verified token of this request, for calls to your own services with `Authorization: Bearer`, or `null` if
   * there is no valid token. For server components, server actions and route handlers. With `template`, the result is
   * a new token that Torii makes from a token template, for a service of a third party. Do not pass a token to a client component, a log or a cache.
   *
   * @throws ToriiUnavailableError if the issuer's keys cannot be fetched, or if Torii cannot be asked for the token of a template
   * @throws ToriiConfigError if no template has this name, if the option `publishableKey` is missing, or if it is called inside
   * of a cached function (`'use cache'`, `unstable_cache`)
   * @throws ToriiApiError if Torii refuses to make the token, for example because the user's session has ended
   */
  getToken: GetToken;
  /**
   * Wraps a route handler. The handler is called only for signed-in callers for whom every check returns `true`. Other
   * callers get a JSON response: 401, 403, or 503 if the issuer's keys cannot be fetched.
   */
  withAuth<P extends object = Params>(
    handler: AuthHandler<Custom, P>,
    ...checks: readonly Check<Custom>[]
  ): RouteHandler<P>;
  /**
   * Verifies a request in the pages router: in an API route or in `getServerSideProps`. Returns `{ auth, denial }`.
   * `denial` is `null` if the token is valid; otherwise `auth` is `null` and `denial` says how to respond.
   *
   * @throws ToriiConfigError if `request` is not a request
   */
  fromRequest(request: RequestParts): Promise<CheckResult<Custom>>;
  /**
   * The handlers for `app/api/torii/token/route.ts`. POST stores the access token that the browser sends in a cookie.
   * DELETE clears the cookie.
   */
  readonly tokenRoutes: TokenRoutes;
  /** The handlers for `app/%5Ftorii/[...path]/route.ts`. They forward requests for `/_torii/*` to the issuer. */
  readonly issuerRoutes: IssuerRoutes;
}

/**
 * Creates the helpers that guard an app. Call it once, in its own file, and import the result.
 *
 * @example
 * export const torii = createToriiNext({
 *   issuer: process.env.TORII_ISSUER,
 *   signInPath: '/sign-in',
 *   origins: [process.env.APP_ORIGIN],
 * });
 *
 * @throws ToriiConfigError for an invalid option; the message says what to write
 */
export function createToriiNext<Custom extends object = Claims>(options: ToriiNextOptions): ToriiNext<Custom> {
  const settings = readSettings(options);
  return Object.freeze({
    auth: createAuth<Custom>(settings),
    protect: createProtect<Custom>(settings),
    getToken: createGetToken(settings),
    withAuth: createWithAuth<Custom>(settings),
    fromRequest: (request: RequestParts) => guardOutcome(fromRequest(request)),
    tokenRoutes: tokenRoutes(settings),
    issuerRoutes: issuerRoutes(settings),
  });

  async function fromRequest(request: RequestParts): Promise<CheckResult<Custom>> {
    return settings.verifier.check(partsOf(request, 'fromRequest(req)')) as Promise<CheckResult<Custom>>;
  }
}
