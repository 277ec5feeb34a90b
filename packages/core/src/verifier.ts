import type { Auth, Claims } from './auth.ts';
import { authenticate, authenticateToken, type Pipeline } from './authenticate.ts';
import { type Denial, denialFor } from './denial.ts';
import { readOptions, type VerifierOptions } from './options/verifier-options.ts';
import { type RequestLike, viewOf } from './request/request-view.ts';
import { TokenCache } from './token/token-cache.ts';
import { verify } from './token/verify.ts';

/** The outcome of {@link Verifier.check}: who is calling, or what to answer. */
export type CheckResult<Custom extends object, Nobody extends null = never> =
  | { readonly auth: Auth<Custom> | Nobody; readonly denial: undefined }
  | { readonly auth: null; readonly denial: Denial };

/** Whether a request without a token is refused, or passes as nobody's. A bad token is refused either way. */
export interface AuthenticateOptions {
  /** @default false */
  readonly optional?: boolean;
}

/**
 * Decides who is calling. Made once by {@link createVerifier}, and shared by everything that needs it.
 *
 * `Nobody` is null where options let requests through without a token (`publicPaths`, `allowPreflight`), else never.
 */
export interface Verifier<Custom extends object = Claims, Nobody extends null = null> {
  /**
   * Verifies a token alone. Checks that look at the request see one of which nothing is known, and so refuse.
   *
   * @throws ToriiAuthError with a `reason`
   * @throws ToriiForbiddenError where a check refused
   * @throws ToriiUnavailableError where the keys cannot be fetched: answer 503, it is not the caller's fault
   */
  verify(token: string | null | undefined): Promise<Auth<Custom>>;

  /**
   * Finds the token of a request and verifies it. Takes a Fetch `Request`, a `Headers`, Node's, Express's or Koa's
   * request, a plain object of headers, or anything that yields `[name, value]`.
   *
   * @throws ToriiError as `verify` does
   */
  authenticate(request: RequestLike, options?: { readonly optional?: false }): Promise<Auth<Custom> | Nobody>;
  authenticate(request: RequestLike, options: AuthenticateOptions): Promise<Auth<Custom> | null>;

  /** The same without throwing: `denial` is the whole answer to a refused request. Errors that are not ours still throw. */
  check(request: RequestLike, options?: { readonly optional?: false }): Promise<CheckResult<Custom, Nobody>>;
  check(request: RequestLike, options: AuthenticateOptions): Promise<CheckResult<Custom, null>>;
}

/** Options with which every request needs a token, so that there is always an Auth. */
export type StrictVerifierOptions<Custom extends object = Claims> = VerifierOptions<Custom> & {
  readonly publicPaths?: never;
  readonly allowPreflight?: false;
};

/**
 * Makes a verifier. Nothing is fetched until the first token comes.
 *
 * @example
 * const torii = createVerifier({ issuer: process.env.TORII_ISSUER });
 * const auth = await torii.authenticate(request);
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createVerifier<Custom extends object = Claims>(
  options: StrictVerifierOptions<Custom>,
): Verifier<Custom, never>;
export function createVerifier<Custom extends object = Claims>(options: VerifierOptions<Custom>): Verifier<Custom>;
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = readOptions(options);
  const verification = { ...settings, cache: new TokenCache(settings.cachedTokens) };
  return verifierOver({ ...settings, verify: (token) => verify(token, verification) });
}

/** A verifier of whatever tokens a pipeline knows how to verify. */
export function verifierOver(pipeline: Pipeline): Verifier {
  const verifier: Verifier = {
    verify: (token) => authenticateToken(token, pipeline),
    // Async for what reading a broken request throws: a caller who only handles rejections must get one.
    authenticate: async (request, options) => authenticate(viewOf(request), pipeline, isOptional(options)),
    async check(request: RequestLike, options?: AuthenticateOptions) {
      try {
        return { auth: await authenticate(viewOf(request), pipeline, isOptional(options)), denial: undefined };
      } catch (error) {
        const denial = denialFor(error);
        if (denial === undefined) throw error;
        return { auth: null, denial };
      }
    },
  };
  return Object.freeze(verifier);
}

// Its own, and exactly true: what is merely truthy, or inherited, must not let requests through.
function isOptional(options: AuthenticateOptions | null | undefined): boolean {
  return options !== null && options !== undefined && Object.hasOwn(options, 'optional') && options.optional === true;
}

/** A verifier as it is, or one made from options: what an adapter takes. */
export function verifierFrom<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
): Verifier<Custom> {
  return isVerifier(source) ? source : createVerifier(source);
}

function isVerifier<Custom extends object>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
): source is Verifier<Custom> {
  // Its own: what somebody put on Object.prototype must not take the place of verification.
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, 'authenticate')) return false;
  return typeof Reflect.get(source, 'authenticate') === 'function';
}

/**
 * Authenticates one request, with keys shared by every call for the same issuer.
 *
 * @throws ToriiError as {@link Verifier.authenticate} and {@link createVerifier} do
 */
export async function authenticateRequest<Custom extends object = Claims>(
  request: RequestLike,
  options: StrictVerifierOptions<Custom>,
): Promise<Auth<Custom>>;
export async function authenticateRequest<Custom extends object = Claims>(
  request: RequestLike,
  options: VerifierOptions<Custom>,
): Promise<Auth<Custom> | null>;
export async function authenticateRequest(request: RequestLike, options: VerifierOptions): Promise<Auth | null> {
  return createVerifier(options).authenticate(request);
}
