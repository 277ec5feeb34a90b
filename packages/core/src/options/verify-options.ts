import { emitterFor } from '../emitter.ts';
import type { VerifierEventListener } from '../events.ts';
import { type JSONWebKeySet, KeySetError } from '../keys/jwks.ts';
import type { Fetch } from '../keys/key-endpoint.ts';
import { FixedKeySet, keySetFor } from '../keys/key-sources.ts';
import type { KeySource } from '../keys/remote-key-set.ts';
import { withoutTrailingSlash } from '../token/claims.ts';
import type { VerifySettings } from '../token/verify.ts';
import { problemOfIssuer } from './issuer-url.ts';
import { listTexts, type Options, readFunction, readNumber, readTexts, readWhole, wrongOption } from './reader.ts';

/** How a token is verified. */
export interface VerifyOptions {
  /**
   * Your issuer URL, as the dashboard shows it, or several: `https://acme.torii.so`. The token's `iss` must be one of
   * them. May be undefined to the compiler, as an environment variable is; it throws then, and says so.
   */
  readonly issuer: string | readonly string[] | undefined;
  /** Accepted `aud` values (RFC 7519 4.1.3). Left out, `aud` is not looked at. */
  readonly audience?: string | readonly string[];
  /** Accepted environments: `pid`. Left out, any environment of the issuer will do. */
  readonly environmentId?: string | readonly string[];
  /**
   * Seconds by which this clock and the issuer's may differ; at most 300.
   *
   * @default 30
   */
  readonly clockTolerance?: number;
  /**
   * Seconds for which keys go on verifying when the issuer cannot be reached to renew them; at most a day. Keys are
   * renewed every five minutes, so a value below 300 means: not at all.
   *
   * @default 3600
   */
  readonly maxStaleSeconds?: number;
  /**
   * How many verified tokens to remember, so that the same token again costs next to nothing; at most a million, and 0 for
   * none. One is remembered while it is good and its key is published. About a kilobyte each.
   *
   * @default 5000
   */
  readonly cachedTokens?: number;
  /** Fetches the keys. Left out, the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** A fixed key set, for one issuer: no network at all, and no rotation until you change it. */
  readonly keys?: JSONWebKeySet;
  /** Told what happened and why, for logs and metrics. Never gets a token. */
  readonly onEvent?: VerifierEventListener | undefined;
}

/** The same as verification uses them. */
export interface TokenSettings extends Omit<VerifySettings, 'cache'> {
  readonly cachedTokens: number;
}

export const verifyOptionNames = [
  'issuer',
  'audience',
  'environmentId',
  'clockTolerance',
  'maxStaleSeconds',
  'cachedTokens',
  'fetch',
  'keys',
  'onEvent',
] as const;

type VerifyOptionValues = Options<(typeof verifyOptionNames)[number]>;

/** @throws ToriiConfigError naming the option and what to write instead */
export function readVerifyOptions(options: VerifyOptionValues): TokenSettings {
  const issuers = readIssuers(options);
  return {
    rules: {
      issuers: new Set(issuers),
      audiences: readTexts(options, 'audience', "audience: 'https://api.example.com'"),
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
    throw wrongOption('keys', 'belong to one issuer. Make a verifier for each issuer, or leave `keys` out');
  }
  try {
    return new Map([[issuer, new FixedKeySet(options.keys)]]);
  } catch (cause) {
    const problem = cause instanceof KeySetError ? cause.message : 'it cannot be read';
    throw wrongOption('keys', `cannot be used: ${problem}. Write keys: { keys: [{ kty: 'EC', crv: 'P-256', … }] }`);
  }
}
