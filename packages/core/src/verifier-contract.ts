import type { Auth, Claims } from './auth.ts';
import type { CheckResult } from './promises/check-result.ts';
import type { RequestLike } from './request/request-parts.ts';

export interface AuthenticateOptions {
  /**
   * If `true`, the result is `null` if there is no token. An invalid token is refused either way.
   * @default false
   */
  readonly optional?: boolean;
}

/**
 * Authenticates requests. Create one with `createVerifier` when the app starts, and share it. `SignedOut` is `null` if
 * the options can let a request through without a token (`publicPaths`, `allowPreflight`), otherwise `never`.
 */
export interface Verifier<Custom extends object = Claims, SignedOut extends null = null> {
  /**
   * Verifies a token that comes without a request. The configured checks run with a request whose method, path and headers are
   * unknown.
   * @throws ToriiAuthError if the token is refused; see `reason`
   * @throws ToriiForbiddenError if a check refuses the caller
   * @throws ToriiUnavailableError if the keys cannot be fetched: answer 503, not 401
   * @throws ToriiConfigError if the argument is a request, a promise or another object of the app, or begins with `Bearer `
   */
  verify(token: string | null | undefined): Promise<Auth<Custom>>;

  /**
   * Authenticates a Fetch `Request`, a request of Node, Express, Koa, Fastify, hapi or h3, an event of AWS Lambda, or headers.
   * Resolves with `null` on a public path, for an allowed CORS preflight, or if there is no token and `optional` is `true`.
   * @throws ToriiError as `verify` does
   * @throws ToriiConfigError if `request` is not a request, or an option is unknown
   */
  authenticate(request: RequestLike, options?: { readonly optional?: false }): Promise<Auth<Custom> | SignedOut>;
  authenticate(request: RequestLike, options: AuthenticateOptions): Promise<Auth<Custom> | null>;

  /**
   * Like `authenticate`, but a refusal is not thrown: `denial` is the response to send. Other errors, such as those of your
   * own checks, are thrown.
   */
  check(request: RequestLike, options?: { readonly optional?: false }): Promise<CheckResult<Custom, SignedOut>>;
  check(request: RequestLike, options: AuthenticateOptions): Promise<CheckResult<Custom, null>>;
}
