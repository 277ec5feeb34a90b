import type { Claims } from './auth.ts';
import type { Pipeline } from './authenticate.ts';
import { emitterFor } from './emitter.ts';
import type { VerifierEventListener } from './events.ts';
import { rememberList } from './makers/maker.ts';
import { readMakers } from './makers/maker-list.ts';
import { createTokenFinder } from './makers/token-finder.ts';
import { readObserved } from './options/observe-option.ts';
import { readPublicPaths } from './options/paths.ts';
import { readFlag, readFunction, readKnownOptions } from './options/reader.ts';
import { assertRequest } from './request/request-view.ts';
import { verifierOf } from './verifier.ts';
import type { Verifier } from './verifier-contract.ts';

/** The options of {@link anyVerifier}, which apply before the issuer of a request's token is known. */
export interface AnyVerifierOptions {
  /**
   * Paths that need no token, as in `createVerifier`.
   * @default []
   */
  readonly publicPaths?: readonly string[];
  /**
   * Lets CORS preflights through without a token, as in `createVerifier`.
   * @default false
   */
  readonly allowPreflight?: boolean;
  /** Another verifier, which is asked about the same requests without any effect on them, as in `createVerifier`. */
  readonly observe?: Verifier<object, null>;
  /**
   * Called with the events that belong to no verifier of the list: requests that are let through without a token, refusals for
   * which no verifier was chosen (`token_missing`, `header_malformed`, `token_malformed`, `issuer_refused`), and what `observe`
   * reports. By default the `onEvent` of the first verifier.
   */
  readonly onEvent?: VerifierEventListener | undefined;
}

/** Options with which every request needs a token, so `authenticate` never returns `null`. */
export type StrictAnyVerifierOptions = AnyVerifierOptions & {
  readonly publicPaths?: never;
  readonly allowPreflight?: false;
};

/** The claims of the tokens that one of these verifiers accepts. */
export type ClaimsOfAny<Verifiers extends readonly Verifier<object, null>[]> = {
  [Each in keyof Verifiers]: Verifiers[Each] extends Verifier<infer Custom, null> ? Custom : never;
}[number];

/**
 * Combines verifiers of different issuers, such as Torii's and those of a provider that you are leaving. The `iss` claim of a
 * token chooses its verifier, before any key is looked up. That verifier alone decides, with its options and checks; if it
 * refuses, no other is asked. `auth.issuer` says who issued the token.
 *
 * Tokens are read from the headers and cookies of all verifiers in the list. A request with the headers of two verifiers is
 * refused. Cookies are read only if none of these headers was sent. Of several cookies, the one of the first verifier in the
 * list is read.
 * @example
 * const verifier = anyVerifier([
 *   createVerifier({ issuer: 'https://acme.torii.so' }),
 *   createJwtVerifier({ issuer: 'https://acme.example.com/', jwks: 'https://acme.example.com/jwks.json', algorithms: ['RS256'] }),
 * ]);
 * @throws ToriiConfigError if the list is empty, if two verifiers accept one issuer, or if one of them accepts any issuer, was not
 * returned by `createVerifier` or `createJwtVerifier`, or has `publicPaths`, `allowPreflight` or `observe`, which belong in
 * `options`
 */
export function anyVerifier<const Verifiers extends readonly [Verifier<object, null>, ...Verifier<object, null>[]]>(
  verifiers: Verifiers,
  options?: StrictAnyVerifierOptions,
): Verifier<ClaimsOfAny<Verifiers>, never>;
export function anyVerifier<const Verifiers extends readonly [Verifier<object, null>, ...Verifier<object, null>[]]>(
  verifiers: Verifiers,
  options: AnyVerifierOptions,
): Verifier<ClaimsOfAny<Verifiers>>;
export function anyVerifier(
  verifiers: readonly Verifier<object, null>[],
  given: AnyVerifierOptions = {},
): Verifier<Claims, null> {
  const makers = readMakers(verifiers);
  const options = readKnownOptions(given, optionNames, 'anyVerifier([…], { publicPaths: [...] })', 'options');
  const [first] = makers;
  const onEvent = readFunction<VerifierEventListener>(options, 'onEvent');
  const { find, choose } = createTokenFinder(makers);
  const pipeline: Pipeline = {
    emit: onEvent === undefined ? first.pipeline.emit : emitterFor(onEvent),
    find,
    isPublic: 'publicPaths' in options ? readPublicPaths(options, 'publicPaths') : undefined,
    allowPreflight: readFlag(options, 'allowPreflight'),
    hasChecks: makers.some((maker) => maker.pipeline.authorize !== undefined),
    assertRequest,
  };
  const observed = 'observe' in options ? readObserved(options.observe) : undefined;
  const verifier = verifierOf(pipeline, choose, observed);
  rememberList(verifier, { makers, pipeline });
  return verifier;
}

const optionNames = ['publicPaths', 'allowPreflight', 'observe', 'onEvent'] as const;
