import { emitterFor } from '../emitter.ts';
import type { VerifierEventListener } from '../events.ts';
import { type JSONWebKeySet, KeySetError } from '../keys/jwks.ts';
import type { Fetch } from '../keys/key-endpoint.ts';
import { FixedKeySet, keySetFor } from '../keys/key-sources.ts';
import type { KeySource } from '../keys/remote-key-set.ts';
import { withoutTrailingSlash } from '../token/claims.ts';
import type { VerifySettings } from '../token/verify.ts';
import { type AudienceOptions, readAudienceRules } from './audience-options.ts';
import { problemOfIssuer } from './issuer-url.ts';
import { listTexts, type Options, readFunction, readNumber, readTexts, readWhole, wrongOption } from './reader.ts';

/** The options of `createTokenVerifier`. `createVerifier` accepts them too. */
export interface VerifyOptions extends AudienceOptions {
  /**
   * Your issuer URL from the dashboard, such as `https://acme.torii.so`, or a list of issuer URLs. The `iss` claim of a token
   * must be one of them; only a trailing slash is ignored. If the option is `undefined`, for example because an environment
   * variable is not set, a ToriiConfigError is thrown.
   */
  readonly issuer: string | readonly string[] | undefined;
  /** The accepted environments: `pid` must be one of them. By default every environment of the issuer is accepted. */
  readonly environmentId?: string | readonly string[];
  /**
   * How many seconds the clocks of this server and of the issuer may differ. From 0 to 300.
   * @default 30
   */
  readonly clockTolerance?: number;
  /**
   * How many seconds after the last successful fetch the keys are used if the issuer cannot be reached. From 0 to 86400 (one
   * day). Keys are always used for five minutes, so a value below 300 has the same effect as 300.
   * @default 3600 (one hour)
   */
  readonly maxStaleSeconds?: number;
  /**
   * The maximum number of verified tokens in the cache, from 0 (no cache) to 1000000. A token is used from the cache until it
   * expires or its key is withdrawn. A cached token takes about 1 kB of memory. If they take more than 8 kB on average, because
   * of large claims, fewer are kept.
   * @default 5000
   */
  readonly cachedTokens?: number;
  /** The function that fetches the keys. By default `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
  /** A fixed key set for one issuer. Keys are then never fetched, so key rotations are not noticed. */
  readonly keys?: JSONWebKeySet;
  /** Called with every event, for logs and metrics. Events never contain a token. Errors of this function are ignored. */
  readonly onEvent?: VerifierEventListener | undefined;
}

export interface TokenSettings extends Omit<VerifySettings, 'cache'> {
  readonly cachedTokens: number;
}

export const verifyOptionNames = [
  'issuer',
  'audience',
  'requireClaims',
  'refuseClaims',
  'environmentId',
  'clockTolerance',
  'maxStaleSeconds',
  'cachedTokens',
  'fetch',
  'keys',
  'onEvent',
] as const;

type VerifyOptionValues = Options<(typeof verifyOptionNames)[number]>;

export function readVerifyOptions(options: VerifyOptionValues): TokenSettings {
  const issuers = readIssuers(options);
  return {
    rules: {
      issuers: new Set(issuers),
      ...readAudienceRules(options, ['iss', 'sub', 'pid', 'iat', 'exp']),
      environments: readTexts(options, 'environmentId', "environmentId: 'the id that the dashboard shows'"),
      clockToleranceMs: readNumber(options, 'clockTolerance', { from: 0, to: 300, absent: 30 }) * 1000,
    },
    keySources: readKeySources(options, issuers),
    maxStaleMs: readNumber(options, 'maxStaleSeconds', { from: 0, to: 86_400, absent: 3600 }) * 1000,
    cachedTokens: readWhole(options, 'cachedTokens', { from: 0, to: 1_000_000, absent: 5_000 }),
    emit: emitterFor(readFunction<VerifierEventListener>(options, 'onEvent')),
  };
}

function readIssuers(options: VerifyOptionValues): readonly string[] {
  const example = "issuer: 'https://acme.torii.so'";
  const issuers = listTexts(options, 'issuer', `${example}, or set the environment variable that you read it from`);
  return issuers.map((text) => {
    const problem = problemOfIssuer(text);
    if (problem !== undefined) throw wrongOption('issuer', `${problem}. Write ${example}`);
    return withoutTrailingSlash(text);
  });
}

function readKeySources(options: VerifyOptionValues, issuers: readonly string[]): ReadonlyMap<string, KeySource> {
  const fetch = readFunction<Fetch>(options, 'fetch');
  if (!('keys' in options)) {
    return new Map(issuers.map((issuer) => [issuer, keySetFor(`${issuer}/_torii/.well-known/jwks.json`, fetch)]));
  }
  const [issuer, second] = issuers;
  if (issuer === undefined || second !== undefined) {
    throw wrongOption(
      'keys',
      'can be used with one issuer only. Create a verifier for each issuer, or leave `keys` out',
    );
  }
  try {
    return new Map([[issuer, new FixedKeySet(options.keys)]]);
  } catch (cause) {
    const problem = cause instanceof KeySetError ? cause.message : 'the key set cannot be read';
    throw wrongOption('keys', `cannot be used: ${problem}. Write keys: { keys: [{ kty: 'EC', crv: 'P-256', … }] }`);
  }
}
