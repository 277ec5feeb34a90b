import type { Auth, Claims } from './auth.ts';
import { authenticate, authenticateToken, type Pipeline, type TokenPipeline } from './authenticate.ts';
import type { CreateTokenMemory } from './calls/verifier-memory.ts';
import { runChecks } from './checks.ts';
import type { ToriiConfigError } from './errors.ts';
import { rememberListener } from './events.ts';
import { recognize } from './logs/found-value.ts';
import { assertNoSecond, wrongValue } from './options/reader.ts';
import type { RequestSettings } from './options/request-options.ts';
import { misplacedOption, readOptions, type VerifierOptions } from './options/verifier-options.ts';
import { type CheckResult, checkResult } from './promises/check-result.ts';
import { guardOutcome } from './promises/outcome.ts';
import { SharedMap } from './registry.ts';
import type { RequestLike } from './request/request-parts.ts';
import { assertRequest, quickViewOf, type RequestView } from './request/request-view.ts';
import { createTokenCache } from './token/token-cache.ts';
import { verify } from './token/verify.ts';

export interface AuthenticateOptions {
  /**
   * If `true`, the result is `null` if there is no token. An invalid token is refused either way.
   * @default false
   */
  readonly optional?: boolean;
}

/**
 * Authenticates requests. Create one with {@link createVerifier} when the app starts, and share it. `SignedOut` is `null` if
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

/** Options with which every request needs a token, so `authenticate` never returns `null`. */
export type StrictVerifierOptions<Custom extends object = Claims> = VerifierOptions<Custom> & {
  readonly publicPaths?: never;
  readonly allowPreflight?: false;
};

/**
 * Creates a verifier. The keys are fetched when the first token is verified.
 * @example
 * const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
 * const auth = await verifier.authenticate(request);
 * @throws ToriiConfigError if an option is wrong. The message says what to write.
 */
export function createVerifier<Custom extends object = Claims>(
  options: StrictVerifierOptions<Custom>,
): Verifier<Custom, never>;
export function createVerifier<Custom extends object = Claims>(options: VerifierOptions<Custom>): Verifier<Custom>;
export function createVerifier(options: VerifierOptions, unexpected?: unknown): Verifier {
  assertNoSecond('createVerifier', unexpected);
  return verifierWithOptions(options);
}

/** @param read The values to use, if they were read from `options` before. */
export function verifierWithOptions(
  options: VerifierOptions,
  example?: string,
  read: object = options,
  createMemory: CreateTokenMemory = createTokenCache,
): Verifier {
  const settings = readOptions(options, example, read);
  const cache = createMemory(settings);
  const verification = { ...settings, cache };
  return verifierWith({ ...settings, isKnown: (token) => cache.has(token) }, (token) => verify(token, verification));
}

export function verifierWith(
  settings: RequestSettings & Pick<Pipeline, 'isKnown'>,
  verifyToken: TokenPipeline['verify'],
): Verifier {
  const { checks } = settings;
  const authorize = (auth: Auth, request: RequestView): Promise<void> => runChecks(auth, request, checks);
  const pipeline: Pipeline = {
    ...settings,
    assertRequest,
    verify: verifyToken,
    ...(checks.length > 0 && { authorize }),
  };
  const verifier: Verifier = {
    verify: (token) => guardOutcome(authenticateToken(token, pipeline)),
    authenticate: (request, options) => guardOutcome(read(request, options)),
    check: (request: RequestLike, options?: AuthenticateOptions) =>
      guardOutcome(checkResult(() => read(request, options))),
  };
  rememberListener(verifier, pipeline.emit);
  readers.set(verifier, readWithToken);
  return Object.freeze(verifier);

  // Async, so that an error while the request is read becomes a rejection.
  async function read(request: RequestLike, options: AuthenticateOptions | undefined): Promise<Auth | null> {
    return authenticate(quickViewOf(request), pipeline, isOptional(options));
  }

  // Records the text that is verified, so that no other text is handed out. A separate function, because this costs time that
  // `authenticate` should not spend.
  async function readWithToken(request: RequestLike, options?: AuthenticateOptions): Promise<AuthAndToken | null> {
    let verified = '';
    const verifyAndNote: TokenPipeline['verify'] = (token) => {
      verified = token;
      return verifyToken(token);
    };
    const noting: Pipeline = { ...pipeline, verify: verifyAndNote };
    const auth = await authenticate(quickViewOf(request), noting, isOptional(options));
    return auth === null ? null : { auth, token: verified };
  }
}

/** The caller of a request, and the token that was verified. */
export interface AuthAndToken {
  readonly auth: Auth;
  readonly token: string;
}

/** Like `Verifier.authenticate`, for adapters that hand out the token. */
export type AuthenticateWithToken = (
  request: RequestLike,
  options?: AuthenticateOptions,
) => Promise<AuthAndToken | null>;

const readers: SharedMap<Verifier, AuthenticateWithToken> = new SharedMap('readers');

/** `undefined` if the verifier is a copy, or the app's own object: what such a verifier has verified is unknown. */
export function tokenReaderOf<Custom extends object>(verifier: Verifier<Custom>): AuthenticateWithToken | undefined {
  const reader = readers.get(verifier as Verifier);
  return typeof reader === 'function' ? (reader as AuthenticateWithToken) : undefined;
}

// An unknown option is an error, because it may be a check: `check(request, { checks })`. Reads own properties only: prototype
// pollution must not make auth optional.
function isOptional(options: AuthenticateOptions | null | undefined): boolean {
  if (options === null || options === undefined) return false;
  const names = Object.keys(options);
  if (typeof options !== 'object' || (names.length === 0 && recognize(options) !== undefined))
    throw wrongCallOptions(options, '');
  for (const name of names) if (name !== 'optional') throw wrongCallOptions(options, name);
  const optional = Object.hasOwn(options, 'optional') && options.optional;
  if (optional === true || optional === false || optional === undefined) return optional === true;
  throw wrongCallOptions(options, 'optional');
}

function wrongCallOptions(options: object, name: string): ToriiConfigError {
  if (name === 'optional') return wrongValue(name, 'true or false', options[name as keyof typeof options]);
  if (typeof options === 'object' && recognize(options) === undefined) return misplacedOption(name, ['optional']);
  return wrongValue('options', 'an object', options, '{ optional: true }, or leave it out');
}

/**
 * Returns `source` if it is a verifier, otherwise creates a verifier from these options.
 * @param example What to write instead, for the message about a wrong `source`.
 */
export function verifierFrom<Custom extends object = Claims>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
  example?: string,
): Verifier<Custom> {
  return isVerifier(source) ? source : (verifierWithOptions(source as VerifierOptions, example) as Verifier<Custom>);
}

function isVerifier<Custom extends object>(
  source: Verifier<Custom> | VerifierOptions<Custom>,
): source is Verifier<Custom> {
  // Own property only: prototype pollution must not replace the verifier.
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, 'authenticate')) return false;
  return typeof Reflect.get(source, 'authenticate') === 'function';
}
