import type { Auth, Claims } from './auth.ts';
import {
  authenticate,
  authenticateToken,
  type FoundToken,
  finderOf,
  identify,
  needsNoToken,
  type Pipeline,
  type TokenPipeline,
} from './authenticate.ts';
import type { CreateTokenMemory } from './calls/verifier-memory.ts';
import { runChecks } from './checks.ts';
import type { ToriiConfigError } from './errors.ts';
import { rememberListener } from './events.ts';
import { recognize } from './logs/found-value.ts';
import { type Maker, rememberMaker } from './makers/maker.ts';
import { observeRequest, observeToken } from './observation.ts';
import { markVerifier, type ObservedVerifier } from './options/observe-option.ts';
import { assertNoSecond, wrongValue } from './options/reader.ts';
import type { RequestSettings } from './options/request-options.ts';
import { misplacedOption, readOptions, type VerifierOptions } from './options/verifier-options.ts';
import { checkResult } from './promises/check-result.ts';
import { guardOutcome } from './promises/outcome.ts';
import { SharedMap } from './registry.ts';
import type { RequestLike } from './request/request-parts.ts';
import { assertRequest, quickViewOf, type RequestView } from './request/request-view.ts';
import { createTokenCache } from './token/token-cache.ts';
import { verify } from './token/verify.ts';
import type { AuthenticateOptions, Verifier } from './verifier-contract.ts';

export type { AuthenticateOptions, Verifier } from './verifier-contract.ts';

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
  const issuers = [...settings.keySources.keys()];
  const approves = settings.approvals !== undefined;
  return verifierWith({ ...settings, issuers, approves, isKnown: (token) => cache.has(token) }, (token, parsed) =>
    verify(token, verification, parsed),
  );
}

export function verifierWith(
  settings: RequestSettings & Pick<TokenPipeline, 'refuseRevoked'> & Pick<Maker, 'issuers' | 'approves' | 'isKnown'>,
  verifyToken: TokenPipeline['verify'],
): Verifier {
  const { checks, emit, refuseRevoked, isPublic, allowPreflight, places, isKnown, issuers, approves, observed } =
    settings;
  const authorize = (auth: Auth, request: RequestView): Promise<void> => runChecks(auth, request, checks);
  const hasChecks = checks.length > 0;
  const pipeline: TokenPipeline = { emit, refuseRevoked, verify: verifyToken, ...(hasChecks && { authorize }) };
  const find = finderOf(pipeline, places, isKnown);
  const choose = (token: string): FoundToken => ({ token, pipeline, parsed: undefined });
  const verifier = verifierOf({ emit, find, isPublic, allowPreflight, hasChecks, assertRequest }, choose, observed);
  const wholeOptions = { publicPaths: isPublic !== undefined, allowPreflight, observe: observed !== undefined };
  rememberMaker(verifier, { issuers, approves, places, pipeline, isKnown, wholeOptions });
  return verifier;
}

/** @param choose Finds the pipeline that verifies a token without a request. */
export function verifierOf(
  pipeline: Pipeline,
  choose: (token: string) => FoundToken,
  observed: ObservedVerifier | undefined,
): Verifier {
  const { emit } = pipeline;
  const verifier: Verifier = {
    verify: (token) => guardOutcome(verifyToken(token)),
    authenticate: (request, options) => guardOutcome(read(request, options)),
    check: (request: RequestLike, options?: AuthenticateOptions) =>
      guardOutcome(checkResult(() => read(request, options))),
  };
  rememberListener(verifier, emit);
  readers.set(verifier, readWithToken);
  markVerifier(verifier, observed !== undefined);
  return Object.freeze(verifier);

  function verifyToken(token: unknown): Promise<Auth> {
    const decide = (): Promise<Auth> => authenticateToken(token, emit, choose);
    return observed === undefined ? decide() : observeToken(decide, token, observed, emit);
  }

  // Async, so that an error while the request is read becomes a rejection.
  async function read(request: RequestLike, options: AuthenticateOptions | undefined): Promise<Auth | null> {
    return decide(request, pipeline, isOptional(options));
  }

  function decide(request: RequestLike, used: Pipeline, optional: boolean): Auth | null | Promise<Auth | null> {
    const view = quickViewOf(request);
    if (observed === undefined) return authenticate(view, used, optional);
    if (needsNoToken(view, used)) return null;
    return observeRequest(() => identify(view, used, optional), view, optional, observed, emit);
  }

  // Records the text that is verified, so that no other text is handed out. A separate function, because this costs time that
  // `authenticate` should not spend.
  async function readWithToken(request: RequestLike, options?: AuthenticateOptions): Promise<AuthAndToken | null> {
    let verified = '';
    const findAndNote: Pipeline['find'] = (view) => {
      const found = pipeline.find(view);
      verified = found.token;
      return found;
    };
    const auth = await decide(request, { ...pipeline, find: findAndNote }, isOptional(options));
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
